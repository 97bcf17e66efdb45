import type { Chunks } from "./chunks.ts";
import { sumsOfDay } from "./day-maker.ts";
import { Run } from "./run.ts";
import { dayFrom, type Tier } from "./tier.ts";

/** Sums depend on their order, in their last digits. */
const TOLERANCE = 1e-9;

type DayFault = { readonly at: number; readonly fault: string };

/** What is wrong with the days of a series, and with which. */
export function dayFaults(chunks: Chunks, series: number): DayFault[] {
  const faults: DayFault[] = [];
  const run = new Run();
  for (const day of chunks.days.within(series, Number.NEGATIVE_INFINITY, Number.MAX_VALUE)) {
    const fault = faultOf(chunks, series, day, run);
    if (fault) faults.push({ at: day.at, fault });
  }
  return faults;
}

function faultOf(chunks: Chunks, series: number, day: Tier, run: Run): string | undefined {
  const { days } = chunks;
  if (days.isDamaged(series, day.at)) return "its hours are damaged";
  if (day.at <= days.horizonOf(series)) {
    const left = days.hoursOf(series, day.at);
    return left && !agree(day, dayFrom(left)) ? "it disagrees with its hours" : undefined;
  }
  const { hours, every } = sumsOfDay(chunks, { series, day: day.at, samplesMin: 0 }, run);
  if (hours.length === 0) return "its samples cannot be read";
  const made = dayFrom(hours);
  const [said] = days.within(series, day.at, day.at + 1, true);
  const isSame = agree(day, made) && (!said || agree(said, every ?? made));
  return isSame ? undefined : "it disagrees with its samples";
}

function agree(one: Tier, other: Tier): boolean {
  const exact = ["countable", "good", "min", "max", "first", "last", "firstAt", "lastAt"] as const;
  const summed = ["sum", "increase", "area"] as const;
  const isNear = (a: number, b: number) =>
    Object.is(a, b) || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a));
  return (
    exact.every((name) => Object.is(one[name] + 0, other[name] + 0)) &&
    summed.every((name) => isNear(one[name], other[name]))
  );
}
