import { QUALITY_BYTE } from "../domain/reading.ts";
import { KIND, type Samples } from "../domain/samples.ts";

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
  /** From the first to the last; see `growth`. */
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
  let [countable, good, last, lastAt] = [0, 0, Number.NaN, Number.NaN];
  const total = { first: Number.NaN, sum: 0, increase: 0, area: 0 };
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = from; row < to; row += 1) {
    if (!isCountable(columns, row)) continue;
    countable += 1;
    if (columns.quality[row] !== QUALITY_BYTE.good) continue;
    const value = columns.value[row] ?? 0;
    const at = columns.at[row] ?? 0;
    if (good === 0) total.first = value;
    else {
      total.increase += growth(last, value);
      total.area += last * (at - lastAt);
    }
    total.sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
    good += 1;
    last = value;
    lastAt = at;
  }
  return good > 0 ? { countable, good, min, max, last, ...total } : { ...NOTHING, countable };
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
  if (one === KIND.boolean) return true;
  return one === KIND.number && !Number.isNaN(value[row]);
}

/**
 * How much a counter grew from one sample to the next: a smaller one has started from 0 again,
 * after its rollover where one is declared.
 */
export function growth(before: number, after: number, rollover?: number): number {
  if (after >= before) return after - before;
  return rollover === undefined ? after : rollover - before + after;
}
