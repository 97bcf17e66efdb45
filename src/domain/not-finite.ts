import type { Value } from "./reading.ts";

/** As C, Python, Java and JavaScript print them. */
const PRINTED = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;

/** NaN or an infinity, said as a number or as a text; undefined for all else. */
export function notFiniteIn(value: Value | null): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : value;
  const found = typeof value === "string" ? PRINTED.exec(value.trim()) : null;
  if (!found) return undefined;
  const [, sign, isNone] = found;
  if (isNone) return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
