import { momentsOf } from "../lib/calendar.ts";
import { parseIsoTime } from "../lib/iso-time.ts";
import type { Reading } from "./reading.ts";

type Wish = Pick<Reading, "zone" | "dates">;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Clocks are set by quarters of an hour at the least: within one, the offsets stay. */
const QUARTER_MS = 15 * MINUTE_MS;
/** Of a number without a unit: below, seconds since the epoch; then milli-, micro-, nanoseconds. */
const EPOCH_STEPS = [1e11, 1e14, 1e17] as const;

/** The year in front, or behind two numbers with the same mark between them. */
const DATE = String.raw`(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\5(\d{4}))`;
const WALL = new RegExp(`^${DATE}(?:(?:[T ]|, ?)(.+))?$`);
const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?$/;
const ZONE = /\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$/;

/** Reads times as spreadsheets and other systems write them. */
export class TimeReader {
  readonly #wish: Wish;
  #quarter = Number.NaN;
  #offsets: readonly number[] = [];

  constructor(wish: Wish) {
    this.#wish = wish;
  }

  /**
   * Milliseconds since the epoch, or a sentence. Of a time that the wall shows twice the first is
   * meant, unless what was read before of the same variable lies there or later.
   */
  read(text: string, before = Number.NEGATIVE_INFINITY): number | string {
    const exact = parseIsoTime(text) ?? epochOf(text);
    if (exact !== undefined) return exact;
    const zone = ZONE.exec(text);
    const offset = zone && /:\d\d/.test(text) ? offsetOf(zone[1] ?? "") : undefined;
    const wall = wallOf(offset === undefined ? text : text.slice(0, zone?.index), this.#wish.dates);
    if (wall === undefined) return `'${text.slice(0, 40)}' is no time`;
    if (offset !== undefined) return wall - offset;
    const [first, second] = this.#moments(wall);
    if (first === undefined) return `${text} was skipped by the clocks of ${this.#wish.zone}`;
    return second !== undefined && first <= before ? second : first;
  }

  #moments(wall: number): readonly number[] {
    const quarter = Math.floor(wall / QUARTER_MS) * QUARTER_MS;
    if (quarter !== this.#quarter) {
      this.#quarter = quarter;
      this.#offsets = momentsOf(quarter, this.#wish.zone).map((at) => quarter - at);
    }
    return this.#offsets.map((offset) => wall - offset);
  }
}

/** Whether a time has to be told where it was read off a clock. */
export function isWallTime(text: string): boolean {
  if ((parseIsoTime(text) ?? epochOf(text)) !== undefined) return false;
  return !(ZONE.test(text) && /:\d\d/.test(text)) && wallOf(text, "day-first") !== undefined;
}

/** Day, month and the separator between them, as they stand in a date that ends with the year. */
export function slashedDate(text: string): readonly [first: number, second: number] | undefined {
  const [, , , , first, separator, second] = WALL.exec(text) ?? [];
  return separator === "/" ? [Number(first), Number(second)] : undefined;
}

function epochOf(text: string): number | undefined {
  if (!/^-?\d{9,19}(?:\.\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  const [seconds, milliseconds, microseconds] = EPOCH_STEPS;
  const size = Math.abs(number);
  if (size < seconds) return number * SECOND_MS;
  if (size < milliseconds) return number;
  return Math.round(size < microseconds ? number / 1e3 : number / 1e6);
}

/** What the clock on the wall shows, as if it stood in Greenwich. */
function wallOf(text: string, dates: Wish["dates"]): number | undefined {
  const found = WALL.exec(text.trim());
  if (!found) return undefined;
  const [, year, month, day, first, separator, second, yearBehind, clock = "0:00"] = found;
  const isDayFirst = separator !== "/" || dates === "day-first";
  const parts = year
    ? [year, month, day]
    : [yearBehind, isDayFirst ? second : first, isDayFirst ? first : second];
  const [y = 0, m = 0, d = 0] = parts.map(Number);
  const midnight = Date.UTC(y, m - 1, d);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d) return undefined;
  const time = clockOf(clock);
  return time === undefined ? undefined : midnight + time;
}

function clockOf(text: string): number | undefined {
  const found = CLOCK.exec(text.trim());
  if (!found) return undefined;
  const [, hourText, minuteText, secondText = "0", fraction = "", half] = found;
  const [minute, second] = [Number(minuteText), Number(secondText)];
  const hour = half ? hourOfHalf(Number(hourText), half) : Number(hourText);
  if (!(hour <= 23) || minute > 59 || second > 59) return undefined;
  const milliseconds = Math.floor(Number(`0.${fraction || 0}`) * SECOND_MS);
  return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + milliseconds;
}

/** 12 a.m. is midnight; what is no hour of half a day stays none. */
function hourOfHalf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
}

function offsetOf(zone: string): number {
  const found = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!found) return 0;
  const [, sign, hours, minutes = "0"] = found;
  return (sign === "-" ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS);
}
