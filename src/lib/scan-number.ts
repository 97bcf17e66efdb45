const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
/** So many digits are a whole number that a double holds, and so is ten to their power. */
const DIGITS_MAX = 15;
const POWERS = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, digits) => 10 ** digits);

/**
 * The number from `start` to `end` where it lies, as `Number` has it: both parts of the division
 * are exact. NaN where it is not spelt in plain decimals, or in more than so many digits.
 */
export function scanDecimal(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  const point = pointIn(bytes, first, end);
  const decimals = Math.max(0, end - point - 1);
  const digits = point - first + decimals;
  if (digits === 0 || digits > DIGITS_MAX) return Number.NaN;
  const before = withDigits(0, bytes, first, point);
  const whole = decimals === 0 ? before : withDigits(before, bytes, point + 1, end);
  const size = whole / (POWERS[decimals] ?? 1);
  return isNegative ? -size : size;
}

/** Where the point is; the end where there is none. */
function pointIn(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== POINT) at += 1;
  return at;
}

/** A number with further digits behind it; NaN where one is none. */
function withDigits(number: number, bytes: Uint8Array, start: number, end: number): number {
  let whole = number;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    whole = whole * 10 + digit;
  }
  return whole;
}
