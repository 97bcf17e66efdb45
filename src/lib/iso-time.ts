const FORM = /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)$/;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Behind `2022-12-01T20:05:10`: a point, or the offset. */
const SECONDS_END = 19;

/**
 * Reads `2022-12-01T20:05:10Z` as milliseconds since the epoch; `undefined` for anything else.
 *
 * Date and time of day must exist, and an offset must be there (`Z`, `+01:00`, `+0100`, `+01`): a
 * time without one is read differently by every machine. Of a fraction with any number of digits,
 * what lies below a millisecond is cut. `Date.parse` is not asked: it takes 31 February, 24:00 and
 * older forms of its own as well.
 */
export function parseIsoTime(text: string): number | undefined {
  if (!FORM.test(text)) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2) - 1;
  const day = digits(text, 8, 2);
  const time = timeOfDay(text, 11);
  if (time === undefined || day < 1 || day > daysIn(year, month)) return undefined;
  const midnight = Date.UTC(year, month, day);

  const zoneAt = text.endsWith("Z") ? text.length - 1 : signAt(text);
  const offset = offsetOf(text, zoneAt);
  return offset === undefined ? undefined : midnight + time + fraction(text, zoneAt) - offset;
}

/** JavaScript carries 31 February over into March. A month that is none has no days. */
function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 1 && isLeap ? 29 : (DAYS[month] ?? 0);
}

function timeOfDay(text: string, from: number): number | undefined {
  const hour = digits(text, from, 2);
  const minute = digits(text, from + 3, 2);
  const second = digits(text, from + 6, 2);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
}

/** Behind the date: there a minus is not a hyphen. */
function signAt(text: string): number {
  return Math.max(text.indexOf("+", SECONDS_END), text.indexOf("-", SECONDS_END));
}

function fraction(text: string, zoneAt: number): number {
  const given = Math.min(zoneAt - SECONDS_END - 1, 3);
  return given > 0 ? digits(text, SECONDS_END + 1, given) * 10 ** (3 - given) : 0;
}

function offsetOf(text: string, zoneAt: number): number | undefined {
  if (text[zoneAt] === "Z") return 0;
  const hours = digits(text, zoneAt + 1, 2);
  const minutes = text.length > zoneAt + 3 ? digits(text, text.length - 2, 2) : 0;
  if (hours > 23 || minutes > 59) return undefined;
  const sign = text[zoneAt] === "-" ? -1 : 1;
  return sign * (hours * HOUR_MS + minutes * MINUTE_MS);
}

/** The number that `count` digits spell; FORM has seen to it that they are digits. */
function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let index = from; index < from + count; index += 1) {
    number = number * 10 + text.charCodeAt(index) - 48;
  }
  return number;
}
