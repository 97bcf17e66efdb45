import type { Retention } from "../../historian.ts";
import type { Chunks } from "../database/chunks.ts";
import { hourOf, hoursIn } from "../day/tier.ts";
import { Run } from "../run/run.ts";

/*
 * Lets go of what is older than its policy says: of raw samples hours and days stay.
 */

/** Series and chunks that are looked at in one transaction: nobody is to wait for long. */
const STEP_CHUNKS = 256;

type Wish = {
  readonly now: number;
  readonly fallback: Retention;
  /** Whether something of the series has arrived meanwhile that is not newer than this. */
  readonly isInMemory: (series: number, until: number) => boolean;
};

/**
 * Lets go of samples whose time is over, a step at a time: chunks that lie wholly before it become
 * hours and days in the same transaction, and those whose own time is over are removed. Only what
 * is in chunks for good may be let go: the log would bring back the rest.
 */
export class Retirement {
  readonly #chunks: Chunks;
  readonly #now: number;
  readonly #fallback: Retention;
  readonly #isInMemory: Wish["isInMemory"];
  #series: number[] | undefined;
  readonly #leftOut = new Set<number>();
  readonly #run = new Run();

  constructor(chunks: Chunks, { now, fallback, isInMemory }: Wish) {
    this.#chunks = chunks;
    this.#isInMemory = isInMemory;
    this.#now = now;
    this.#fallback = fallback;
  }

  /** Part of one transaction; true when all is done. */
  step(): boolean {
    this.#series ??= [
      ...new Set([...this.#chunks.stored.series(), ...this.#chunks.days.retired()]),
    ].filter((one) => !this.#leftOut.has(one));
    const series = this.#series;
    let left = STEP_CHUNKS;
    for (let one = series.at(-1); one !== undefined; one = series.at(-1)) {
      left -= this.#retire(one, left);
      if (left <= 0) return false;
      series.pop();
      left -= 1;
    }
    return true;
  }

  /**
   * A step has failed at a series that cannot be read: the next begins with all the others. Gives
   * which it is, undefined where it was at none.
   */
  leaveOut(): number | undefined {
    const series = this.#series?.at(-1);
    if (series !== undefined) this.#leftOut.add(series);
    this.#series = undefined;
    return series;
  }

  /** Returns how much work it was, in chunks. */
  #retire(series: number, chunksMax: number): number {
    const { days, policies } = this.#chunks;
    const { rawMs, hourlyMs, dailyMs } = policies.of(series) ?? this.#fallback;
    const done = rawMs === null ? 0 : this.#retireRaw(series, this.#now - rawMs, chunksMax);
    const before = (keptMs: number | null) => this.#now - (keptMs ?? Number.POSITIVE_INFINITY);
    if (hourlyMs !== null) days.expire(series, before(hourlyMs), before(dailyMs));
    return done;
  }

  /** Chunks that lie before the hour of this time, the oldest first. */
  #retireRaw(series: number, before: number, chunksMax: number): number {
    const end = hourOf(before);
    let done = 0;
    for (const chunk of this.#chunks.stored.forward(series, Number.NEGATIVE_INFINITY, end)) {
      if (chunk.lastAt >= end || done >= chunksMax) break;
      if (this.#isInMemory(series, chunk.lastAt)) break;
      this.#run.clear();
      this.#chunks.takeOut(chunk, this.#run);
      this.#chunks.days.retire(series, hoursIn(this.#run, 0, this.#run.count), chunk.lastAt);
      done += 1;
    }
    return done;
  }
}

/** Nothing is let go, ever. */
export function isForGood({ rawMs, hourlyMs, dailyMs }: Retention): boolean {
  return rawMs === null && hourlyMs === null && dailyMs === null;
}
