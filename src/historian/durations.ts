import { isGood, type Value } from "../domain/reading.ts";
import { type Samples, valueAt } from "../domain/samples.ts";
import type { AggregateQuery } from "./historian.ts";
import type { Sums } from "./sums.ts";

/** For how long a series was in the state that was asked for; what holds, holds until the next. */
export class Durations {
  readonly #query: AggregateQuery;
  readonly #sums: Sums;
  #value: Value | null;
  #since: number;

  /** `before` is what held when the first bucket began. */
  constructor(query: AggregateQuery, sums: Sums, before: Value | null) {
    this.#query = query;
    this.#sums = sums;
    this.#value = before;
    this.#since = query.from;
    sums.beginDurations();
  }

  /** Samples in order of time. */
  add(samples: Samples): void {
    for (let row = 0; row < samples.count; row += 1) {
      if (!isTrusted(samples, row, this.#query)) continue;
      const at = samples.at[row] ?? 0;
      this.#hold(at);
      this.#value = valueAt(samples, row);
      this.#since = at;
    }
  }

  end(): void {
    const { to, now = to } = this.#query;
    this.#hold(Math.min(to, now));
  }

  #hold(until: number): void {
    if (this.#value === this.#query.state) this.#sums.addDuration(this.#since, until);
  }
}

export function isTrusted(
  { quality }: Pick<Samples, "quality">,
  row: number,
  query: AggregateQuery,
): boolean {
  return query.quality === "all" || isGood(quality[row]);
}
