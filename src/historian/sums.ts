import { LIMIT } from "../domain/limit.ts";
import { isGood } from "../domain/reading.ts";
import { calendarStarts } from "../lib/calendar.ts";
import type { AggregateQuery, Buckets } from "./historian.ts";
import type { Summary } from "./rollup.ts";
import {
  type Columns,
  countedValue,
  isCountable,
  isSteady,
  type Knowing,
  type SumColumns,
  Tally,
} from "./tally.ts";

/*
 * The buckets of a question while they are filled, and as they are handed out: columns of numbers,
 * by the series.
 */

/** Columns of the buckets of a series, one behind another. */
const COLUMN = {
  count: 0,
  min: 1,
  max: 2,
  sum: 3,
  first: 4,
  last: 5,
  increase: 6,
  all: 7,
  area: 8,
  known: 9,
  duration: 10,
} as const;
const COLUMNS = 11;
const COUNTED = [COLUMN.count, COLUMN.all];
/** No bucket. */
const NONE = -1;
const WEIGHTED = [...COUNTED, COLUMN.area, COLUMN.known];

/** The buckets of all series of a query, to cross threads: it is two columns, not thousands. */
export type SumTable = {
  /** Where each bucket begins. */
  readonly starts: Float64Array;
  /** Series after series, of each column after column. */
  readonly cells: Float64Array;
};

/** Without buckets yet. Throws where they would be too many for memory. */
export function sumTable(query: AggregateQuery): SumTable {
  const starts = bucketStarts(query);
  return { starts, cells: new Float64Array(query.series.length * starts.length * COLUMNS) };
}

/** As they are handed out of the historian. */
export function bucketsOf(query: AggregateQuery, { starts, cells }: SumTable): Buckets[] {
  const { from, to, by } = query;
  const widthMs = widthOf(by, to - from);
  const buckets = starts.length;
  let end = 0;
  // In the order of the columns.
  const next = () => {
    end += buckets;
    return cells.subarray(end - buckets, end);
  };
  return Array.from(query.series, (series) => ({
    series,
    from,
    widthMs,
    at: starts,
    count: next(),
    min: next(),
    max: next(),
    sum: next(),
    first: next(),
    last: next(),
    increase: next(),
    all: next(),
    area: next(),
    known: next(),
    duration: next(),
  }));
}

/** Where the buckets of a query begin. Throws where they would be too many for memory. */
function bucketStarts({ series, from, to, by }: AggregateQuery): Float64Array {
  if (!(from < to)) return new Float64Array(0);
  const max = Math.floor(LIMIT.bucketsPerQuery / Math.max(1, series.length));
  if ("calendar" in by) {
    const starts = calendarStarts({ from, to, unit: by.calendar, ...by }, max + 1);
    refuseMoreThan(max, starts.length);
    return Float64Array.from(starts);
  }
  const widthMs = "buckets" in by ? (to - from) / by.buckets : by.everyMs;
  const count = "buckets" in by ? by.buckets : Math.ceil((to - from) / widthMs);
  refuseMoreThan(max, count);
  if ("everyMs" in by) return Float64Array.from({ length: count }, (_, of) => from + of * widthMs);
  // Divided last: what is a whole number of milliseconds stays one.
  return Float64Array.from({ length: count }, (_, of) => from + (of * (to - from)) / count);
}

/** The buckets of one series while they are summed up, in order of time. -0 counts as 0. */
export class Sums {
  readonly series: number;
  readonly widthMs: number;
  /** Where each bucket begins. */
  readonly at: Float64Array;
  readonly #cells: Float64Array;
  readonly #query: AggregateQuery;
  /** Of the bucket that was added to last: a long span adds to each of them many times. */
  readonly #tally: Tally;
  #bucket = NONE;
  #heldFrom: number;

  /** Of the series at this place of the query. */
  constructor(query: AggregateQuery, { starts, cells }: SumTable, index: number) {
    const { from, to, by, weighted } = query;
    const buckets = starts.length;
    const size = buckets * COLUMNS;
    this.series = query.series[index] ?? 0;
    this.widthMs = widthOf(by, to - from);
    this.at = starts;
    this.#cells = cells.subarray(index * size, (index + 1) * size).fill(Number.NaN);
    this.#query = query;
    this.#tally = new Tally(query.rollover);
    this.#heldFrom = from;
    for (const column of weighted ? WEIGHTED : COUNTED) this.#clear(column);
  }

