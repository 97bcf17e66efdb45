import { AGGREGATE_FUNCTIONS, type AggregateFunction, functionsIn } from "../domain/aggregate.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { CALENDAR_UNITS, type CalendarUnit, calendarStarts, isTimeZone } from "../lib/calendar.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Span } from "./table-place.ts";

/** What a table of sums tells of each point: how its time is cut, and a column each function. */
export type SumsWish = {
  readonly by:
    | { readonly everyMs: number }
    | { readonly calendar: CalendarUnit; readonly timeZone: string };
  readonly functions: readonly AggregateFunction[];
};

type Options = Readonly<Record<"every" | "calendar" | "tz" | "fns", string | undefined>>;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Undefined where samples are asked for, not sums of them. */
export function sumsWishOf(options: Options): Outcome<SumsWish | undefined, Problem> {
  const { every, calendar, tz: timeZone = "UTC", fns } = options;
  if (every === undefined && calendar === undefined) return success(undefined);
  const [, count = "", unit = "ms"] = /^(\d+)(ms|s|m|h|d)?$/.exec(every ?? "") ?? [];
  const everyMs = Number(count) * (UNITS[unit] ?? 0);
  const named = CALENDAR_UNITS.find((one) => one === calendar);
  if ((every === undefined) === (calendar === undefined) || (!named && everyMs < 1)) {
    const units = CALENDAR_UNITS.join("|");
    return refused(`say either --every 15m (ms, s, m, h, d) or --calendar ${units}`);
  }
  if (!isTimeZone(timeZone)) return refused(`--tz: no time zone '${timeZone}'`);
  const functions = functionsIn(fns);
  if (!functions) return refused(`--fns: some of ${AGGREGATE_FUNCTIONS.join(",")}`);
  return success({ by: named ? { calendar: named, timeZone } : { everyMs }, functions });
}

/** One behind the other, none with more buckets than are told at once. */
export function* stretchesOf({ from, to }: Span, { by }: SumsWish): Generator<Span> {
  for (let start = from; start < to; ) {
    const end = Math.min(to, endOfStretch({ from: start, to }, by));
    yield { from: start, to: end };
    start = end;
  }
}

function endOfStretch({ from, to }: Span, by: SumsWish["by"]): number {
  const most = LIMIT.bucketsPerReply;
  if ("everyMs" in by) return from + by.everyMs * most;
  const starts = calendarStarts({ from, to, unit: by.calendar, ...by }, most + 1);
  return starts[most] ?? to;
}

function refused(detail: string) {
  return failure(problem("request_invalid", detail));
}
