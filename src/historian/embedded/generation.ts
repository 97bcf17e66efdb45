import { KIND, type Samples } from "../../domain/samples.ts";
import { grown, type Run } from "./run.ts";

/**
 * Samples in the order of their arrival, with a chain through those of each series. Everything in
 * it is in the log as well.
 */
export class Generation {
  count = 0;
  textBytes = 0;

  #firstAt = Number.POSITIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;
  #series = new Uint32Array(0);
  #at = new Float64Array(0);
  #value = new Float64Array(0);
  #kind = new Uint8Array(0);
  #quality = new Uint8Array(0);
  #texts: string[] = [];
  #textIndex = new Map<string, number>();
  /** The row before it of the same series, or -1. */
  #before = new Int32Array(0);
  /** The newest row of each series, or -1. */
  #newest = new Int32Array(0);
  #found = new Uint32Array(64);

  get capacity(): number {
    return this.#at.length;
  }

  reserve(capacity: number): void {
    this.#series = grown(new Uint32Array(capacity), this.#series);
    this.#at = grown(new Float64Array(capacity), this.#at);
    this.#value = grown(new Float64Array(capacity), this.#value);
    this.#kind = grown(new Uint8Array(capacity), this.#kind);
    this.#quality = grown(new Uint8Array(capacity), this.#quality);
    this.#before = grown(new Int32Array(capacity), this.#before);
  }

  reserveSeries(end: number): void {
    const held = this.#newest;
    if (end <= held.length) return;
    this.#newest = new Int32Array(Math.max(end, held.length * 2, 1024)).fill(-1, held.length);
    this.#newest.set(held);
  }

  /** Room was made before. */
  insert(samples: Samples): void {
    const { count, series } = samples;
    const start = this.count;
    this.#series.set(series, start);
    this.#at.set(samples.at, start);
    this.#value.set(samples.value, start);
    this.#kind.set(samples.kind, start);
    this.#quality.set(samples.quality, start);
    this.#chain(series, start);
    this.#span(samples.at);
    if (samples.texts.length > 0) this.#adoptTexts(samples.texts, start, start + count);
    this.count = start + count;
  }

  clear(): void {
    this.count = 0;
    this.textBytes = 0;
    this.#firstAt = Number.POSITIVE_INFINITY;
    this.#lastAt = Number.NEGATIVE_INFINITY;
    this.#texts = [];
    this.#textIndex.clear();
    this.#newest.fill(-1);
  }

  /** What it holds of a series within `[from, to)`, as a run. */
  collect(series: number, from: number, to: number, into: Run): void {
    into.clear();
    if (to <= this.#firstAt || from > this.#lastAt) return;
    let found = 0;
    for (let row = this.#newest[series] ?? -1; row >= 0; row = this.#before[row] ?? -1) {
      const at = this.#at[row] ?? 0;
      if (at < from || at >= to) continue;
      if (found === this.#found.length)
        this.#found = grown(new Uint32Array(found * 2), this.#found);
      this.#found[found] = row;
      found += 1;
    }
    this.#gather(this.#found.subarray(0, found).reverse(), into);
  }

  /** All of it, in order of arrival; the columns may be longer, and change with the next insert. */
  arrivals(): Samples & { readonly seriesEnd: number } {
    return {
      count: this.count,
      seriesEnd: this.#newest.length,
      series: this.#series,
      at: this.#at,
      value: this.#value,
      kind: this.#kind,
      quality: this.#quality,
      texts: this.#texts,
    };
  }

  #gather(rows: Uint32Array, into: Run): void {
    const { length } = rows;
    into.reserve(length);
    let isOrdered = true;
    let before = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < length; place += 1) {
      const row = rows[place] ?? 0;
      const at = this.#at[row] ?? 0;
      if (at <= before) isOrdered = false;
      before = at;
      into.at[place] = at;
      into.value[place] = this.#value[row] ?? 0;
      into.kind[place] = this.#kind[row] ?? 0;
      into.quality[place] = this.#quality[row] ?? 0;
    }
    into.count = length;
    if (this.#texts.length > 0) into.adoptTexts(this.#texts, 0);
    if (!isOrdered) into.settle();
  }

  #chain(series: Uint32Array, start: number): void {
    const [newest, before] = [this.#newest, this.#before];
    for (let row = 0; row < series.length; row += 1) {
      const one = series[row] ?? 0;
      before[start + row] = newest[one] ?? -1;
      newest[one] = start + row;
    }
  }

  #span(times: Float64Array): void {
    let [first, last] = [this.#firstAt, this.#lastAt];
    for (const at of times) {
      if (at < first) first = at;
      if (at > last) last = at;
    }
    this.#firstAt = first;
    this.#lastAt = last;
  }

  #adoptTexts(texts: readonly string[], start: number, end: number): void {
    for (let row = start; row < end; row += 1) {
      if (this.#kind[row] === KIND.text) {
        this.#value[row] = this.#indexOf(texts[this.#value[row] ?? 0] ?? "");
      }
    }
  }

  #indexOf(text: string): number {
    const known = this.#textIndex.get(text);
    if (known !== undefined) return known;
    const index = this.#texts.push(text) - 1;
    this.#textIndex.set(text, index);
    this.textBytes += text.length * 2;
    return index;
  }
}
