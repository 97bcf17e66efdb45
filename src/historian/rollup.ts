import { unpackInteger } from "../domain/integer.ts";
import { QUALITY_BYTE } from "../domain/reading.ts";
import { KIND, type Samples } from "../domain/samples.ts";
import { growth, Tally } from "./tally.ts";

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
