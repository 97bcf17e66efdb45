import type { Retention } from "../historian.ts";
import type { Chunks } from "./chunks.ts";
import { HOUR_MS } from "./hours.ts";
import { Run } from "./run.ts";

/** Series and chunks that are looked at in one transaction: nobody is to wait for long. */
const STEP_CHUNKS = 256;

/**
 * Lets go of samples whose time is over, a step at a time: chunks that lie wholly before it become
 * rows of hours in the same transaction, and hours whose own time is over are removed. Only what is
 * in chunks for good may be let go: the log would bring back the rest.
 */
export class Retirement {
  readonly #chunks: Chunks;
  readonly #now: number;
  readonly #fallback: Retention;
  #series: number[] | undefined;
  readonly #run = new Run();

  constructor(chunks: Chunks, now: number, fallback: Retention) {
    this.#chunks = chunks;
    this.#now = now;
    this.#fallback = fallback;
  }

  /** True when all is done. */
  step(): boolean {
    this.#series ??= [...new Set([...this.#chunks.series(), ...this.#chunks.hours.series()])];
    const series = this.#series;
    let left = STEP_CHUNKS;
    this.#chunks.together(() => {
      for (let one = series.at(-1); one !== undefined; one = series.at(-1)) {
        left -= this.#retire(one, left);
        if (left <= 0) return;
        series.pop();
        left -= 1;
      }
    });
    return series.length === 0;
  }

  /** Returns how much work it was, in chunks. */
  #retire(series: number, chunksMax: number): number {
    const { rawMs, hourlyMs } = this.#chunks.policies.of(series) ?? this.#fallback;
    let done = 0;
    if (rawMs !== null) {
      const end = Math.floor((this.#now - rawMs) / HOUR_MS) * HOUR_MS;
      for (const chunk of this.#chunks.forward(series, Number.NEGATIVE_INFINITY, end)) {
        if (chunk.lastAt >= end || done >= chunksMax) break;
        this.#run.clear();
        this.#chunks.take(chunk, this.#run);
        this.#chunks.hours.keep(series, this.#run);
        done += 1;
      }
    }
    if (hourlyMs !== null) this.#chunks.hours.expire(series, this.#now - hourlyMs);
    return done;
  }
}
