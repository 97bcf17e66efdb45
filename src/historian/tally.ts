import { unpackInteger } from "../domain/integer.ts";
import { isGood, QUALITY_BYTE } from "../domain/reading.ts";
import { KIND, type Samples } from "../domain/samples.ts";

/*
 * Values of samples one after the other: which of them count, as what, and what a counter grew by.
 */

export type Columns = Pick<Samples, "at" | "value" | "kind" | "quality">;

/** Columns that may find out sooner than row by row where plain numbers end. */
export type Knowing = Columns & { plainEnd?(from: number, to: number, isAll: boolean): number };

/** Values in order of time, summed up. -0 counts as 0. */
export class Tally {
  count = 0;
  min = Number.NaN;
  max = Number.NaN;
  sum = Number.NaN;
  first = Number.NaN;
  increase = Number.NaN;
  /** The value before the next: the last one, or the one before all of them; NaN for none. */
  before = Number.NaN;
  readonly #rollover: number | undefined;

  constructor(rollover?: number) {
    this.#rollover = rollover;
  }

  /**
   * Rows that can be counted, those of good quality or all; returns how many could be counted,
   * whatever their quality. Every sample of a long span passes here.
   */
  addRows(columns: Knowing, from: number, to: number, isAll: boolean): number {
    let countable = 0;
    for (let row = from; row < to; ) {
      const end = plainEndOf(columns, row, to, isAll);
      if (this.#addPlain(columns.value, row, end)) countable += end - row;
      else countable += this.#addEach(columns, row, end, isAll);
      if (end < to) countable += this.#addEach(columns, end, end + 1, isAll);
      row = end + 1;
    }
    return countable;
  }

  /**
   * Numbers, one as good as the other. Whether one is less than the one before is anybody's guess:
   * a branch would be guessed wrong every other time, so there is none. Whether it is the least so
   * far is not. False, and nothing is added, where that is not exact: of a NaN, of what is
   * infinite, or with a rollover.
   */
  #addPlain(value: Float64Array, from: number, to: number): boolean {
    if (from >= to) return true;
    const start = (value[from] ?? 0) + 0;
    if (this.count === 0) this.#begin(start);
    // The additions of 0 say that these are numbers: else each row would allocate one.
    let [min, max] = [this.min + 0, this.max + 0];
    let [sum, increase] = [this.sum + 0, this.increase + 0];
    let before = Number.isNaN(this.before) ? start : this.before + 0;
    for (let row = from; row < to; row += 1) {
      const one = (value[row] ?? 0) + 0;
      if (one < min) min = one;
      if (one > max) max = one;
      sum += one;
      increase += one - before * Number(one >= before);
      before = one;
    }
    if (!Number.isFinite(sum + increase) || this.#rollover !== undefined) return false;
    this.count += to - from;
    this.min = min;
    this.max = max;
    this.sum = sum;
    this.increase = increase;
    this.before = before;
    return true;
  }

  #addEach(columns: Columns, from: number, to: number, isAll: boolean): number {
    let countable = 0;
    for (let row = from; row < to; row += 1) {
      if (!isCountable(columns, row)) continue;
      countable += 1;
      if (isAll || isGood(columns.quality[row])) {
        this.#add(countedValue(columns, row) + 0);
      }
    }
    return countable;
  }

  #add(value: number): void {
    if (this.count === 0) this.#begin(value);
    this.count += 1;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.sum += value;
    if (!Number.isNaN(this.before)) this.increase += growth(this.before, value, this.#rollover);
    this.before = value;
  }

