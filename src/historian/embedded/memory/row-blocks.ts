import { isPast } from "../../../domain/reading.ts";
import { KIND, type Samples } from "../../../domain/samples.ts";
import { grown, type Run } from "../run/run.ts";
import { TextList } from "../run/text-list.ts";
import { stripOf } from "./strip.ts";

/*
 * Samples in memory, in blocks of 16 rows of one series each. All blocks lie in one buffer, which
 * two threads have; a block, lowest byte first:
 *
 *  offset  bytes
 *       0   16*8  at, doubles
 *     128   16*8  value, doubles; of kind text: which of the texts that lie beside
 *     256     16  kind
 *     272     16  quality
 */

/** Rows of a block, a power of two: larger ones are read faster, smaller ones waste less. */
const BLOCK = 16;
const BLOCK_BITS = 4;
const WITHIN = BLOCK - 1;
const BLOCK_BYTES = 18 * BLOCK;
const BLOCK_NUMBERS = BLOCK_BYTES / 8;
const VALUE = BLOCK;
const KINDS = 16 * BLOCK;
const QUALITY = BLOCK;
const NONE = -1;
const SERIES_FIRST = 1024;
/** Not full, or kept, of some thousand series. */
const BLOCKS_OPEN = 32_768;

/** What another thread reads of them: their very memory. Only texts are copied on the way. */
export type SharedBlocks = {
  readonly numbers: Float64Array;
  readonly before: Int32Array;
  readonly next: Uint32Array;
  readonly blocksOf: Uint32Array;
  readonly texts: string[];
};

/**
 * An insert puts each row behind the others of its series, whoever reads one goes from one stretch
 * of memory to the next, and nothing has to be sorted. Blocks of a busy series lie side by side, a
 * strip of them at a time: to find a place in memory that was not looked at lately costs more than
 * to copy a block from there.
 */
export class RowBlocks {
  /** All blocks, and the same memory by the byte. */
  #numbers: Float64Array = new Float64Array(0);
  #bytes: Uint8Array = new Uint8Array(0);
  #texts = new TextList();
  /** Begun, or kept for the next of their series. */
  #blocks = 0;
  /** The block before it of the same series, or NONE. */
  #before: Int32Array = new Int32Array(0);
  /** Of each series, where its next row goes: a new block where that is a multiple of one. */
  #next: Uint32Array = new Uint32Array(0);
  #blocksOf: Uint32Array = new Uint32Array(0);
  /** Series that came with the last insert. */
  #newcomers: number[] = [];
  #path = new Uint32Array(64);
  readonly #blocksFirst: number;

  /** `rows` is what they will most often hold at most. */
  constructor(rows = 0) {
    this.#blocksFirst = (rows >> BLOCK_BITS) + BLOCKS_OPEN;
  }

  static of(shared: SharedBlocks): RowBlocks {
    const one = new RowBlocks();
    one.#numbers = shared.numbers;
    one.#bytes = new Uint8Array(shared.numbers.buffer);
    one.#texts = new TextList(shared.texts);
    one.#before = shared.before;
    one.#next = shared.next;
    one.#blocksOf = shared.blocksOf;
    return one;
  }

  share(): SharedBlocks {
    return {
      numbers: this.#numbers,
      before: this.#before,
      next: this.#next,
      blocksOf: this.#blocksOf,
      texts: this.#texts.all,
    };
  }

  /** For series below this one. */
  get seriesEnd(): number {
    return this.#next.length;
  }

  /** What values of kind text point to. */
  get texts(): string[] {
    return this.#texts.all;
  }

  get textBytes(): number {
    return this.#texts.bytes;
  }

