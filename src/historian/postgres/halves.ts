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

/** All of one series is in one half; nothing is beside where there are fewer rows than `least`. */
export function halved(
  all: Half,
  series: Uint32Array,
  { late = 0, least = HALVED_MIN } = {},
): readonly [own: Half, beside: Half] {
  const { fresh, raised, over } = all;
  if (fresh.length < least) return [all, NOTHING];
  const middle = Math.min((fresh.length + LATE_ROW * late) >> 1, fresh.length - 1);
  const first = series[fresh[middle] ?? 0] ?? 0;
  const cut = fresh.findIndex((row) => (series[row] ?? 0) >= first);
  const isBelow = (one: number) => one < first;
  const isAbove = (one: number) => one >= first;
  const halfOf = (rows: Uint32Array, isOurs: (one: number) => boolean): Half => ({
    fresh: rows,
    raised: new Map([...raised].filter(([one]) => isOurs(one))),
    over: over.filter((day) => isOurs(day.series)),
  });
  return [halfOf(fresh.subarray(cut), isAbove), halfOf(fresh.subarray(0, cut), isBelow)];
}
