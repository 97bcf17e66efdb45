import type { Samples } from "../../domain/samples.ts";
import type { Run } from "./run.ts";

/** What arrived, in order of arrival. */
type Arrivals = Samples & { readonly seriesEnd: number };

/**
 * A generation that leaves for the database: sorted by series once, so that each of them is read in
 * one stretch, by the flush and by everybody else. Those of one series are in order of arrival.
 */
export class Frozen {
  count = 0;
  /** The last record that is in here, or in a generation before. */
  sequence = 0;
  /** Of the log; not to be used again before all that is in here is in the database. */
  segments: number[] = [];
  /** Series below this one are in the database, and no longer read from here. */
  flushedBelow = 0;
  /** Rows of the others. */
  remaining = 0;
  /** Those of series s lie from `starts[s]` to `starts[s + 1]`. */
  starts: Uint32Array = new Uint32Array(1);
  #at = new Float64Array(0);
  #value = new Float64Array(0);
  #kind = new Uint8Array(0);
  #quality = new Uint8Array(0);
  #texts: readonly string[] = [];

  /** Takes a copy, by a counting sort: each series has a place, rows are read in order. */
  fill({ count, seriesEnd, series, at, value, kind, quality, texts }: Arrivals): void {
    this.#reserve(count);
    this.starts = startsOf(series, count, seriesEnd);
    const next = this.starts.slice();
    const [toAt, toValue, toKind, toQuality] = [this.#at, this.#value, this.#kind, this.#quality];
    for (let row = 0; row < count; row += 1) {
      const one = series[row] ?? 0;
      const place = next[one] ?? 0;
      next[one] = place + 1;
      toAt[place] = at[row] ?? 0;
      toValue[place] = value[row] ?? 0;
      toKind[place] = kind[row] ?? 0;
      toQuality[place] = quality[row] ?? 0;
    }
    this.#texts = texts;
    this.count = count;
    this.remaining = count;
    this.flushedBelow = 0;
    this.segments = [];
  }

  /** All that it holds of a series, as a run. */
  take(series: number, into: Run): void {
    const [start, end] = [this.starts[series] ?? 0, this.starts[series + 1] ?? 0];
    into.clear();
    if (start >= end) return;
    const columns = { at: this.#at, value: this.#value, kind: this.#kind, quality: this.#quality };
    into.copy({ ...columns, texts: this.#texts }, start, end);
    if (!isAscending(into.at, into.count)) into.settle();
  }

  /** What it holds of a series within `[from, to)`, as a run, unless that is in the database. */
  collect(series: number, from: number, to: number, into: Run): void {
    into.clear();
    if (series < this.flushedBelow) return;
    this.take(series, into);
    into.trim(from, to);
  }

  #reserve(count: number): void {
    if (count <= this.#at.length) return;
    this.#at = new Float64Array(count);
    this.#value = new Float64Array(count);
    this.#kind = new Uint8Array(count);
    this.#quality = new Uint8Array(count);
  }
}

function startsOf(series: Uint32Array, count: number, seriesEnd: number): Uint32Array {
  const starts = new Uint32Array(seriesEnd + 1);
  for (let row = 0; row < count; row += 1) {
    const next = (series[row] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let one = 1; one < starts.length; one += 1) {
    starts[one] = (starts[one] ?? 0) + (starts[one - 1] ?? 0);
  }
  return starts;
}

function isAscending(at: Float64Array, count: number): boolean {
  for (let row = 1; row < count; row += 1) if ((at[row - 1] ?? 0) >= (at[row] ?? 0)) return false;
  return true;
}
