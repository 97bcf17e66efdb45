import type { RetentionReply } from "../src/api/contract.ts";

type Days = number | null;
type Choice = { readonly value: string; readonly label: string };

const YEAR = 365;
const USUAL: readonly Days[] = [7, 30, 90, YEAR, 2 * YEAR, 5 * YEAR, 10 * YEAR, null];
const FOR_EVER = "for ever";
const DAY_MS = 86_400_000;

/** `every value for 90 days, hours for 5 years, days for ever`. */
export function keptWords({ rawDays, hourlyDays, dailyDays }: RetentionReply): string {
  const words = [`every value ${daysWords(rawDays)}`];
  if (rawDays !== null) words.push(`hours ${daysWords(hourlyDays)}`);
  if (rawDays !== null && hourlyDays !== null) words.push(`days ${daysWords(dailyDays)}`);
  return words.join(", ");
}

/** The usual times to choose from, and the one that is chosen already. */
export function daysChoices(chosen: Days): Choice[] {
  const all = USUAL.includes(chosen) ? USUAL : [...USUAL, chosen];
  return all
    .toSorted((one, other) => (one ?? Infinity) - (other ?? Infinity))
    .map((days) => ({ value: choiceOf(days), label: daysWords(days) }));
}

export function choiceOf(days: Days): string {
  return days === null ? FOR_EVER : String(days);
}

export function daysOf(value: string): Days {
  return value === FOR_EVER ? null : Number(value);
}

/** What is made of values stays at least as long as they do: the others follow the one chosen. */
export function withDays(
  kept: RetentionReply,
  name: keyof RetentionReply,
  days: Days,
): RetentionReply {
  const order = ["rawDays", "hourlyDays", "dailyDays"] as const;
  const place = order.indexOf(name);
  const [rawDays = null, hourlyDays = null, dailyDays = null] = order.map((one, index) => {
    if (index === place) return days;
    return (index > place ? longer : shorter)(kept[one], days);
  });
  return { rawDays, hourlyDays, dailyDays };
}

/** Samples of before that time go by the change; undefined where none goes by it. */
export function goesBefore(
  was: RetentionReply,
  is: RetentionReply,
  now: number,
): number | undefined {
  if (is.rawDays === null || (was.rawDays !== null && is.rawDays >= was.rawDays)) return undefined;
  return now - is.rawDays * DAY_MS;
}

function longer(one: Days, other: Days): Days {
  return one === null || other === null ? null : Math.max(one, other);
}

function shorter(one: Days, other: Days): Days {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}

function daysWords(days: Days): string {
  if (days === null) return FOR_EVER;
  const [count, unit] = days % YEAR === 0 ? [days / YEAR, "year"] : [days, "day"];
  return `for ${count} ${unit}${count === 1 ? "" : "s"}`;
}