  /** Many at once, which are behind those so far. */
  addAll(many: Many): void {
    const { first } = many;
    if (this.count === 0) this.#begin(first);
    this.count += many.good;
    this.min = Math.min(this.min, many.min);
    this.max = Math.max(this.max, many.max);
    this.sum += many.sum;
    if (!Number.isNaN(this.before)) this.increase += growth(this.before, first, this.#rollover);
    this.increase += growthWithin(many, this.#rollover);
    this.before = many.last;
  }

  /** The same of such that lie in columns, one after the other; returns how many can be counted. */
  addColumns({ cells, countable, good, sums, step }: SumColumns, from: number, to: number): number {
    let all = 0;
    for (let row = from; row < to; row += 1) {
      const many = cells[good + row] ?? 0;
      all += cells[countable + row] ?? 0;
      if (many > 0) this.#addCells(many, cells, sums + row, step);
    }
    return all;
  }

  #addCells(many: number, cells: Float64Array, at: number, step: number): void {
    const first = cells[at + 3 * step] ?? 0;
    if (this.count === 0) this.#begin(first);
    this.count += many;
    this.min = Math.min(this.min, cells[at] ?? 0);
    this.max = Math.max(this.max, cells[at + step] ?? 0);
    this.sum += cells[at + 2 * step] ?? 0;
    if (!Number.isNaN(this.before)) this.increase += growth(this.before, first);
    this.increase += cells[at + 5 * step] ?? 0;
    this.before = cells[at + 4 * step] ?? 0;
  }

  #begin(first: number): void {
    this.first = first;
    this.min = first;
    this.max = first;
    this.sum = 0;
    this.increase = 0;
  }
}

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

/** As `plainEnd`, by the columns themselves where they know. */
export function plainEndOf(columns: Knowing, from: number, to: number, isAll: boolean): number {
  return columns.plainEnd?.(from, to, isAll) ?? plainEnd(columns, from, to, isAll);
}

/** The first row that is not a number, or not plainly good where only those count. */
export function plainEnd(
  { kind, quality }: Columns,
  from: number,
  to: number,
  isAll: boolean,
): number {
  let row = from;
  if (isAll) while (row < to && kind[row] === KIND.number) row += 1;
  else while (row < to && ((kind[row] ?? 0) | (quality[row] ?? 0)) === PLAIN) row += 1;
  return row;
}

const PLAIN = KIND.number | QUALITY_BYTE.good;

/** What stretches of samples come to, each a row of some columns among others. */
export type SumColumns = {
  readonly cells: Float64Array;
  /** Where the columns begin: how many can be counted, how many of these count. */
  readonly countable: number;
  readonly good: number;
  /** Of min, max, sum, first, last and increase, so many cells apart. */
  readonly sums: number;
  readonly step: number;
};

type Many = {
  readonly good: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  readonly increase: number;
};

/**
 * How much a counter grew from one sample to the next: a smaller one has started from 0 again,
 * after its rollover where one is declared. A counter that was above it, or is below 0, does not
 * go by it: that is a reset, and no growth is less than 0 with a rollover.
 */
export function growth(before: number, after: number, rollover?: number): number {
  if (after >= before) return after - before;
  if (rollover === undefined) return after;
  return after >= 0 && before <= rollover ? rollover - before + after : Math.max(0, after);
}

/**
 * Whether a declared rollover changes nothing of what these samples grew by: there is no new start.
 * Below 0, what several grew by could hide one.
 */
export function isSteady({ good, min, first, last, increase }: Many): boolean {
  return good === 0 || (increase === last - first && min >= 0);
}

/**
 * What many samples grew by, of which only their sums are left: the values before each new start,
 * which the sums took for resets, tell how many of these were rollovers. Where one of them is
 * beyond the rollover, or below 0, all are resets.
 */
function growthWithin(many: Many, rollover: number | undefined): number {
  const { min, max, first, last, increase } = many;
  if (rollover === undefined) return increase;
  if (max > rollover || min < 0) return Math.max(0, increase);
  const lost = increase - (last - first);
  // Additions of what has digits after the point are off by less.
  if (lost < rollover * 1e-6) return increase;
  return last - first + rollover * Math.max(1, Math.round(lost / rollover));
}
