import { unpackInteger } from "../domain/integer.ts";
import { QUALITY_BYTE } from "../domain/reading.ts";
import { KIND, type Samples } from "../domain/samples.ts";
import { Tally } from "./tally.ts";

type Columns = Pick<Samples, "at" | "value" | "kind" | "quality">;

/** Samples in a few numbers, over its good samples that can be counted; NaN where there is none. */
type Rollup = {
  /** Samples that can be counted, whatever their quality. */
  readonly countable: number;
  readonly good: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  /** From the first to the last; see `growth` in tally.ts. */
  readonly increase: number;
  /** Each value times the milliseconds until the next, from the first to the last. */
  readonly area: number;
};

/** The same, of samples of one series that follow each other, with the time that they take up. */
export type Summary = Rollup & {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly samples: number;
};

export function rollupOf(columns: Columns, from: number, to: number): Rollup {
  const tally = new Tally();
  let [countable, area, lastAt] = [0, 0, Number.NaN];
  for (let row = from; row < to; row += 1) {
    if (!isCountable(columns, row)) continue;
    countable += 1;
    if (columns.quality[row] !== QUALITY_BYTE.good) continue;
    const at = columns.at[row] ?? 0;
    if (tally.count > 0) area += tally.before * (at - lastAt);
    tally.add(countedValue(columns, row));
    lastAt = at;
  }
  const { count: good, min, max, sum, first, before: last, increase } = tally;
  if (good === 0) return { ...NOTHING, countable };
  return { countable, good, min, max, sum, first, last, increase, area };
}

const NOTHING: Rollup = {
  countable: 0,
  good: 0,
  min: Number.NaN,
  max: Number.NaN,
  sum: Number.NaN,
  first: Number.NaN,
  last: Number.NaN,
  increase: Number.NaN,
  area: Number.NaN,
};

/** Numbers and booleans are counted; texts, none and NaN are not. */
export function isCountable({ kind, value }: Columns, row: number): boolean {
  const one = kind[row];
  if (one === KIND.boolean || one === KIND.integer) return true;
  return one === KIND.number && !Number.isNaN(value[row]);
}

/** As what it is counted: an integer beyond 2^53 as the nearest double. */
export function countedValue({ kind, value }: Columns, row: number): number {
  const one = value[row] ?? 0;
  return kind[row] === KIND.integer ? Number(unpackInteger(one)) : one;
}
