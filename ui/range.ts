const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How far back a trend looks that ends now. */
export const RANGES = [
  { id: "15min", label: "15 min", ms: 15 * MINUTE_MS },
  { id: "1h", label: "1 h", ms: HOUR_MS },
  { id: "6h", label: "6 h", ms: 6 * HOUR_MS },
  { id: "24h", label: "24 h", ms: DAY_MS },
  { id: "7d", label: "7 d", ms: 7 * DAY_MS },
  { id: "30d", label: "30 d", ms: 30 * DAY_MS },
  { id: "1y", label: "1 y", ms: 365 * DAY_MS },
] as const;

export type Range = (typeof RANGES)[number];
export type RangeId = Range["id"];

const USUAL: Range = RANGES[1];

export function rangeOf(id: string | undefined): Range {
  return RANGES.find((range) => range.id === id) ?? USUAL;
}
