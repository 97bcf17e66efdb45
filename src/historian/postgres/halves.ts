import type { Split } from "./split.ts";

/*
 * A large batch is brought in by two connections at once, for the database gives each one
 * processor: one has the series below some number, the other has the rest.
 */

/** Fresh rows, and what is to be done with their series. */
export type Half = Pick<Split, "fresh" | "raised" | "over">;

/** Below it a second transaction costs more than it saves. */
export const HALVED_MIN = 8_000;
const NOTHING: Half = { fresh: new Uint32Array(), raised: new Map(), over: [] };

/** A late row takes so many times the work of a fresh one; the first connection does them all. */
const LATE_ROW = 4;

/** The halves may differ by so much of the whole before series go over to the other one. */
const UNEVEN = 0.1;

type Shared = {
  readonly own: Half;
  readonly beside: Half;
  /** Whether no series has gone over from one half to the other. */
  readonly isAsBefore: boolean;
};

/** Shares batches, so that all of one series is in one half. */
export class Halves {
  /** The lowest series that is not beside. */
  #first = 0;

  /** Nothing is beside where there are fewer rows than `least`. */
  share(all: Half, series: Uint32Array, { late = 0, least = HALVED_MIN } = {}): Shared {
    const { fresh, raised, over } = all;
    if (fresh.length < least) return { own: all, beside: NOTHING, isAsBefore: true };
    const middle = Math.min((fresh.length + LATE_ROW * late) >> 1, fresh.length - 1);
    const before = lowerBound(fresh, series, this.#first);
    const isAsBefore = Math.abs(before - middle) <= fresh.length * UNEVEN;
    if (!isAsBefore) this.#first = series[fresh[middle] ?? 0] ?? 0;
    const cut = isAsBefore ? before : lowerBound(fresh, series, this.#first);
    const first = this.#first;
    const halfOf = (rows: Uint32Array, isOurs: (one: number) => boolean): Half => ({
      fresh: rows,
      raised: new Map([...raised].filter(([one]) => isOurs(one))),
      over: over.filter((day) => isOurs(day.series)),
    });
    return {
      own: halfOf(fresh.subarray(cut), (one) => one >= first),
      beside: halfOf(fresh.subarray(0, cut), (one) => one < first),
      isAsBefore,
    };
  }
}

/** The first of these rows, in order of series, whose series is not lower. */
function lowerBound(rows: Uint32Array, series: Uint32Array, least: number): number {
  const found = rows.findIndex((row) => (series[row] ?? 0) >= least);
  return found < 0 ? rows.length : found;
}
