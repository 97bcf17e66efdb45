import { NO_VALUE } from "./format.ts";
import { stepFor } from "./trend-window.ts";
import type { Edges } from "./use-trend.ts";

/** How long the time of one bar is: by the clock, or by the calendar of this place. */
export type BarCut = { readonly everyMs: number } | { readonly calendar: Unit };
type Unit = "day" | "week" | "month" | "quarter" | "year";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Bars, not a line: as many as one can still tell apart. */
const BARS_MAX = 30;
/** Who looks at more of it asks how the days were. */
const BY_CLOCK_MAX_MS = 2.5 * DAY_MS;
const BY_DAY_MAX_MS = 62 * DAY_MS;
const BY_WEEK_MAX_MS = 190 * DAY_MS;
const BY_MONTH_MAX_MS = 930 * DAY_MS;
const BY_QUARTER_MAX_MS = 2_750 * DAY_MS;

export function barCut(spanMs: number): BarCut {
  if (spanMs > BY_QUARTER_MAX_MS) return { calendar: "year" };
  if (spanMs > BY_MONTH_MAX_MS) return { calendar: "quarter" };
  if (spanMs > BY_WEEK_MAX_MS) return { calendar: "month" };
  if (spanMs > BY_DAY_MAX_MS) return { calendar: "week" };
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
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const SHORT_MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "2-digit" });

type Words = (at: number) => string;
const NAMES: Readonly<Record<Unit, Words>> = {
  day: (at) => DAY.format(at),
  week: (at) => `week ${weekOf(at)}, from ${DAY.format(at)}`,
  month: (at) => MONTH.format(at),
  quarter: (at) => `${quarterOf(at)} ${new Date(at).getFullYear()}`,
  year: (at) => String(new Date(at).getFullYear()),
};
const LABELS: Readonly<Record<Unit, Words>> = {
  day: (at) => DATE.format(at),
  week: (at) => DATE.format(at),
  month: (at) => SHORT_MONTH.format(at),
  quarter: NAMES.quarter,
  year: NAMES.year,
};

/** Which bar it is: `Fri 30 Oct`, `week 44, from Mon 26 Oct`, `October 2026`, `30 Oct, 14:00`. */
export function barName(cut: BarCut, at: number | undefined): string {
  if (at === undefined) return NO_VALUE;
  return "everyMs" in cut ? TIME.format(at) : NAMES[cut.calendar](at);
}

/** Below the bars. */
export function barLabel(cut: BarCut, at: number): string {
  return "everyMs" in cut ? CLOCK.format(at) : LABELS[cut.calendar](at);
}

function quarterOf(at: number): string {
  return `Q${Math.floor(new Date(at).getMonth() / 3) + 1}`;
}

/** Its number by ISO 8601: the first week is the one with the year's first Thursday. */
function weekOf(monday: number): number {
  const date = new Date(monday);
  const thursday = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate() + 3);
  const newYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday - newYear) / (7 * DAY_MS));
}

/** The beginning of the bar that `at` is in. */
function beginOf(cut: BarCut, at: number): number {
  const day = new Date(at).setHours(0, 0, 0, 0);
  if ("everyMs" in cut) return day + Math.floor((at - day) / cut.everyMs) * cut.everyMs;
  return startOf(cut.calendar, day, 0);
}

function nextOf(cut: BarCut, at: number): number {
  const begin = beginOf(cut, at);
  return "everyMs" in cut ? begin + cut.everyMs : startOf(cut.calendar, begin, 1);
}

/** Where the unit begins that is so many behind the one of this day. */
function startOf(unit: Unit, day: number, behind: 0 | 1): number {
  const date = new Date(day);
  const [month, of] = [date.getMonth(), date.getDate()];
  if (unit === "day") return date.setDate(of + behind);
  if (unit === "week") return date.setDate(of - ((date.getDay() + 6) % 7) + 7 * behind);
  if (unit === "month") return date.setMonth(month + behind, 1);
  if (unit === "quarter") return date.setMonth(month - (month % 3) + 3 * behind, 1);
  return date.setFullYear(date.getFullYear() + behind, 0, 1);
}
