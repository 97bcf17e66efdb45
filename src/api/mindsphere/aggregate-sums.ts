import { LIMIT } from "../../domain/limit.ts";
import { type Quality, qualityOf } from "../../domain/reading.ts";
import { KIND, type Samples, valueAt } from "../../domain/samples.ts";
import type { AggregateQuery, Buckets, Historian } from "../../historian/historian.ts";
import { samplesIn } from "../samples-in.ts";
import { iso } from "../time.ts";
import type { Plan } from "./aggregate-plan.ts";

/** A `LONG` beyond 2^53 is a text of its digits, as in records; sums of such are rounded. */
type Exact = number | string;

/**
 * What Siemens' clients are told of one variable in one interval. Times and deviation are null
 * where only sums are left of the samples, or too many of them would have to be read.
 */
export type Aggregate = {
  readonly countgood: number;
  readonly countuncertain: number;
  readonly countbad: number;
  readonly sum: number | null;
  readonly average: number | null;
  readonly minvalue: Exact | null;
  readonly mintime: string | null;
  readonly maxvalue: Exact | null;
  readonly maxtime: string | null;
  readonly firstvalue: Exact | null;
  readonly firsttime: string | null;
  readonly lastvalue: Exact | null;
  readonly lasttime: string | null;
  readonly sd: number | null;
};

/** For each interval, null where nothing is stored. Values of good quality count. */
export async function aggregatesOf(
  historian: Historian,
  series: number,
  plan: Plan,
  timeZone: string,
): Promise<readonly (Aggregate | null)[]> {
  const from = plan.bounds[0] ?? 0;
  const to = plan.bounds.at(-1) ?? 0;
  const query = { series: Uint32Array.of(series), from, to, by: byOf(plan, timeZone) };
  const [buckets] = await historian.aggregate(query);
  if (!buckets) return [];
  const sums = summed(buckets, plan.bounds);
  const known = sums.reduce((all, one) => all + one.all, 0);
  const isFew = known <= LIMIT.aggregatedSamples;
  const tallies = isFew ? await tallied(historian, series, plan.bounds) : undefined;
  return sums.map((sum, index) => {
    const tally = tallies?.[index];
    return tally && tally.good >= sum.count ? ofTally(tally) : ofSum(sum);
  });
}

/** The widest equal buckets, or units of the calendar, that add up to the intervals. */
function byOf({ interval, bounds }: Plan, timeZone: string): AggregateQuery["by"] {
  const { unit } = interval;
  const isByClock = unit === "minute" || unit === "hour";
  if (isByClock) return { everyMs: (bounds[1] ?? 0) - (bounds[0] ?? 0) };
  return { calendar: unit, timeZone };
}

type Sum = {
  count: number;
  all: number;
  sum: number;
  min: number;
  max: number;
  first: number;
  last: number;
};

function summed(buckets: Buckets, bounds: readonly number[]): readonly Sum[] {
  const sums = Array.from({ length: bounds.length - 1 }, newSum);
  let interval = 0;
  for (const [bucket, at] of buckets.at.entries()) {
    interval = intervalAt(at, interval, bounds);
    const sum = sums[interval];
    if (sum) addBucket(sum, buckets, bucket);
  }
  return sums;
}

