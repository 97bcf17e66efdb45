import { stepFor } from "./trend-window.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Weekdays say more than dates for about as long as a week. */
const WEEK_MS = 8 * DAY_MS;
/** Longer than this a day and its month say little without the year. */
const YEAR_MS = 400 * DAY_MS;

const SECONDS = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" });

/** `14:10`, `14:10:30` where they stand so close, and the day where a day begins. */
export function timeLabels(at: readonly number[]): string[] {
  const [first = 0, second = first + MINUTE_MS] = at;
  const spanMs = (at.at(-1) ?? first) - first;
  return at.map((moment) => {
    const date = new Date(moment);
    if (spanMs > YEAR_MS) return MONTH.format(date);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (isMidnight) return (spanMs > WEEK_MS ? DATE : WEEKDAY).format(date);
    return (second - first < MINUTE_MS ? SECONDS : CLOCK).format(date);
  });
}

/** At most `count` moments to label, round by the clock on the wall. */
export function timeTicks(from: number, to: number, count: number): number[] {
  const step = stepFor(to - from, count);
  const zone = new Date(from).getTimezoneOffset() * MINUTE_MS;
  const first = Math.ceil((from - zone) / step) * step + zone;
  return Array.from({ length: Math.ceil((to - first) / step) }, (_, row) => first + row * step);
}
