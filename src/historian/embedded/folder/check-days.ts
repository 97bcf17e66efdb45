import type { Chunks } from "../database/chunks.ts";
import { DayTable } from "../day/day-table.ts";
import { dayFrom, type Tier } from "../day/tier.ts";
import { type DayWork, sumDay } from "../packing/day-maker.ts";
import { Run } from "../run/run.ts";

/*
 * The part of check.ts that reads days: each has to say what its samples say, or its hours where
 * they are gone.
 */

/** Sums depend on their order, in their last digits. */
const TOLERANCE = 1e-9;

type DayFault = { readonly at: number; readonly fault: string };

/** What is wrong with the days of a series, and with which. */
export function dayFaults(chunks: Chunks, series: number): DayFault[] {
  const faults: DayFault[] = [];
  const work = { table: new DayTable(), run: new Run() };
  for (const day of chunks.days.within(series, Number.NEGATIVE_INFINITY, Number.MAX_VALUE)) {
    const fault = faultOf(chunks, series, day, work);
    if (fault) faults.push({ at: day.at, fault });
  }
  return faults;
}

function faultOf(chunks: Chunks, series: number, day: Tier, work: DayWork): string | undefined {
  const { days } = chunks;
  if (days.isDamaged(series, day.at)) return "its hours are damaged";
  if (day.at <= days.horizonOf(series)) {
    const left = days.hoursOf(series, day.at);
    return left && !agree(day, dayFrom(left)) ? "it disagrees with its hours" : undefined;
  }
  const isRead = sumDay(chunks, { series, day: day.at, samplesMin: 0 }, work);
  if (!isRead) return "its samples cannot be read";
  const { good, every } = work.table.tiers();
  const [said] = days.within(series, day.at, day.at + 1, true);
  const isSame = agree(day, good) && (!said || agree(said, every));
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
