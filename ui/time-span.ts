import type { Edges } from "./use-trend.ts";

const DATE = { day: "numeric", month: "short", year: "numeric" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;
const DAYS = new Intl.DateTimeFormat("en-GB", DATE);
const MINUTES = new Intl.DateTimeFormat("en-GB", { ...DATE, ...CLOCK });
const SECONDS = new Intl.DateTimeFormat("en-GB", { ...DATE, ...CLOCK, second: "2-digit" });
const MINUTE_MS = 60_000;

/** `3 Mar 2024` for whole days, `3 Mar 2024, 14:00–15:30`: what is the same is said once. */
export function spanWords({ from, to }: Edges): string {
  if (isMidnight(from) && isMidnight(to)) return DAYS.formatRange(from, to - 1);
  const isWhole = from % MINUTE_MS === 0 && to % MINUTE_MS === 0;
  return (isWhole ? MINUTES : SECONDS).formatRange(from, to);
}

type NamedSpan = { readonly name: string } & Edges;

/** What people ask for by name; what is not over yet ends now. Weeks begin on Monday. */
export function namedSpans(now: number): NamedSpan[] {
  const day = (by: number) => moved(now, (date) => date.setDate(date.getDate() + by));
  const monday = (new Date(now).getDay() + 6) % 7;
  const month = (by: number) => moved(now, (date) => date.setMonth(date.getMonth() + by, 1));
  const year = (by: number) =>
    moved(now, (date) => date.setFullYear(date.getFullYear() + by, 0, 1));
  return [
    { name: "Today", from: day(0), to: now },
    { name: "Yesterday", from: day(-1), to: day(0) },
    { name: "This week", from: day(-monday), to: now },
    { name: "Last week", from: day(-monday - 7), to: day(-monday) },
    { name: "This month", from: month(0), to: now },
    { name: "Last month", from: month(-1), to: month(0) },
    { name: "This year", from: year(0), to: now },
    { name: "Last year", from: year(-1), to: year(0) },
  ];
}

/** At midnight of this place, which on some days of the year is 23 or 25 hours from the next. */
function moved(now: number, by: (date: Date) => number): number {
  const date = new Date(new Date(now).setHours(0, 0, 0, 0));
  return by(date);
}

function isMidnight(at: number): boolean {
  return new Date(at).setHours(0, 0, 0, 0) === at;
}
