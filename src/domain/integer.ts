/*
 * Integers beyond 2^53, where a double can no longer tell neighbours apart. As a value such a one
 * is a `bigint`; every smaller one stays a number, so that equal values are equal.
 */

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The integer as a value; undefined where it needs more than 64 bits. */
export function integerOf(exact: bigint): number | bigint | undefined {
  if (exact < MIN || exact > MAX) return undefined;
  return exact > SAFE || exact < -SAFE ? exact : Number(exact);
}

/** Of 32 bits with a sign, as MindSphere's INT and many registers are. */
export function isInt32(value: number | bigint): boolean {
  return typeof value === "number" && value === (value | 0);
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/**
 * How it travels in a column of doubles: by its 64 bits. A positive one gives 2^53 away before, for
 * then none has the bits of a NaN, which an engine may change on the way.
 */
export function packInteger(exact: bigint): number {
  bits[0] = exact > SAFE ? exact - SAFE - 1n : exact;
  return double[0] ?? 0;
}

export function unpackInteger(packed: number): bigint {
  double[0] = packed;
  const found = bits[0] ?? 0n;
  return found < 0n ? found : found + SAFE + 1n;
}
