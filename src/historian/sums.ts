import { LIMIT } from "../domain/limit.ts";
import { isGood } from "../domain/reading.ts";
import { calendarStarts } from "../lib/calendar.ts";
import type { AggregateQuery, Buckets } from "./historian.ts";
import type { Summary } from "./rollup.ts";
import { type Columns, countedValue, isCountable, Tally } from "./tally.ts";

/** Columns of a bucket row; they lie one behind another in one buffer. */
export const SUM_COLUMNS = 11;

/** Where the buckets of a query begin. Throws where they would be too many for memory. */
export function bucketStarts({ series, from, to, by }: AggregateQuery): Float64Array {
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
  return Float64Array.from({ length: count }, (_, bucket) => from + bucket * widthMs);
}

/** The buckets of one series while they are summed up, in order of time. -0 counts as 0. */
export class Sums implements Buckets {
  readonly series: number;
  readonly from: number;
  readonly widthMs: number;
  readonly at: Float64Array;
  readonly count: Float64Array;
  readonly all: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly increase: Float64Array;
  readonly area: Float64Array;
  readonly known: Float64Array;
  readonly duration: Float64Array;
  readonly #query: AggregateQuery;
  readonly #tally: Tally;
  #heldFrom: number;

  constructor(series: number, query: AggregateQuery, at: Float64Array, columns: Float64Array) {
    const { from, to, by, weighted } = query;
    const column = (index: number) => columns.subarray(index * at.length, (index + 1) * at.length);
    columns.fill(Number.NaN);
    this.#query = query;
    this.#tally = new Tally(query.rollover);
    this.#heldFrom = from;
    this.series = series;
    this.from = from;
    this.at = at;
    this.widthMs = widthOf(by, to - from);
    this.count = column(0).fill(0);
    this.min = column(1);
    this.max = column(2);
    this.sum = column(3);
    this.first = column(4);
    this.last = column(5);
    this.increase = column(6);
    this.all = column(7).fill(0);
    this.area = column(8);
    this.known = column(9);
    this.duration = column(10);
    if (weighted) columns.subarray(8 * at.length, 10 * at.length).fill(0);
  }

  /** The value of the last sample before the first bucket, NaN where there is none. */
  begin(before: number): void {
    this.#tally.before = before;
  }

  bucketAt(at: number): number {
    if (Number.isNaN(this.widthMs)) return placeIn(this.at, at);
    const bucket = Math.floor((at - this.from) / this.widthMs);
    return Math.min(bucket, this.count.length - 1);
  }

  /** Whether all of this span lies in one bucket. */
  isInOne(from: number, to: number): boolean {
    const { from: first, to: last } = this.#query;
    if (from < first || to > last) return false;
    return to <= (this.at[this.bucketAt(from) + 1] ?? last);
  }

  /** Samples in order of time, behind those before: rows of any columns, within the query. */
  addRows(columns: Columns, from: number, to: number): void {
    for (let row = from; row < to; ) {
      const bucket = this.bucketAt(columns.at[row] ?? 0);
      const end = this.#endOf(bucket, columns.at, row, to);
      this.#addTo(bucket, columns, row, end);
      row = end;
    }
  }

  /** Samples that follow each other, all at once; they lie in one bucket. */
  addSummary(summary: Summary): void {
    const { firstAt, lastAt, countable, good, min, max, sum, first, last, increase } = summary;
    const bucket = this.bucketAt(firstAt);
    this.all[bucket] = (this.all[bucket] ?? 0) + countable;
    if (good === 0) return;
    const tally = this.#tallyOf(bucket);
    this.#hold(firstAt, tally.before);
    tally.addAll({ good, min, max, sum, first, last, increase });
    this.#keep(bucket, tally);
    if (!this.#query.weighted) return;
    this.area[bucket] = (this.area[bucket] ?? 0) + summary.area;
    this.known[bucket] = (this.known[bucket] ?? 0) + lastAt - firstAt;
    this.#heldFrom = lastAt;
  }

  /** The newest value holds until `now`. */
  end(): void {
    const { to, now = to } = this.#query;
    this.#hold(Math.min(to, now), this.#tally.before);
  }

  /** Notes for how long it was the state that was asked for, `[from, to)`. */
  addDuration(from: number, to: number): void {
    this.#share(from, to, (bucket, ms) => {
      this.duration[bucket] = (this.duration[bucket] ?? 0) + ms;
    });
  }

  /** The columns without what was needed to sum them up. */
  buckets(): Buckets {
    return { ...(this as Buckets) };
  }

  /** The row behind those of this bucket, of which `from` is the first. */
  #endOf(bucket: number, at: Float64Array, from: number, to: number): number {
    let [low, high] = [from + 1, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.bucketAt(at[middle] ?? 0) === bucket) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #addTo(bucket: number, columns: Columns, from: number, to: number): void {
    const isAll = this.#query.quality === "all";
    const tally = this.#tallyOf(bucket);
    if (this.#query.weighted) this.#holdRows(columns, from, to, tally.before);
    const countable = tally.addRows(columns, from, to, isAll);
    this.all[bucket] = (this.all[bucket] ?? 0) + countable;
    if (tally.count > 0) this.#keep(bucket, tally);
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

  #tallyOf(bucket: number): Tally {
    const tally = this.#tally;
    tally.count = this.count[bucket] ?? 0;
    tally.min = this.min[bucket] ?? 0;
    tally.max = this.max[bucket] ?? 0;
    tally.sum = this.sum[bucket] ?? 0;
    tally.first = this.first[bucket] ?? 0;
    tally.increase = this.increase[bucket] ?? 0;
    return tally;
  }

  #keep(bucket: number, { count, min, max, sum, first, before, increase }: Tally): void {
    this.count[bucket] = count;
    this.min[bucket] = min;
    this.max[bucket] = max;
    this.sum[bucket] = sum;
    this.first[bucket] = first;
    this.last[bucket] = before;
    this.increase[bucket] = increase;
  }

  /** The value before held until this time. */
  #hold(until: number, value: number): void {
    if (!this.#query.weighted) return;
    if (!Number.isNaN(value)) {
      this.#share(this.#heldFrom, until, (bucket, ms) => {
        this.area[bucket] = (this.area[bucket] ?? 0) + value * ms;
        this.known[bucket] = (this.known[bucket] ?? 0) + ms;
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
