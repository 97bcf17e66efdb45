const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How far back a trend looks, and how wide the bars of a counter are then. */
export const RANGES = [
  { id: "15min", label: "15 min", ms: 15 * MINUTE_MS, barMs: MINUTE_MS },
  { id: "1h", label: "1 h", ms: HOUR_MS, barMs: 2 * MINUTE_MS },
  { id: "6h", label: "6 h", ms: 6 * HOUR_MS, barMs: 15 * MINUTE_MS },
  { id: "24h", label: "24 h", ms: 24 * HOUR_MS, barMs: HOUR_MS },
  { id: "7d", label: "7 d", ms: 7 * 24 * HOUR_MS, barMs: 6 * HOUR_MS },
] as const;

export type Range = (typeof RANGES)[number];
export type RangeId = Range["id"];

const USUAL: Range = RANGES[1];

export function rangeOf(id: string | undefined): Range {
  return RANGES.find((range) => range.id === id) ?? USUAL;
}
