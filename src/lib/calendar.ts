/** Spans of a calendar, as the clocks on the wall of a place show them. */
export type CalendarUnit = "hour" | "day" | "month";

type CalendarSpan = {
  readonly from: number;
  readonly to: number;
  readonly unit: CalendarUnit;
  /** An IANA name, such as Europe/Zurich. */
  readonly timeZone: string;
};

/**
 * Where the units of `[from, to)` begin, at most `limit` of them: `from` itself, then every full
 * hour, midnight or first of a month. A day is 23 or 25 hours long where the clocks are changed,
 * and begins with its first moment where they skip midnight.
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

function nextStart(at: number, { unit, timeZone }: CalendarSpan): number {
  const wall = at + offsetAt(at, timeZone);
  if (unit === "hour") return at + HOUR_MS - (wall - Math.floor(wall / HOUR_MS) * HOUR_MS);
  const date = new Date(wall);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const next = unit === "day" ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1);
  return firstMoment(next, timeZone);
}

/** The first moment at which the wall shows this time, or a later one where it is skipped. */
function firstMoment(wall: number, timeZone: string): number {
  const offsets = [wall - OFFSET_MAX, wall + OFFSET_MAX].map((at) => offsetAt(at, timeZone));
  const early = wall - Math.max(...offsets);
  const late = wall - Math.min(...offsets);
  for (const at of [early, late]) if (at + offsetAt(at, timeZone) === wall) return at;
  let [before, after] = [early - 1, late];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + offsetAt(middle, timeZone) < wall) before = middle;
    else after = middle;
  }
  return after;
}

/** How far the wall is ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const second = Math.floor(at / 1_000) * 1_000;
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