  has(series: number): boolean {
    return (this.#next[series] ?? 0) > 0;
  }

  rowsOf(series: number): number {
    const next = this.#next[series] ?? 0;
    if (next === 0) return 0;
    return ((this.#blocksOf[series] ?? 0) - 1) * BLOCK + ((next - 1) & WITHIN) + 1;
  }

  clear(): void {
    this.#texts = new TextList();
    this.#blocks = 0;
    this.#next.fill(0);
    this.#blocksOf.fill(0);
  }

  /** Returns the series, all of them below `seriesEnd`, of which nothing was in here before. */
  insert(samples: Samples, seriesEnd: number): readonly number[] {
    this.#newcomers = [];
    this.#reserve(seriesEnd);
    this.#place(samples);
    return this.#newcomers;
  }

  #reserve(end: number): void {
    const held = this.#next.length;
    if (end <= held) return;
    const size = Math.max(end, held * 2, SERIES_FIRST);
    this.#next = grown(new Uint32Array(shared(size * 4)), this.#next);
    this.#blocksOf = grown(new Uint32Array(shared(size * 4)), this.#blocksOf);
  }

  #place({ count, series, at, value, kind, quality, texts }: Samples): void {
    const next = this.#next;
    let numbers = this.#numbers;
    let bytes = this.#bytes;
    for (let row = 0; row < count; row += 1) {
      const one = series[row] ?? 0;
      let place = next[one] ?? 0;
      if ((place & WITHIN) === 0) {
        place = this.#beginBlock(one, place);
        numbers = this.#numbers;
        bytes = this.#bytes;
      }
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

  #textAt(texts: readonly string[], index: number): number {
    return this.#texts.placeOf(texts[index] ?? "");
  }

  #beginBlock(series: number, next: number): number {
    const held = this.#blocksOf[series] ?? 0;
    const strip = stripOf(held);
    let block = next >> BLOCK_BITS; // Behind its last one, which it was kept for.
    if (held % strip === 0) {
      block = this.#blocks;
      this.#blocks += strip;
      if (this.#blocks > this.#before.length) this.#grow();
    }
    if (held === 0) this.#newcomers.push(series);
    this.#before[block] = held === 0 ? NONE : (next - 1) >> BLOCK_BITS;
    this.#blocksOf[series] = held + 1;
    return block << BLOCK_BITS;
  }

  /**
   * What is reserved and not used is no memory yet: what was outgrown is, for V8 does not see how
   * much it is, and is in no hurry to collect it.
   */
  #grow(): void {
    const held = this.#before.length;
    const capacity = Math.max(held * 2, this.#blocksFirst);
    this.#before = grown(new Int32Array(shared(capacity * 4)), this.#before);
    this.#numbers = grown(new Float64Array(shared(capacity * BLOCK_BYTES)), this.#numbers);
    this.#bytes = new Uint8Array(this.#numbers.buffer);
  }

  /** The last row of a series that has this time and was not told afterwards: there is one. */
  newest(series: number, time: number, into: Run): void {
    const place = this.#lastPlaceOf(series, time);
    const rows = { from: place & WITHIN, to: (place & WITHIN) + 1 };
    this.#copy(place >> BLOCK_BITS, rows, EVER, into);
  }

  /** It is there. Looked for from its end on, where it most often is. */
  #lastPlaceOf(series: number, time: number): number {
    let place = (this.#next[series] ?? 0) - 1;
    while (!this.#isLiveAt(place, time)) {
      const before = this.#before[place >> BLOCK_BITS] ?? NONE;
      place = (place & WITHIN) > 0 ? place - 1 : (before << BLOCK_BITS) + WITHIN;
    }
    return place;
  }

  #isLiveAt(place: number, time: number): boolean {
    const [block, row] = [place >> BLOCK_BITS, place & WITHIN];
    if (this.#numbers[block * BLOCK_NUMBERS + row] !== time) return false;
    return !isPast(this.#bytes[block * BLOCK_BYTES + KINDS + QUALITY + row]);
  }

  /** Puts what arrived behind the first so many rows to those of the run, in order of time. */
  gather(series: number, span: Span, into: Run, first = 0): void {
    const last = (((this.#next[series] ?? 0) - 1) & WITHIN) + 1;
    into.reserve(this.rowsOf(series) - first);
    const rows = { from: first & WITHIN, to: BLOCK };
    for (let step = this.#findPath(series) - (first >> BLOCK_BITS); step > 0; step -= 1) {
      if (step === 1) rows.to = last;
      this.#copy(this.#path[step - 1] ?? 0, rows, span, into);
      rows.from = 0;
    }
    into.settle();
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

  /**
   * In order of arrival, which is that of time most often: then column by column. Nothing waits for
   * what it reads there, so the processor fetches the blocks that follow from memory meanwhile.
   */
  #copy(block: number, rows: Rows, span: Span, into: Run): void {
    if (!this.#isAscending(block, rows, span, into.newestAt)) {
      this.#copyEach(block, rows, span, into);
      return;
    }
    const [numbers, bytes] = [this.#numbers, this.#bytes];
    const { at, value, kind, quality } = into;
    const place = into.count - rows.from;
    const first = block * BLOCK_NUMBERS;
    const kinds = block * BLOCK_BYTES + KINDS;
    for (let row = rows.from; row < rows.to; row += 1) {
      at[place + row] = numbers[first + row] ?? 0;
      value[place + row] = numbers[first + VALUE + row] ?? 0;
      kind[place + row] = bytes[kinds + row] ?? 0;
      quality[place + row] = bytes[kinds + QUALITY + row] ?? 0;
    }
    into.count += rows.to - rows.from;
  }

  /** Whether its rows are newer than this, each than the one before, and all lie in the span. */
  #isAscending(block: number, rows: Rows, { since, until }: Span, newest: number): boolean {
    const numbers = this.#numbers;
    const first = block * BLOCK_NUMBERS;
    let before = newest;
    for (let row = rows.from; row < rows.to; row += 1) {
      const time = numbers[first + row] ?? 0;
      if (time <= before) return false;
      before = time;
    }
    return (numbers[first + rows.from] ?? 0) >= since && before < until;
  }

  /** Each waits behind the last to count. */
  #copyEach(block: number, rows: Rows, { since, until }: Span, into: Run): void {
    const [numbers, bytes] = [this.#numbers, this.#bytes];
    const { at, value, kind, quality } = into;
    const first = block * BLOCK_NUMBERS;
    const kinds = block * BLOCK_BYTES + KINDS;
    let newest = into.newestAt;
    for (let row = rows.from; row < rows.to; row += 1) {
      const time = numbers[first + row] ?? 0;
      if (time < since || time >= until) continue;
      const place = into.count;
      at[place] = time;
      value[place] = numbers[first + VALUE + row] ?? 0;
      kind[place] = bytes[kinds + row] ?? 0;
      quality[place] = bytes[kinds + QUALITY + row] ?? 0;
      if (time > newest) {
        newest = time;
        into.count = place + 1;
      } else into.putOlder();
    }
  }
}

type Rows = { readonly from: number; readonly to: number };
/** Of times, and not named as rows are: V8 would make doubles of those, too. */
export type Span = { readonly since: number; readonly until: number };

export const NEVER = Number.NEGATIVE_INFINITY;
export const EVER: Span = { since: NEVER, until: Number.POSITIVE_INFINITY };

function shared(bytes: number): ArrayBufferLike {
  return new SharedArrayBuffer(bytes);
}
