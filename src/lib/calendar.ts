/** Spans of a calendar, as the clocks on the wall of a place show them. */
export const CALENDAR_UNITS = ["hour", "day", "week", "month", "quarter", "year"] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

type CalendarSpan = {
  readonly from: number;
  readonly to: number;
  readonly unit: CalendarUnit;
  /** An IANA name, such as Europe/Zurich. */
  readonly timeZone: string;
};

/**
 * Where the units of `[from, to)` begin, at most `limit` of them: `from` itself, then every full
 * hour or midnight, Monday, first of a month, a quarter or a year. A day is 23 or 25 hours long
 * where the clocks are changed, and begins with its first moment where they skip midnight.
 */
export function calendarStarts(span: CalendarSpan, limit = Number.POSITIVE_INFINITY): number[] {
  const starts: number[] = [];
  for (let at = span.from; at < span.to && starts.length < limit; at = nextStart(at, span)) {
    starts.push(at);
  }
  return starts;
}

export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * When the wall of a place shows this time: once, twice in the hour that comes again when clocks go
 * back, earlier first, and never in the one that is skipped.
 */
export function momentsOf(wall: number, timeZone: string): readonly number[] {
  const offsets = [-OFFSET_MAX, OFFSET_MAX].map((more) => offsetAt(wall + more, timeZone));
  return [...new Set(offsets)]
    .map((offset) => wall - offset)
    .filter((at) => at + offsetAt(at, timeZone) === wall)
    .toSorted((a, b) => a - b);
}

const HOUR_MS = 3_600_000;
/** No zone is further from UTC, whatever happens to its clocks. */
const OFFSET_MAX = 24 * HOUR_MS;
const EARLIEST = Date.UTC(1800, 0, 1);
/** Of the last moment that a date can name, the wall of some places shows a later one. */
const LATEST = 8.64e15 - OFFSET_MAX;

/** From a midnight on a wall to the one where the next unit begins. */
const STEP: Readonly<Record<Exclude<CalendarUnit, "hour">, (date: Date) => void>> = {
  day: (date) => date.setUTCDate(date.getUTCDate() + 1),
  week: (date) => date.setUTCDate(date.getUTCDate() + 7 - ((date.getUTCDay() + 6) % 7)),
  month: (date) => date.setUTCMonth(date.getUTCMonth() + 1, 1),
  quarter: (date) => date.setUTCMonth(date.getUTCMonth() - (date.getUTCMonth() % 3) + 3, 1),
  year: (date) => date.setUTCFullYear(date.getUTCFullYear() + 1, 0, 1),
};

function nextStart(at: number, { unit, timeZone }: CalendarSpan): number {
  const wall = at + offsetAt(at, timeZone);
  if (unit === "hour") return at + HOUR_MS - (wall - Math.floor(wall / HOUR_MS) * HOUR_MS);
  const date = new Date(wall);
  date.setUTCHours(0, 0, 0, 0);
  STEP[unit](date);
  const next = date.getTime();
  return Number.isNaN(next) ? Number.POSITIVE_INFINITY : firstMoment(next, at, timeZone);
}

/** The first moment behind `at` when the wall shows this time, or a later one if it is skipped. */
function firstMoment(wall: number, at: number, timeZone: string): number {
  const offsets = [wall - OFFSET_MAX, wall + OFFSET_MAX].map((at) => offsetAt(at, timeZone));
  const early = wall - Math.max(...offsets);
  const late = wall - Math.min(...offsets);
  for (const one of [early, late]) {
    if (one > at && one + offsetAt(one, timeZone) === wall) return one;
  }
  let [before, after] = [early - 1, late];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + offsetAt(middle, timeZone) < wall) before = middle;
    else after = middle;
  }
  return after;
}

/** How far the wall is ahead of UTC; before anybody had set a clock by it, as far as then. */
function offsetAt(at: number, timeZone: string): number {
  const second = Math.floor(Math.min(Math.max(at, EARLIEST), LATEST) / 1_000) * 1_000;
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of clockOf(timeZone).formatToParts(second)) {
    shown[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: of = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, of) - second;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one takes far longer than reading it. Throws a RangeError where there is no such zone. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(timeZone, clock);
  return clock;
}
