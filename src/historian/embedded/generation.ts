import { KIND, type Samples } from "../../domain/samples.ts";
import { grown, type Run } from "./run.ts";

/** Rows of a block, a power of two: larger ones are read faster, smaller ones waste less. */
const BLOCK = 16;
const BLOCK_BITS = 4;
const WITHIN = BLOCK - 1;
/** A block: 16 times, 16 values, 16 kinds, 16 qualities. */
const BLOCK_BYTES = 18 * BLOCK;
const BLOCK_NUMBERS = BLOCK_BYTES / 8;
const VALUE = BLOCK;
const KINDS = 16 * BLOCK;
const QUALITY = BLOCK;
const NONE = -1;
const SERIES_FIRST = 1024;
/** What a gateway ever needs for some thousand series, and 5 MB. */
const BLOCKS_FIRST = 16_384;

/**
 * Samples that are in the log, and not yet in chunks: at first the generation that fills, then the
 * one that leaves. Those of a series lie in blocks of 16 rows, in order of arrival, and each block
 * knows the one before it. So an insert puts each row behind the others of its series, whoever
 * reads a series goes from one stretch of memory to the next, and nothing has to be sorted.
 */
export class Generation {
  count = 0;
  textBytes = 0;
  /** The last record that is in here, or in a generation before. */
  sequence = 0;
  /** Of the log; not to be used again before all that is in here is in the database. */
  segments: number[] = [];
  /** Rows that are not in the database. */
  remaining = 0;
  /** Series below this one are in the database, and no longer read from here. */
  #flushedBelow = 0;
  #firstAt = Number.POSITIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** All blocks, and the same memory by the byte. */
  #numbers = new Float64Array(0);
  #bytes = new Uint8Array(0);
  #texts: string[] = [];
  readonly #textIndex = new Map<string, number>();
  #blocks = 0;
  /** The block before it of the same series, or NONE. */
  #before = new Int32Array(0);
  /** Of each series, where its next row goes: a new block where that is a multiple of one. */
  #next = new Uint32Array(0);
  #blocksOf = new Uint32Array(0);
  #path = new Uint32Array(64);

  get seriesEnd(): number {
    return this.#next.length;
  }

  /** Series are below `seriesEnd`. */
  insert(samples: Samples, seriesEnd: number): void {
    this.#reserveSeries(seriesEnd);
    this.#reserve((samples.count >> BLOCK_BITS) + Math.min(samples.count, seriesEnd));
    this.#place(samples);
    this.#span(samples);
    this.count += samples.count;
    this.remaining = this.count;
  }

