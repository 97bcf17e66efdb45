import type { AggregateQuery } from "../../historian.ts";
import type { Sums } from "../../sums.ts";
import { isSteady } from "../../tally.ts";
import type { Days } from "../database/days.ts";
import { DAY_MS, dayOf, HOUR_MS, type Tier } from "../day/tier.ts";
import type { Run } from "../run/run.ts";

/*
 * Which days and hours answer a query in the place of samples.
 */

/** Whoever sends what is long past reaches into very many, of which most are asked for once. */
const TOUCHED_MAX = 4;

/** Which days and hours answer a query, in order of time. */
export class QueryTiers {
  readonly #days: Days;
  readonly #query: AggregateQuery;

  constructor(days: Days, query: AggregateQuery) {
    this.#days = days;
    this.#query = query;
  }

  /**
   * What is left where raw samples were let go: hours, and days whose hours have gone too, that lie
   * wholly within the query. Each counts in the bucket of its first sample.
   */
  *retired(sums: Sums): Generator<Tier> {
    const { from, to } = this.#query;
    const { series } = sums;
    const horizon = this.#days.horizonOf(series);
    if (horizon < from) return;
    for (const day of this.#days.within(series, from, to)) {
      if (day.at > horizon) return;
      const hours = sums.isInOne(day.at, day.at + DAY_MS)
        ? undefined
        : this.#days.hoursOf(series, day.at);
      const lengthMs = hours ? HOUR_MS : DAY_MS;
      yield* (hours ?? [day]).filter(({ at }) => at >= from && at + lengthMs <= to);
    }
  }

  /**
   * Days that say of a bucket exactly what their raw samples say, which are there, too: what is
   * not among them is for those, whose chunks are read faster than the hours of a day. Those that
   * memory reaches into are what `sumUp` makes of them.
   */
  days(sums: Sums, memory: Run, sumUp: (day: number) => Tier | undefined): Tier[] {
    const { from, to } = this.#query;
    if (to - from < HOUR_MS || sums.widthMs < HOUR_MS) return [];
    const days = this.#days
      .within(sums.series, from, to, this.#query.quality === "all")
      .filter(({ at }) => memory.rowAt(at) === memory.rowAt(at + DAY_MS) && this.#isIn(sums, at));
    const made = days.length;
    for (const at of newestDays(memory, to)) {
      const day = this.#isIn(sums, at) ? sumUp(at) : undefined;
      if (day) days.push(day);
    }
    if (days.length > made) days.sort((one, other) => one.at - other.at);
    // They know nothing of rollovers.
    return this.#query.rollover === undefined ? days : days.filter(isSteady);
  }

  /** One bucket, and its raw samples are there. */
  #isIn(sums: Sums, day: number): boolean {
    return day > this.#days.horizonOf(sums.series) && sums.isInOne(day, day + DAY_MS);
  }
}

/** Days before `to` that these rows lie in. */
function newestDays(memory: Run, to: number): number[] {
  const days: number[] = [];
  for (let end = memory.rowAt(to); end > 0 && days.length < TOUCHED_MAX; ) {
    const day = dayOf(memory.at[end - 1] ?? 0);
    days.push(day);
    end = memory.rowAt(day);
  }
  return days;
}
