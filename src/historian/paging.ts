import type { RangeQuery } from "./historian.ts";

/** What of a range is still to be told: a page that goes on behind another begins there. */
export function restOf({ from, to, after, order }: RangeQuery): Span {
  if (after === undefined) return { since: from, until: to };
  if (order === -1) return { since: from, until: Math.min(to, after) };
  return { since: Math.max(from, nextDouble(after)), until: to };
}

type Span = { readonly since: number; readonly until: number };

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The smallest number that is larger: times may have fractions, so one more is not it. */
function nextDouble(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  double[0] = value;
  bits[0] = (bits[0] ?? 0n) + (value > 0 ? 1n : -1n);
  return double[0] ?? 0;
}
