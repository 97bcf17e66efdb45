import type { Samples } from "../../domain/samples.ts";
import { microsOf } from "./time.ts";

/*
 * Tells samples that can meet nothing in the database from those that may replace some.
 */

/** Rows of a batch in the order of the table's key, each (series, time) once. */
export type Split = {
  /** Newer than anything known of their series: nothing can be in their way. */
  readonly fresh: Uint32Array;
  /** Late, repeated or corrected ones: they replace what is there. */
  readonly late: Uint32Array;
  /** The watermarks that were raised. */
  readonly raised: Watermarks;
  /** Days that are over with what is fresh. */
  readonly over: readonly SeriesDay[];
  /** Days that are over and that something late has come into. */
  readonly touched: readonly SeriesDay[];
  /** How many are in neither: raw samples of their times were let go. */
  readonly tooOld: number;
};

/**
 * The newest time of each series that the database holds, in microseconds: the watermark. It may
 * be above the newest sample during a deletion, never below it.
 */
export type Watermarks = Map<number, number>;

/** A day of UTC, by its begin in microseconds. */
export type SeriesDay = { readonly series: number; readonly day: number };

type Marks = {
  readonly newest: Watermarks;
  /** Up to this time raw samples of a series were let go, in microseconds. */
  readonly gone: ReadonlyMap<number, number>;
};

/** Tells fresh rows from late ones, and raises the watermarks. Of one time the later row wins. */
export function split(samples: Samples, { newest, gone }: Marks): Split {
  const sides: Sides = { fresh: new Rows(samples.count), late: new Rows(samples.count) };
  const raised: Watermarks = new Map();
  const days: Days = { over: [], touched: [] };
  const micros = new Float64Array(samples.count);
  for (let row = 0; row < samples.count; row += 1) micros[row] = microsOf(samples.at[row] ?? 0);
  let tooOld = 0;
  for (const all of bySeries(samples, micros)) {
    const series = samples.series[all[0] ?? 0] ?? 0;
    const rows = all.subarray(rowsUpTo(gone.get(series), all, micros));
    tooOld += all.length - rows.length;
    const watermark = newest.get(series) ?? Number.NEGATIVE_INFINITY;
    const last = divide(rows, micros, watermark, sides);
    if (last > watermark) raised.set(series, last);
    note(days, series, daysOver(rows, micros, watermark));
  }
  for (const [series, at] of raised) newest.set(series, at);
  return { fresh: sides.fresh.all(), late: sides.late.all(), raised, ...days, tooOld };
}

type Sides = { readonly fresh: Rows; readonly late: Rows };

/** How many of these rows, in order of time, are not newer. */
function rowsUpTo(end: number | undefined, rows: Uint32Array, micros: Float64Array): number {
  if (end === undefined) return 0;
  const newer = rows.findIndex((row) => (micros[row] ?? 0) > end);
  return newer < 0 ? rows.length : newer;
}

/** Rows of one series in order of time; of those of one time the last. Returns the newest time. */
function divide(rows: Uint32Array, micros: Float64Array, watermark: number, sides: Sides): number {
  const { fresh, late } = sides;
  let at = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < rows.length; place += 1) {
    const row = rows[place] ?? 0;
    at = micros[row] ?? 0;
    const isRepeated = place + 1 < rows.length && micros[rows[place + 1] ?? 0] === at;
    if (!isRepeated) (at > watermark ? fresh : late).add(row);
  }
  return at;
}

const DAY_MICROS = 86_400_000_000;

type DaysOver = { readonly over: Set<number>; readonly touched: Set<number> };

/** Days before that of the newest: that of the watermark, and those of rows in order of time. */
function daysOver(rows: Uint32Array, micros: Float64Array, watermark: number): DaysOver {
  const days = { over: new Set<number>(), touched: new Set<number>() };
  const newest = micros[rows.at(-1) ?? -1] ?? Number.NEGATIVE_INFINITY;
  const open = dayOf(Math.max(watermark, newest));
  if (watermark < open && Number.isFinite(watermark)) days.over.add(dayOf(watermark));
  let end = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const at = micros[row] ?? 0;
    if (at >= open) break;
    if (at < end) continue;
    (at > watermark ? days.over : days.touched).add(dayOf(at));
    end = dayOf(at) + DAY_MICROS;
  }
  return days;
}

type Days = { readonly over: SeriesDay[]; readonly touched: SeriesDay[] };

/** A day that something late came into is not told a second time for what is fresh. */
function note(days: Days, series: number, { over, touched }: DaysOver): void {
  for (const day of touched) days.touched.push({ series, day });
  for (const day of over) if (!touched.has(day)) days.over.push({ series, day });
}

function dayOf(micros: number): number {
  return Math.floor(micros / DAY_MICROS) * DAY_MICROS;
}

class Rows {
  readonly #rows: Uint32Array;
  #count = 0;

  constructor(capacity: number) {
    this.#rows = new Uint32Array(capacity);
  }

  add(row: number): void {
    this.#rows[this.#count] = row;
    this.#count += 1;
  }

  all(): Uint32Array {
    return this.#rows.subarray(0, this.#count);
  }
}

/** The rows of each series in order of time, in order of arrival where the time is the same. */
function* bySeries(samples: Samples, micros: Float64Array): Generator<Uint32Array> {
  const { count, series } = samples;
  const { ends, all } = placesOf(samples);
  const sorted = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) {
    const one = series[row] ?? 0;
    const end = ends[one] ?? 0;
    sorted[end] = row;
    ends[one] = end + 1;
  }
  let start = 0;
  for (const one of all) {
    const rows = sorted.subarray(start, ends[one]);
    start = ends[one] ?? 0;
    if (!isInOrder(rows, micros)) {
      rows.sort((left, right) => (micros[left] ?? 0) - (micros[right] ?? 0) || left - right);
    }
    yield rows;
  }
}

type Places = {
  /** Where the next row of each series goes: in the beginning, where the first one does. */
  readonly ends: Uint32Array;
  /** All series, the lowest first. */
  readonly all: Uint32Array;
};

/** Series are small and dense: what is counted of each has its place by its number. */
function placesOf({ count, series }: Samples): Places {
  let highest = 0;
  for (let row = 0; row < count; row += 1) highest = Math.max(highest, series[row] ?? 0);
  const ends = new Uint32Array(highest + 1);
  const found: number[] = [];
  for (let row = 0; row < count; row += 1) {
    const one = series[row] ?? 0;
    const rows = ends[one] ?? 0;
    if (rows === 0) found.push(one);
    ends[one] = rows + 1;
  }
  const all = Uint32Array.from(found).sort();
  let start = 0;
  for (const one of all) {
    const rows = ends[one] ?? 0;
    ends[one] = start;
    start += rows;
  }
  return { ends, all };
}

function isInOrder(rows: Uint32Array, micros: Float64Array): boolean {
  for (let place = 1; place < rows.length; place += 1) {
    if ((micros[rows[place] ?? 0] ?? 0) < (micros[rows[place - 1] ?? 0] ?? 0)) return false;
  }
  return true;
}
