import type { Summary } from "../../rollup.ts";
import { DAY_MS, link, summed, type Tier, tierOf } from "../day/tier.ts";
import type { Arrivals } from "../memory/memtable.ts";
import type { Run } from "../run/run.ts";

/*
 * What memory adds to a day, kept from one question to the next.
 */

/** A day of UTC of a series, over its good samples or over all that can be counted. */
export type Day = { readonly series: number; readonly at: number; readonly isAll: boolean };

type KeptDay = {
  sum: DaySum;
  /** What of the series was in memory by then. */
  arrivals: Arrivals;
};

/** So many are kept in about 2 MB. */
const DAYS_MAX = 4_096;

/**
 * What days come to of which something is still in memory, for whoever asks again: samples that
 * followed meanwhile are added, and what was late or corrected makes it be summed up anew. On its
 * way from memory into chunks a day stays what it is; where samples are forgotten, so is all of
 * this.
 */
export class KeptDays {
  readonly #days = new Map<number, KeptDay[]>();
  #count = 0;

  /** `memory` is all that there is of the series; `sumUp` adds the day as it is now. */
  of(day: Day, memory: Run, arrivals: Arrivals, sumUp: (into: DaySum) => void): DaySum {
    const kept = this.#find(day);
    if (kept && follow(kept, memory, arrivals)) return kept.sum;
    const sum = new DaySum(day);
    sumUp(sum);
    // What arrives next follows it only where it is newer than all of these.
    sum.newestAt = Math.max(sum.newestAt, memory.newestAt);
    if (kept) Object.assign(kept, { sum, arrivals });
    else this.#keep(day.series, { sum, arrivals });
    return sum;
  }

  clear(): void {
    this.#days.clear();
    this.#count = 0;
  }

  #find({ series, at, isAll }: Day): KeptDay | undefined {
    return this.#days.get(series)?.find(({ sum: { day } }) => day.at === at && day.isAll === isAll);
  }

  #keep(series: number, kept: KeptDay): void {
    if (this.#count >= DAYS_MAX) this.clear();
    this.#count += 1;
    const others = this.#days.get(series);
    if (others) others.push(kept);
    else this.#days.set(series, [kept]);
  }
}

/**
 * False where it is not known what else has changed: of so many that arrived, so many must be newer
 * than all before.
 */
function follow(kept: KeptDay, memory: Run, arrivals: Arrivals): boolean {
  if (kept.arrivals.generation !== arrivals.generation) return false;
  const more = arrivals.rows - kept.arrivals.rows;
  if (more === 0) return true;
  const { sum } = kept;
  const from = memory.rowAfter(sum.newestAt);
  if (memory.count - from !== more) return false;
  sum.addRows(memory, from, memory.rowAt(sum.day.at + DAY_MS));
  sum.newestAt = memory.newestAt;
  kept.arrivals = arrivals;
  return true;
}

/** A day while it is summed up, in order of time. */
export class DaySum {
  readonly day: Day;
  tier: Tier | undefined;
  /** No sample of it is newer. */
  newestAt = Number.NEGATIVE_INFINITY;

  constructor(day: Day) {
    this.day = day;
  }

  get series(): number {
    return this.day.series;
  }

  /** All that is added lies in one. */
  bucketAt(): number {
    return 0;
  }

  endAt(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Its first and last samples must be among those that count, for others to follow it exactly. */
  canTake({ good, samples }: Summary): boolean {
    return good === samples;
  }

  addRows(run: Run, from: number, to: number): void {
    if (from >= to) return;
    const { at, isAll } = this.day;
    this.#add(summed(run, { from, to, isAll }, at), run.at[to - 1] ?? 0);
  }

  addSummary(summary: Summary): void {
    this.#add(tierOf(this.day.at, summary), summary.lastAt);
  }

  #add(more: Tier, newestAt: number): void {
    this.tier = this.tier ? link(this.tier, more) : more;
    this.newestAt = newestAt;
  }
}