  /** Series below this one are in the database. */
  flushed(below: number): void {
    for (let one = this.#flushedBelow; one < below; one += 1) this.remaining -= this.#rowsOf(one);
    this.#flushedBelow = below;
  }

  get flushedBelow(): number {
    return this.#flushedBelow;
  }

  has(series: number): boolean {
    return (this.#next[series] ?? 0) > 0;
  }

  clear(): void {
    this.count = 0;
    this.textBytes = 0;
    this.segments = [];
    this.remaining = 0;
    this.#flushedBelow = 0;
    this.#firstAt = Number.POSITIVE_INFINITY;
    this.#lastAt = Number.NEGATIVE_INFINITY;
    this.#texts = [];
    this.#textIndex.clear();
    this.#blocks = 0;
    this.#next.fill(0);
    this.#blocksOf.fill(0);
  }

  /** What it holds of a series within `[from, to)`, as a run, unless that is in the database. */
  collect(series: number, from: number, to: number, into: Run): void {
    into.clear();
    if (series < this.#flushedBelow || !this.has(series)) return;
    if (to <= this.#firstAt || from > this.#lastAt) return;
    into.reserve(this.#rowsOf(series));
    const isOrdered = this.#gather(series, { from, to }, into);
    if (this.#texts.length > 0) into.adoptTexts(this.#texts, 0);
    if (!isOrdered) into.settle();
  }

  /** In order of arrival; false where that is not the order of time. */
  #gather(series: number, span: Span, into: Run): boolean {
    const last = (((this.#next[series] ?? 0) - 1) & WITHIN) + 1;
    let isOrdered = true;
    for (let step = this.#findPath(series); step > 0; step -= 1) {
      const block = this.#path[step - 1] ?? 0;
      if (!this.#copy(block, step === 1 ? last : BLOCK, span, into)) isOrdered = false;
    }
    return isOrdered;
  }

  #rowsOf(series: number): number {
    const next = this.#next[series] ?? 0;
    if (next === 0) return 0;
    return ((this.#blocksOf[series] ?? 0) - 1) * BLOCK + ((next - 1) & WITHIN) + 1;
  }

  /** The blocks of a series, the newest first; returns how many. */
  #findPath(series: number): number {
    const blocks = this.#blocksOf[series] ?? 0;
    if (blocks > this.#path.length) this.#path = new Uint32Array(blocks * 2);
    let block = ((this.#next[series] ?? 0) - 1) >> BLOCK_BITS;
    for (let step = 0; step < blocks; step += 1) {
      this.#path[step] = block;
      block = this.#before[block] ?? NONE;
    }
    return blocks;
  }

  /** False where one of them is not newer than the one before it. */
  #copy(block: number, rows: number, { from, to }: Span, into: Run): boolean {
    const numbers = this.#numbers;
    const bytes = this.#bytes;
    const first = block * BLOCK_NUMBERS;
    const kinds = block * BLOCK_BYTES + KINDS;
    let next = into.count;
    let before = next > 0 ? (into.at[next - 1] ?? 0) : Number.NEGATIVE_INFINITY;
    let isOrdered = true;
    for (let row = 0; row < rows; row += 1) {
      const time = numbers[first + row] ?? 0;
      if (time < from || time >= to) continue;
      if (time <= before) isOrdered = false;
      before = time;
      into.at[next] = time;
      into.value[next] = numbers[first + VALUE + row] ?? 0;
      into.kind[next] = bytes[kinds + row] ?? 0;
      into.quality[next] = bytes[kinds + QUALITY + row] ?? 0;
      next += 1;
    }
    into.count = next;
    return isOrdered;
  }

  #place({ count, series, at, value, kind, quality, texts }: Samples): void {
    const numbers = this.#numbers;
    const bytes = this.#bytes;
    const next = this.#next;
    for (let row = 0; row < count; row += 1) {
      const one = series[row] ?? 0;
      let place = next[one] ?? 0;
      if ((place & WITHIN) === 0) place = this.#beginBlock(one, place);
      next[one] = place + 1;
      const block = place >> BLOCK_BITS;
      const first = block * BLOCK_NUMBERS + (place & WITHIN);
      const kinds = block * BLOCK_BYTES + KINDS + (place & WITHIN);
      const what = kind[row] ?? 0;
      numbers[first] = at[row] ?? 0;
      numbers[first + VALUE] = value[row] ?? 0;
      if (what === KIND.text) numbers[first + VALUE] = this.#textAt(texts, value[row] ?? 0);
      bytes[kinds] = what;
      bytes[kinds + QUALITY] = quality[row] ?? 0;
    }
  }

  #span({ at, count }: Samples): void {
    let first = this.#firstAt;
    let last = this.#lastAt;
    for (let row = 0; row < count; row += 1) {
      const time = at[row] ?? 0;
      if (time < first) first = time;
      if (time > last) last = time;
    }
    this.#firstAt = first;
    this.#lastAt = last;
  }

  /** Room was made before. */
  #beginBlock(series: number, next: number): number {
    const block = this.#blocks;
    this.#blocks = block + 1;
    this.#before[block] = next === 0 ? NONE : (next - 1) >> BLOCK_BITS;
    this.#blocksOf[series] = (this.#blocksOf[series] ?? 0) + 1;
    return block << BLOCK_BITS;
  }

  /**
   * What is reserved and not used is no memory yet, so more than enough is reserved: what was
   * outgrown is, for the C library keeps it.
   */
  #reserve(blocks: number): void {
    const needed = this.#blocks + blocks;
    if (needed <= this.#before.length) return;
    const capacity = Math.max(needed, this.#before.length * 2, BLOCKS_FIRST);
    this.#before = grown(new Int32Array(capacity), this.#before);
    this.#numbers = grown(new Float64Array(capacity * BLOCK_NUMBERS), this.#numbers);
    this.#bytes = new Uint8Array(this.#numbers.buffer);
  }

  #reserveSeries(end: number): void {
    const held = this.#next.length;
    if (end <= held) return;
    const size = Math.max(end, held * 2, SERIES_FIRST);
    this.#next = grown(new Uint32Array(size), this.#next);
    this.#blocksOf = grown(new Uint32Array(size), this.#blocksOf);
  }

  #textAt(texts: readonly string[], index: number): number {
    const text = texts[index] ?? "";
    const known = this.#textIndex.get(text);
    if (known !== undefined) return known;
    const added = this.#texts.push(text) - 1;
    this.#textIndex.set(text, added);
    this.textBytes += text.length * 2;
    return added;
  }
}

type Span = { readonly from: number; readonly to: number };
