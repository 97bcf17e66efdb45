import type { AggregateQuery } from "../historian.ts";
import type { Sums } from "../sums.ts";
import type { Days } from "./days.ts";
import type { Run } from "./run.ts";
import { DAY_MS, HOUR_MS, type Tier } from "./tier.ts";

/** Which days and hours answer a query, in order of time. */
export class Tiers {
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
   * not among them is for those, whose chunks are read faster than the hours of a day. Nothing of
   * memory may lie in them.
   */
  *made(sums: Sums, arrived: Run): Generator<Tier> {
    const { from, to } = this.#query;
    if (to - from < HOUR_MS || sums.widthMs < HOUR_MS) return;
    const horizon = this.#days.horizonOf(sums.series);
    for (const day of this.#days.within(sums.series, from, to, this.#query.quality === "all")) {
      const isTouched = arrived.rowAt(day.at) < arrived.rowAt(day.at + DAY_MS);
      if (day.at > horizon && !isTouched && this.#isAnswer(sums, day)) yield day;
    }
  }

  /** They know nothing of rollovers. */
  #isAnswer(sums: Sums, { at, good, first, last, increase }: Tier): boolean {
    const { rollover } = this.#query;
    if (!sums.isInOne(at, at + DAY_MS)) return false;
    return rollover === undefined || good === 0 || increase === last - first;
  }
}
