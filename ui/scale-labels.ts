import { formatNumber } from "./format.ts";

/** What stands at the lines of a scale has little room: prefixes of units take the zeros. */
const PREFIXES = [
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e-3, ""],
  [1e-6, "µ"],
  [1e-9, "n"],
] as const;
/** Beyond the largest prefix. */
const HUGE = 1e18;
const DECIMALS = [0, 1, 2, 3, 4, 5];

/** `500 000`, `1.2 M`, `40 µ`: all of a scale with one prefix, as fine as its steps. */
export function scaleLabels(splits: readonly number[]): string[] {
  const most = Math.max(...splits.map(Math.abs));
  if (most >= HUGE) return splits.map((split) => (split === 0 ? "0" : split.toExponential(1)));
  const [least, prefix] = PREFIXES.find(([size]) => most >= size) ?? NO_PREFIX;
  const size = prefix === "" ? 1 : least;
  const step = Math.abs((splits[1] ?? 0) - (splits[0] ?? 0)) / size || 1;
  const decimals = DECIMALS.find((digits) => isWhole(step * 10 ** digits)) ?? 6;
  if (prefix === "") return splits.map((split) => formatNumber(split, decimals));
  return splits.map((split) =>
    split === 0 ? "0" : `${formatNumber(split / size, decimals)}\u202f${prefix}`,
  );
}

const NO_PREFIX = [1, ""] as const;

function isWhole(number: number): boolean {
  return Math.abs(number - Math.round(number)) < 1e-6;
}
