import { isGood } from "../domain/reading.ts";
import {
  type Columns,
  countedValue,
  growth,
  isCountable,
  type Knowing,
  plainEndOf,
  Tally,
} from "./tally.ts";

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
  return { ...rolledUp(columns, from, to, isAll) };
}

/**
 * The same, in an object that holds until the next call: every sample that is stored passes here.
 * Stretches of numbers, one as good as the other, are taken in one pass. A value that is none, or
 * infinite, shows in the sum: then each is looked at.
 */
export function rolledUp(columns: Knowing, from: number, to: number, isAll: boolean): Rollup {
  rolling.begin();
  rolling.addAll(columns, from, to, isAll);
  return rolling.finish(columns, from, to, isAll);
}

/**
 * Over the good ones and over all, in objects that hold until the next call: one and the same where
 * all are good. Up to the first that is not, they are summed up once.
 */
export function rolledUpBoth(columns: Knowing, from: number, to: number): Both {
  rolling.begin();
  const other = rolling.addAll(columns, from, to, false);
  both.every = rolling;
  if (other < to) {
    every.addAll(columns, other, to, true);
    both.every = every.finish(columns, from, to, true);
  }
  rolling.finish(columns, from, to, false);
  return both;
}

type Both = { readonly good: Rollup; readonly every: Rollup };

/**
 * Numbers in order of time, while they are summed up: made anew each time, it would be garbage.
 * They begin as NaN: of fields that begin as whole numbers V8 changes its mind, and its code.
 */
class Rolling {
  countable = 0;
  good = 0;
  min = Number.NaN;
  max = Number.NaN;
  sum = Number.NaN;
  first = Number.NaN;
  last = Number.NaN;
  increase = Number.NaN;
  area = Number.NaN;
  #lastAt = Number.NaN;
  readonly #at = new Float64Array(1);
  readonly #value = new Float64Array(1);

  begin(): void {
    this.countable = 0;
    this.good = 0;
    this.sum = 0;
    this.increase = 0;
    this.area = 0;
  }

  /**
   * Returns the first row that can be counted and does not count: `every` is what came before it.
   */
  addAll(columns: Knowing, from: number, to: number, isAll: boolean): number {
    let other = to;
    for (let row = from; row < to; row += 1) {
      const end = plainEndOf(columns, row, to, isAll);
      this.#addRows(columns.at, columns.value, row, end);
      this.countable += end - row;
      row = end;
      if (row === to || !isCountable(columns, row)) continue;
      if (isAll || isGood(columns.quality[row])) {
        this.#add(columns.at[row] ?? 0, countedValue(columns, row));
      } else if (other === to) {
        every.follow(this);
        other = row;
      }
      this.countable += 1;
    }
    return other;
  }

  finish(columns: Columns, from: number, to: number, isAll: boolean): Rollup {
    if (this.good === 0) this.#become({ ...NOTHING, countable: this.countable });
    else if (!Number.isFinite(this.sum)) {
      this.#become(rollupOneByOne(columns, from, to, isAll));
    }
    return this;
  }

  /** Goes on from where the other is. */
  follow(other: Rolling): void {
    this.#become(other);
    this.#lastAt = other.#lastAt;
  }

  #add(at: number, value: number): void {
    this.#at[0] = at;
    this.#value[0] = value;
    this.#addRows(this.#at, this.#value, 0, 1);
  }

  /**
   * Whether one is less than the one before is anybody's guess: a branch would be guessed wrong
   * every other time, so there is none. Whether it is the least so far is not. The additions of 0
   * make 0 of -0, and say that these are numbers: else each row would allocate one.
   */
  #addRows(at: Float64Array, value: Float64Array, from: number, to: number): void {
    if (from === to) return;
    if (this.good === 0) this.#start(at[from] ?? 0, (value[from] ?? 0) + 0);
    let [min, max, sum] = [this.min + 0, this.max + 0, this.sum + 0];
    let [increase, area] = [this.increase + 0, this.area + 0];
    let [last, lastAt] = [this.last + 0, this.#lastAt + 0];
    for (let row = from; row < to; row += 1) {
      const one = (value[row] ?? 0) + 0;
      const time = at[row] ?? 0;
      if (one < min) min = one;
      if (one > max) max = one;
      sum += one;
      increase += one - last * Number(one >= last);
      area += last * (time - lastAt);
      last = one;
      lastAt = time;
    }
    this.good += to - from;
    this.min = min;
    this.max = max;
    this.sum = sum;
    this.increase = increase;
    this.area = area;
    this.last = last;
    this.#lastAt = lastAt;
  }

  #start(at: number, value: number): void {
    this.min = value;
    this.max = value;
    this.first = value;
    this.last = value;
    this.#lastAt = at;
  }

  #become(of: Rollup): void {
    this.countable = of.countable;
    this.good = of.good;
    this.min = of.min;
    this.max = of.max;
    this.sum = of.sum;
    this.first = of.first;
    this.last = of.last;
    this.increase = of.increase;
    this.area = of.area;
  }
}

const rolling = new Rolling();
const every = new Rolling();
const both: { good: Rollup; every: Rollup } = { good: rolling, every: rolling };

function rollupOneByOne(columns: Columns, from: number, to: number, isAll: boolean): Rollup {
  const tally = new Tally();
  const countable = tally.addRows(columns, from, to, isAll);
  const { count: good, min, max, sum, first, before: last, increase } = tally;
  if (good === 0) return { ...NOTHING, countable };
  const area = areaOneByOne(columns, from, to, isAll);
  return { countable, good, min, max, sum, first, last, increase, area };
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
  return (isAll || isGood(columns.quality[row])) && isCountable(columns, row);
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