function newSum(): Sum {
  const [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return { count: 0, all: 0, sum: 0, min, max, first: Number.NaN, last: Number.NaN };
}

function addBucket(sum: Sum, buckets: Buckets, bucket: number): void {
  sum.all += buckets.all[bucket] ?? 0;
  const count = buckets.count[bucket] ?? 0;
  if (count === 0) return;
  if (sum.count === 0) sum.first = buckets.first[bucket] ?? Number.NaN;
  sum.last = buckets.last[bucket] ?? Number.NaN;
  sum.count += count;
  sum.sum += buckets.sum[bucket] ?? 0;
  sum.min = Math.min(sum.min, buckets.min[bucket] ?? sum.min);
  sum.max = Math.max(sum.max, buckets.max[bucket] ?? sum.max);
}

/** One interval as its samples are read; mean and squares as Welford keeps them. */
class Tally {
  good = 0;
  uncertain = 0;
  bad = 0;
  sum = 0;
  mean = 0;
  squares = 0;
  first: Moment | undefined;
  last: Moment | undefined;
  min: Moment | undefined;
  max: Moment | undefined;

  add(at: number, value: number | bigint, quality: Quality): void {
    if (quality === "uncertain") this.uncertain += 1;
    else if (quality === "bad") this.bad += 1;
    else this.#addGood({ at, value });
  }

  #addGood(moment: Moment): void {
    const value = Number(moment.value);
    this.good += 1;
    this.sum += value;
    const off = value - this.mean;
    this.mean += off / this.good;
    this.squares += off * (value - this.mean);
    this.first ??= moment;
    this.last = moment;
    if (!this.min || moment.value < this.min.value) this.min = moment;
    if (!this.max || moment.value > this.max.value) this.max = moment;
  }
}

type Moment = { readonly at: number; readonly value: number | bigint };

/** Reads the samples themselves. */
async function tallied(
  historian: Historian,
  series: number,
  bounds: readonly number[],
): Promise<readonly Tally[]> {
  const tallies = Array.from({ length: bounds.length - 1 }, () => new Tally());
  const range = { series, from: bounds[0] ?? 0, to: bounds.at(-1) ?? 0 };
  let interval = 0;
  for await (const samples of samplesIn(historian, range)) {
    for (let row = 0; row < samples.count; row += 1) {
      const at = samples.at[row] ?? 0;
      interval = intervalAt(at, interval, bounds);
      const value = numberAt(samples, row);
      const quality = qualityOf(samples.quality[row] ?? 0);
      if (value !== undefined) tallies[interval]?.add(at, value, quality);
    }
  }
  return tallies;
}

/** The interval that holds a moment, going on from the one before. */
function intervalAt(at: number, from: number, bounds: readonly number[]): number {
  let interval = from;
  while (at >= (bounds[interval + 1] ?? Number.POSITIVE_INFINITY)) interval += 1;
  return interval;
}

/** Truth counts as 0 and 1; texts and what is no number do not count. */
function numberAt(samples: Samples, row: number): number | bigint | undefined {
  const kind = samples.kind[row];
  if (kind === KIND.text || kind === KIND.none) return undefined;
  const value = valueAt(samples, row);
  if (typeof value === "bigint") return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function ofTally(tally: Tally): Aggregate | null {
  const { good, uncertain, bad, sum, mean, squares, min, max, first, last } = tally;
  if (good + uncertain + bad === 0) return null;
  const isKnown = good > 0;
  return {
    ...{ countgood: good, countuncertain: uncertain, countbad: bad },
    sum: isKnown ? sum : null,
    average: isKnown ? mean : null,
    minvalue: exactOf(min),
    mintime: timeOf(min),
    maxvalue: exactOf(max),
    maxtime: timeOf(max),
    firstvalue: exactOf(first),
    firsttime: timeOf(first),
    lastvalue: exactOf(last),
    lasttime: timeOf(last),
    sd: isKnown ? finite(Math.sqrt(squares / good)) : null,
  };
}

function exactOf(moment: Moment | undefined): Exact | null {
  if (typeof moment?.value === "bigint") return String(moment.value);
  return moment?.value ?? null;
}

function timeOf(moment: Moment | undefined): string | null {
  return moment ? iso(moment.at) : null;
}

/** What goes beyond a double is null, as Siemens says. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Where samples were let go, how many of the rest were uncertain and how many bad is not known. */
function ofSum({ count, all, sum, min, max, first, last }: Sum): Aggregate | null {
  if (all === 0) return null;
  const isKnown = count > 0;
  return {
    ...{ countgood: count, countuncertain: 0, countbad: all - count },
    ...{ mintime: null, maxtime: null, firsttime: null, lasttime: null, sd: null },
    sum: isKnown ? sum : null,
    average: isKnown ? sum / count : null,
    minvalue: isKnown ? min : null,
    maxvalue: isKnown ? max : null,
    firstvalue: isKnown ? first : null,
    lastvalue: isKnown ? last : null,
  };
}