  /** The value of the last sample before the first bucket, NaN where there is none. */
  begin(before: number): void {
    this.#tally.before = before;
  }

  /** A quotient may be rounded to the bucket beside the one that begins before the time. */
  bucketAt(at: number): number {
    const starts = this.at;
    if (Number.isNaN(this.widthMs)) return placeIn(starts, at);
    const quotient = Math.floor((at - this.#query.from) / this.widthMs);
    const bucket = Math.min(quotient, starts.length - 1);
    if (at < (starts[bucket] ?? at)) return bucket - 1;
    return at >= this.endAt(bucket) ? bucket + 1 : bucket;
  }

  /** Every sample before this time that is not before the bucket is in it. */
  endAt(bucket: number): number {
    const next = bucket + 1;
    // Not by asking behind the end: V8 would give up the code of all that asks, once a process.
    return next < this.at.length ? (this.at[next] ?? 0) : Number.POSITIVE_INFINITY;
  }

  /** Whether all of this span lies in one bucket. */
  isInOne(from: number, to: number): boolean {
    const { from: first, to: last } = this.#query;
    if (from < first || to > last) return false;
    return to <= (this.at[this.bucketAt(from) + 1] ?? last);
  }

  /** Samples in order of time, behind those before: rows of any columns, within the query. */
  addRows(columns: Knowing, from: number, to: number): void {
    for (let row = from; row < to; ) {
      const bucket = this.bucketAt(columns.at[row] ?? 0);
      const end = this.#endOf(bucket, columns.at, row, to);
      this.#addTo(bucket, columns, row, end);
      row = end;
    }
  }

  /** Whether that says of samples all that was asked for. */
  canTake(summary: Summary): boolean {
    const { good, samples } = summary;
    const { weighted, rollover } = this.#query;
    // Its area begins and ends with the first and last of its samples that count.
    if (weighted && good > 0 && good < samples) return false;
    return rollover === undefined || isSteady(summary);
  }

  /** Samples that follow each other, all at once; they lie in one bucket. */
  addSummary(summary: Summary): void {
    const { firstAt, lastAt } = summary;
    const bucket = this.bucketAt(firstAt);
    this.#add(COLUMN.all, bucket, summary.countable);
    if (summary.good === 0) return;
    this.#turnTo(bucket);
    this.#hold(firstAt, this.#tally.before);
    this.#tally.addAll(summary);
    if (!this.#query.weighted) return;
    this.#add(COLUMN.area, bucket, summary.area);
    this.#add(COLUMN.known, bucket, lastAt - firstAt);
    this.#heldFrom = lastAt;
  }

  /**
   * The same of such that lie in columns, all in this bucket. False, and nothing is added, where
   * more was asked for than they say.
   */
  addColumns(bucket: number, columns: SumColumns, from: number, to: number): boolean {
    const { weighted, rollover } = this.#query;
    if (weighted || rollover !== undefined) return false;
    this.#turnTo(bucket);
    this.#add(COLUMN.all, bucket, this.#tally.addColumns(columns, from, to));
    return true;
  }

  /** The newest value holds until `now`. */
  end(): void {
    const { to, now = to } = this.#query;
    this.#hold(Math.min(to, now), this.#tally.before);
    this.#turnTo(NONE);
  }

  /** From now on it is noted for how long it was the state that was asked for. */
  beginDurations(): void {
    this.#clear(COLUMN.duration);
  }

  /** It was so within `[from, to)`. */
  addDuration(from: number, to: number): void {
    this.#share(from, to, (bucket, ms) => this.#add(COLUMN.duration, bucket, ms));
  }

  /** The row behind those of this bucket, of which `from` is the first. */
  #endOf(bucket: number, at: Float64Array, from: number, to: number): number {
    const end = this.endAt(bucket);
    if ((at[to - 1] ?? end) < end) return to;
    let [low, high] = [from + 1, to - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((at[middle] ?? end) < end) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #addTo(bucket: number, columns: Knowing, from: number, to: number): void {
    const isAll = this.#query.quality === "all";
    const tally = this.#tally;
    this.#turnTo(bucket);
    if (this.#query.weighted) this.#holdRows(columns, from, to, tally.before);
    this.#add(COLUMN.all, bucket, tally.addRows(columns, from, to, isAll));
  }

  #holdRows(columns: Columns, from: number, to: number, before: number): void {
    const { quality } = this.#query;
    let value = before;
    for (let row = from; row < to; row += 1) {
      if (!isCountable(columns, row)) continue;
      if (quality !== "all" && !isGood(columns.quality[row])) continue;
      this.#hold(columns.at[row] ?? 0, value);
      value = countedValue(columns, row) + 0;
    }
  }

  /** From now on the tally is of this bucket. */
  #turnTo(bucket: number): void {
    if (bucket === this.#bucket) return;
    if (this.#bucket !== NONE && this.#tally.count > 0) this.#keep(this.#bucket);
    if (bucket !== NONE) this.#take(bucket);
    this.#bucket = bucket;
  }

  #take(bucket: number): void {
    const [tally, cells, buckets] = [this.#tally, this.#cells, this.at.length];
    tally.count = cells[COLUMN.count * buckets + bucket] ?? 0;
    tally.min = cells[COLUMN.min * buckets + bucket] ?? 0;
    tally.max = cells[COLUMN.max * buckets + bucket] ?? 0;
    tally.sum = cells[COLUMN.sum * buckets + bucket] ?? 0;
    tally.first = cells[COLUMN.first * buckets + bucket] ?? 0;
    tally.increase = cells[COLUMN.increase * buckets + bucket] ?? 0;
  }

  #keep(bucket: number): void {
    const [tally, cells, buckets] = [this.#tally, this.#cells, this.at.length];
    cells[COLUMN.count * buckets + bucket] = tally.count;
    cells[COLUMN.min * buckets + bucket] = tally.min;
    cells[COLUMN.max * buckets + bucket] = tally.max;
    cells[COLUMN.sum * buckets + bucket] = tally.sum;
    cells[COLUMN.first * buckets + bucket] = tally.first;
    cells[COLUMN.last * buckets + bucket] = tally.before;
    cells[COLUMN.increase * buckets + bucket] = tally.increase;
  }

  #clear(column: number): void {
    const buckets = this.at.length;
    this.#cells.fill(0, column * buckets, (column + 1) * buckets);
  }

  #add(column: number, bucket: number, more: number): void {
    const cell = column * this.at.length + bucket;
    this.#cells[cell] = (this.#cells[cell] ?? 0) + more;
  }

  /** The value before held until this time. */
  #hold(until: number, value: number): void {
    if (!this.#query.weighted) return;
    if (!Number.isNaN(value)) {
      this.#share(this.#heldFrom, until, (bucket, ms) => {
        this.#add(COLUMN.area, bucket, value * ms);
        this.#add(COLUMN.known, bucket, ms);
      });
    }
    this.#heldFrom = Math.max(this.#heldFrom, until);
  }

  /** Cuts a span at the ends of buckets. */
  #share(from: number, to: number, add: (bucket: number, ms: number) => void): void {
    if (!(from < to)) return;
    const last = this.at.length - 1;
    let start = from;
    for (let bucket = this.bucketAt(from); start < to; bucket += 1) {
      const end = bucket < last ? Math.min(to, this.at[bucket + 1] ?? to) : to;
      if (end > start) add(bucket, end - start);
      start = Math.max(start, end);
    }
  }
}

function refuseMoreThan(max: number, buckets: number): void {
  if (buckets > max) throw new Error("too many buckets");
}

function widthOf(by: AggregateQuery["by"], spanMs: number): number {
  if ("calendar" in by) return Number.NaN;
  return "buckets" in by ? spanMs / by.buckets : by.everyMs;
}

/** The last of these starts that is not after the time. */
function placeIn(starts: Float64Array, at: number): number {
  let low = 0;
  for (let high = starts.length; high - low > 1; ) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}
