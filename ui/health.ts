import type { Value } from "../src/domain/reading.ts";

type Bit = {
  readonly name: string;
  /** 0 stands for missing as well as for faulty: a device cannot tell them apart. */
  readonly is: "working" | "fault" | "unknown";
};

/** What each bit of a mask says, the highest first, as the number is written in binary. */
export function bitsIn(value: Value | null, names: readonly string[]): readonly Bit[] {
  const mask = typeof value === "number" && Number.isInteger(value) ? value : undefined;
  return names
    .map((name, bit): Bit => {
      if (mask === undefined) return { name, is: "unknown" };
      // Not `>>`: a mask may have 32 bits, and shifting makes its highest a sign.
      return { name, is: Math.floor(mask / 2 ** bit) % 2 === 1 ? "working" : "fault" };
    })
    .reverse();
}

/** The names of what a device reports missing or faulty; none while it has not told. */
export function faultsIn(value: Value | null, names: readonly string[]): readonly string[] {
  return bitsIn(value, names)
    .filter(({ is }) => is === "fault")
    .map(({ name }) => name);
}
