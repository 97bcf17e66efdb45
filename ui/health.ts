import type { Value } from "../src/domain/reading.ts";

type Bit = {
  readonly name: string;
  /** 0 stands for missing as well as for faulty: a device cannot tell them apart. */
  readonly is: "working" | "fault" | "unfitted" | "unknown";
};

/**
 * What each bit of a mask says, the highest first, as the number is written in binary. What was 0
 * in all masks `before`, as far as they are known, is more likely not fitted than faulty.
 */
export function bitsIn(
  value: Value | null,
  names: readonly string[],
  before: readonly Value[] = [],
): readonly Bit[] {
  const mask = typeof value === "number" && Number.isInteger(value) ? value : undefined;
  return names
    .map((name, bit): Bit => {
      if (mask === undefined) return { name, is: "unknown" };
      // Not `>>`: a mask may have 32 bits, and shifting makes its highest a sign.
      if (isSet(mask, bit)) return { name, is: "working" };
      const neverWorked = before.length > 0 && !before.some((other) => isSet(Number(other), bit));
      return { name, is: neverWorked ? "unfitted" : "fault" };
    })
    .reverse();
}

function isSet(mask: number, bit: number): boolean {
  return Math.floor(mask / 2 ** bit) % 2 === 1;
}

/** The names of what a device reports missing or faulty; none while it has not told. */
export function faultsIn(value: Value | null, names: readonly string[]): readonly string[] {
  return bitsIn(value, names)
    .filter(({ is }) => is === "fault")
    .map(({ name }) => name);
}
