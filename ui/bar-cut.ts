import { NO_VALUE } from "./format.ts";
import { stepFor } from "./trend-window.ts";
import type { Edges } from "./use-trend.ts";

/** How long the time of one bar is: by the clock, or a day or month of this place. */
export type BarCut = { readonly everyMs: number } | { readonly calendar: "day" | "month" };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Bars, not a line: as many as one can still tell apart. */
const BARS_MAX = 30;
/** Who looks at more of it asks how the days were. */
const BY_CLOCK_MAX_MS = 2.5 * DAY_MS;
const BY_DAY_MAX_MS = 62 * DAY_MS;

export function barCut(spanMs: number): BarCut {
  if (spanMs > BY_DAY_MAX_MS) return { calendar: "month" };
  if (spanMs > BY_CLOCK_MAX_MS) return { calendar: "day" };
  return { everyMs: stepFor(spanMs, BARS_MAX) };
}

/**
 * Whole bars only, that begin by the clock of this place. Where time is followed, the one that
 * reaches out of the view at its beginning is left away, and the last one is of now.
 */
export function barEdges(cut: BarCut, { from, to }: Edges, isLive: boolean): Edges {
  const first = beginOf(cut, from);
  const begin = isLive && first < from ? nextOf(cut, from) : first;
  const last = beginOf(cut, to);
  return { from: begin, to: last < to ? nextOf(cut, to) : last };
}

/** Of those that are known; null where none is. */
export function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** When each bar of a clock's begins; those of a calendar the server tells. */
export function barStarts(everyMs: number, { from, to }: Edges): number[] {
  return Array.from({ length: Math.ceil((to - from) / everyMs) }, (_, row) => from + row * everyMs);
}

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" });
const TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const SHORT = {
  clock: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }),
  day: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }),
  month: new Intl.DateTimeFormat("en-GB", { month: "short", year: "2-digit" }),
};

/** Which bar it is: `Fri 30 Oct`, `October 2026`, `30 Oct, 14:00`. */
export function barName(cut: BarCut, at: number | undefined): string {
  if (at === undefined) return NO_VALUE;
  if ("everyMs" in cut) return TIME.format(at);
  return (cut.calendar === "day" ? DAY : MONTH).format(at);
}

/** Below the bars. */
export function barLabel(cut: BarCut, at: number): string {
  return SHORT["everyMs" in cut ? "clock" : cut.calendar].format(at);
}

/** The beginning of the bar that `at` is in. */
function beginOf(cut: BarCut, at: number): number {
  const day = new Date(at).setHours(0, 0, 0, 0);
  if ("everyMs" in cut) return day + Math.floor((at - day) / cut.everyMs) * cut.everyMs;
  return cut.calendar === "day" ? day : new Date(day).setDate(1);
}

function nextOf(cut: BarCut, at: number): number {
  const begin = beginOf(cut, at);
  if ("everyMs" in cut) return begin + cut.everyMs;
  const next = new Date(begin);
  if (cut.calendar === "day") return next.setDate(next.getDate() + 1);
  return next.setMonth(next.getMonth() + 1);
}
