import { QUALITY_BYTE } from "../domain/reading.ts";
import { KIND } from "../domain/samples.ts";
import { type Columns, countedValue, growth, isCountable, Tally } from "./tally.ts";

/** Samples in a few numbers, over its good samples that can be counted; NaN where there is none. */
export type Rollup = {
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

/** `isAll`: over all that can be counted, whatever their quality; `good` counts those, too. */
export function rollupOf(columns: Columns, from: number, to: number, isAll = false): Rollup {
  const tally = new Tally();
  const countable = tally.addRows(columns, from, to, isAll);
  const { count: good, min, max, sum, first, before: last, increase } = tally;
  if (good === 0) return { ...NOTHING, countable };
  const area = areaOf(columns, from, to, isAll);
  return { countable, good, min, max, sum, first, last, increase, area };
}

/** Nothing here is a number that might be missing: every sample that is stored passes here. */
function areaOf(columns: Columns, from: number, to: number, isAll: boolean): number {
  const { at, value, kind, quality } = columns;
  let area = 0;
  let lastAt = at[from] ?? 0;
  let last = 0;
  for (let row = from; row < to; row += 1) {
    if (!isAll && quality[row] !== QUALITY_BYTE.good) continue;
    const one = kind[row] === KIND.number ? (value[row] ?? 0) : countedOther(columns, row);
    if (Number.isNaN(one)) continue;
    const time = at[row] ?? 0;
    area += last * (time - lastAt);
    last = one + 0; // Says that it is a number: else each row would allocate one.
    lastAt = time;
  }
  return area;
}

/** NaN where it is not counted. */
function countedOther(columns: Columns, row: number): number {
  return isCountable(columns, row) ? countedValue(columns, row) : Number.NaN;
}

/** Exact where one lies before the other, as what is let go in order of time does. */
export function together(one: Summary, other: Summary): Summary {
  const countable = one.countable + other.countable;
  if (one.good === 0) return { ...other, countable };
  if (other.good === 0) return { ...one, countable };
  const [left, right] = one.firstAt <= other.firstAt ? [one, other] : [other, one];
  const gapMs = Math.max(0, right.firstAt - left.lastAt);
  const isWithin = right.lastAt < left.lastAt;
  return {
    firstAt: left.firstAt,
    lastAt: Math.max(left.lastAt, right.lastAt),
    samples: left.good + right.good,
    countable,
    good: left.good + right.good,
    min: Math.min(left.min, right.min),
    max: Math.max(left.max, right.max),
    sum: left.sum + right.sum,
    first: left.first,
    last: isWithin ? left.last : right.last,
    increase: isWithin
      ? left.increase
      : left.increase + growth(left.last, right.first) + right.increase,
    area: isWithin ? left.area : left.area + left.last * gapMs + right.area,
  };
}

export const NOTHING: Rollup = {
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
