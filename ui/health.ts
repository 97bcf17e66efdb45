import { type BitState, bitStateOf } from "../src/domain/health.ts";
import type { Value } from "../src/domain/reading.ts";

type Memory = Parameters<typeof bitStateOf>[2];
type Bit = { readonly name: string; readonly bit: number; readonly is: BitState };

/** Where nothing is known of before: all that is 0 counts as faulty. */
const ALL_WORKED: Memory = { worked: 2 ** 32 - 1, wanted: 0, unwanted: 0, idle: 0 };

/** What each bit of a mask says, the highest first, as the number is written in binary. */
export function bitsIn(
  value: Value | null,
  names: readonly string[],
  memory: Memory = ALL_WORKED,
): readonly Bit[] {
  const mask = typeof value === "number" && Number.isInteger(value) ? value : undefined;
  return names
    .map((name, bit): Bit => ({ name, bit, is: bitStateOf(mask, bit, memory) }))
    .reverse();
}

/** The names of what a device reports missing or faulty; none while it has not told. */
export function faultsIn(value: Value | null, names: readonly string[]): readonly string[] {
  return bitsIn(value, names)
    .filter(({ is }) => is === "faulty")
    .map(({ name }) => name);
}

/** Why a value is bad that came from a sensor of which its device says that it does not work. */
export const UNSOUND_WORDS = "Its device says that this sensor is missing or faulty";
