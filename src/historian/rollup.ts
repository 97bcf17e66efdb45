import { QUALITY_BYTE } from "../domain/reading.ts";
import { type Columns, countedValue, growth, isCountable, plainEnd, Tally } from "./tally.ts";

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

/**
 * Stretches of numbers, one as good as the other, are taken without a look at each: every sample
 * that is stored passes here. A value that has no area, because it is none or infinite, shows in
 * the sum: then each is looked at.
 */
function areaOf(columns: Columns, from: number, to: number, isAll: boolean): number {
  const { at, value } = columns;
  let area = 0;
  let lastAt = at[from] ?? 0;
  let last = 0;
  for (let row = from; row < to; row += 1) {
    const end = plainEnd(columns, row, to, isAll);
    for (; row < end; row += 1) {
      const time = at[row] ?? 0;
      area += last * (time - lastAt);
      last = (value[row] ?? 0) + 0; // Says that it is a number: else each row would allocate one.
      lastAt = time;
    }
    if (row === to || !counts(columns, row, isAll)) continue;
    const time = at[row] ?? 0;
    area += last * (time - lastAt);
    last = countedValue(columns, row) + 0;
    lastAt = time;
  }
  return Number.isNaN(area - last) ? areaOneByOne(columns, from, to, isAll) : area;
}

function areaOneByOne(columns: Columns, from: number, to: number, isAll: boolean): number {
  let area = 0;
  let lastAt = columns.at[from] ?? 0;
  let last = 0;
  for (let row = from; row < to; row += 1) {
    if (!counts(columns, row, isAll)) continue;
    const time = columns.at[row] ?? 0;
    area += last * (time - lastAt);
    last = countedValue(columns, row);
    lastAt = time;
  }
  return area;
}

function counts(columns: Columns, row: number, isAll: boolean): boolean {
  return (isAll || columns.quality[row] === QUALITY_BYTE.good) && isCountable(columns, row);
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
