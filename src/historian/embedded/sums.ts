import type { AggregateQuery, Buckets } from "../historian.ts";
import { growth, type Rollup } from "./rollup.ts";

/** Columns of a bucket row; they lie one behind another in one buffer. */
export const SUM_COLUMNS = 7;

export function bucketCount({ from, to, by }: AggregateQuery): number {
  if (!(from < to)) return 0;
  return "buckets" in by ? by.buckets : Math.ceil((to - from) / by.everyMs);
}

/** The buckets of one series while they are summed up, in order of time. -0 counts as 0. */
export class Sums implements Buckets {
  readonly series: number;
  readonly from: number;
  readonly widthMs: number;
  readonly count: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly increase: Float64Array;
  #before: number;

  /** `before` is the value before the first bucket, NaN where there is none. */
  constructor(series: number, query: AggregateQuery, columns: Float64Array, before: number) {
    const { from, to, by } = query;
    const buckets = columns.length / SUM_COLUMNS;
    const column = (index: number) => columns.subarray(index * buckets, (index + 1) * buckets);
    columns.fill(Number.NaN);
    this.series = series;
    this.from = from;
    this.widthMs = "buckets" in by ? (to - from) / by.buckets : by.everyMs;
    this.count = column(0).fill(0);
    this.min = column(1);
    this.max = column(2);
    this.sum = column(3);
    this.first = column(4);
    this.last = column(5);
    this.increase = column(6);
    this.#before = before;
  }

  bucketAt(at: number): number {
    const bucket = Math.floor((at - this.from) / this.widthMs);
    return Math.min(bucket, this.count.length - 1);
  }

  addSample(at: number, sample: number): void {
    const bucket = this.bucketAt(at);
    const value = sample + 0;
    const count = this.count[bucket] ?? 0;
    if (count === 0) this.#open(bucket, value);
    if (value < (this.min[bucket] ?? 0)) this.min[bucket] = value;
    if (value > (this.max[bucket] ?? 0)) this.max[bucket] = value;
    this.sum[bucket] = (this.sum[bucket] ?? 0) + value;
    this.#grow(bucket, value);
    this.count[bucket] = count + 1;
    this.last[bucket] = value;
    this.#before = value;
  }

  /** All samples of a chunk at once; they lie in one bucket. */
  addRollup(at: number, { good, min, max, sum, first, last, increase }: Rollup): void {
    if (good === 0) return;
    const bucket = this.bucketAt(at);
    const count = this.count[bucket] ?? 0;
    if (count === 0) this.#open(bucket, first);
    if (min < (this.min[bucket] ?? 0)) this.min[bucket] = min;
    if (max > (this.max[bucket] ?? 0)) this.max[bucket] = max;
    this.sum[bucket] = (this.sum[bucket] ?? 0) + sum;
    this.#grow(bucket, first);
    this.increase[bucket] = (this.increase[bucket] ?? 0) + increase;
    this.count[bucket] = count + good;
    this.last[bucket] = last;
    this.#before = last;
  }

  /** The columns without what was needed to sum them up. */
  buckets(): Buckets {
    return { ...(this as Buckets) };
  }

  #open(bucket: number, first: number): void {
    this.min[bucket] = first;
    this.max[bucket] = first;
    this.first[bucket] = first;
    this.sum[bucket] = 0;
    this.increase[bucket] = 0;
  }

  #grow(bucket: number, value: number): void {
    if (Number.isNaN(this.#before)) return;
    this.increase[bucket] = (this.increase[bucket] ?? 0) + growth(this.#before, value);
  }
}
