import { type Problem, problem } from "../../domain/problem.ts";
import { calendarStarts } from "../../lib/calendar.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";

/** How long an interval is. Days, weeks and months are those of the asset's own calendar. */
type Interval = { readonly unit: Unit; readonly value: number };
export type Unit = (typeof UNITS)[number];

/** What a caller asks for; what he leaves out is completed. */
export type Wish = {
  readonly from?: number;
  readonly to?: number;
  readonly unit?: Unit;
  readonly value?: number;
  readonly count?: number;
};

export type Plan = {
  readonly interval: Interval;
  /** Where the intervals begin, and where the last one ends. */
  readonly bounds: readonly number[];
};

const UNITS = ["minute", "hour", "day", "week", "month"] as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LENGTH_MS: Readonly<Record<Unit, number>> = {
  ...{ minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS },
};
/** The values that a unit may have: from, to, and in which steps. */
const VALUES: Readonly<Record<Unit, readonly [least: number, most: number, step: number]>> = {
  ...{ minute: [2, 60, 2], hour: [1, 24, 1], day: [1, 90, 1], week: [1, 12, 1], month: [1, 3, 1] },
};
/** The longest range that a unit may be asked for. */
const RANGE_MS: Readonly<Record<Unit, number>> = {
  minute: DAY_MS,
  hour: 7 * DAY_MS,
  ...{ day: 90 * DAY_MS, week: 90 * DAY_MS, month: 92 * DAY_MS },
};
const USUAL_RANGE_MS = 7 * DAY_MS;
const LONGEST_RANGE_MS = 90 * DAY_MS;

export function unitOf(word: string): Unit | undefined {
  return UNITS.find((unit) => unit === word.toLowerCase());
}

/**
 * The intervals that are meant, by the rules that Siemens' documentation of the API gives
 * ("Intelligent auto-completion"), widened until they begin and end where intervals do.
 */
export function planOf(wish: Wish, now: number, timeZone: string): Outcome<Plan, Problem> {
  const interval = intervalOf(wish);
  if (interval && !isAllowed(interval)) {
    const [least, most, step] = VALUES[interval.unit];
    return refused(`intervalValue: ${interval.unit} goes from ${least} to ${most} by ${step}`);
  }
  const { from, to } = rangeOf(wish, interval, now);
  if (to <= from) return refused("to: must be later than from");
  const chosen = interval ?? fitting(to - from, wish.count);
  if (to - from > RANGE_MS[chosen.unit]) {
    return refused(`by ${chosen.unit} at most ${RANGE_MS[chosen.unit] / DAY_MS} days`);
  }
  return success({ interval: chosen, bounds: boundsOf(from, to, chosen, timeZone) });
}

function intervalOf({ unit, value }: Wish): Interval | undefined {
  if (unit === undefined) return undefined;
  return { unit, value: value ?? VALUES[unit][0] };
}

function isAllowed({ unit, value }: Interval): boolean {
  const [least, most, step] = VALUES[unit];
  return Number.isInteger(value) && value >= least && value <= most && value % step === 0;
}

type Range = { readonly from: number; readonly to: number };

function rangeOf(wish: Wish, interval: Interval | undefined, now: number): Range {
  const { from, to, count } = wish;
  if (from !== undefined && to !== undefined) return { from, to };
  // With an interval and their number, one end gives the other.
  const length = interval && count ? count * interval.value * LENGTH_MS[interval.unit] : undefined;
  if (from === undefined) {
    const end = to ?? now;
    const usual = to === undefined ? USUAL_RANGE_MS : LONGEST_RANGE_MS;
    return { from: end - (length ?? Math.min(usual, longestOf(interval))), to: end };
  }
  if (length !== undefined) return { from, to: from + length };
  const day = Math.floor(from / DAY_MS) * DAY_MS;
  return {
    from: interval ? from : day,
    to: Math.min(day + longestOf(interval), Math.max(now, from + 1)),
  };
}

function longestOf(interval: Interval | undefined): number {
  return Math.min(LONGEST_RANGE_MS, interval ? RANGE_MS[interval.unit] : LONGEST_RANGE_MS);
}

/** The shortest that comes to no more intervals than asked for; else the longest that fits. */
function fitting(range: number, count: number | undefined): Interval {
  if (count === undefined) {
    if (range >= DAY_MS) return { unit: "day", value: 1 };
    return range >= HOUR_MS ? { unit: "hour", value: 1 } : { unit: "minute", value: 2 };
  }
  const wanted = range / count;
  for (const unit of ["minute", "hour", "day"] as const) {
    const [least, most, step] = VALUES[unit];
    const steps = Math.ceil(wanted / LENGTH_MS[unit] / step);
    const value = Math.max(least, steps * step);
    if (value <= most) return { unit, value };
  }
  return { unit: "day", value: VALUES.day[1] };
}

function boundsOf(from: number, to: number, interval: Interval, timeZone: string): number[] {
  const { unit, value } = interval;
  if (unit === "minute" || unit === "hour") {
    const length = value * LENGTH_MS[unit];
    const midnight = startBefore(from, "day", timeZone);
    const first = midnight + Math.floor((from - midnight) / length) * length;
    const count = Math.ceil((to - first) / length);
    return Array.from({ length: count + 1 }, (_, index) => first + index * length);
  }
  const isMonth = unit === "month";
  const first = startBefore(from, unit, timeZone);
  const step = unit === "week" ? 7 * value : value;
  // Far enough for the end of the interval that holds `to`.
  const end = to + (step + 1) * (isMonth ? 31 * DAY_MS : DAY_MS);
  const each = calendarStarts({ from: first, to: end, unit: isMonth ? "month" : "day", timeZone });
  const bounds = each.filter((_, index) => index % step === 0);
  return bounds.slice(0, bounds.findIndex((bound) => bound >= to) + 1);
}

/** Where the day, week or month begins that a moment is in. */
function startBefore(at: number, unit: "day" | "week" | "month", timeZone: string): number {
  const before = at - 2.1 * LENGTH_MS[unit];
  const starts = calendarStarts({ from: before, to: at + 1, unit, timeZone });
  return starts.at(-1) ?? at;
}

function refused(detail: string): Outcome<never, Problem> {
  return failure(problem("request_invalid", detail));
}
