import { QUALITY_BYTE } from "../../../domain/reading.ts";
import { KIND, type Samples } from "../../../domain/samples.ts";
import { plainEnd } from "../../tally.ts";
import { orderOfTime } from "./order.ts";

/*
 * Samples of one series in memory, in columns: what is packed into a chunk, and what a chunk is
 * unpacked into.
 */

/** So many rows are copied sooner one by one than column by column. */
const FEW = 24;
/** Rows whose kinds, and whose qualities, are looked at as one word. */
const WORD = 4;
/** The words of good numbers, whose bytes are all 0; and any other. */
const PLAIN = KIND.number | QUALITY_BYTE.good;
const OTHER = -1;

/** Samples of one series in columns, in order of time, no two of the same time. */
export class Run {
  count = 0;
  at: Float64Array;
  value: Float64Array;
  kind: Uint8Array;
  quality: Uint8Array;
  /** What the values of kind text point to; may hold a text twice. */
  texts: string[] = [];
  /** The same memory as `kind` and `quality`, by the word. */
  #kinds: Int32Array;
  #qualities: Int32Array;

  constructor(capacity = 1024) {
    this.at = new Float64Array(capacity);
    this.value = new Float64Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.quality = new Uint8Array(capacity);
    this.#kinds = wordsOf(this.kind);
    this.#qualities = wordsOf(this.quality);
  }

  clear(): void {
    this.count = 0;
    this.texts = [];
  }

  /** Makes room for as many more. */
  reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.at.length) return;
    const capacity = Math.max(this.at.length * 2, needed);
    this.at = grown(new Float64Array(capacity), this.at);
    this.value = grown(new Float64Array(capacity), this.value);
    this.kind = grown(new Uint8Array(capacity), this.kind);
    this.quality = grown(new Uint8Array(capacity), this.quality);
    this.#kinds = wordsOf(this.kind);
    this.#qualities = wordsOf(this.quality);
  }

  /** Appends rows of another; `from` a run or any columns of its form. */
  copy(source: Columns, from: number, to: number): void {
    if (from >= to) return;
    this.reserve(to - from);
    if (to - from > FEW) this.#copyMany(source, from, to);
    else this.#copyFew(source, from, to);
    const start = this.count;
    this.count += to - from;
    if (source.texts.length > 0) this.adoptTexts(source.texts, start);
  }

  #copyMany(source: Columns, from: number, to: number): void {
    this.at.set(source.at.subarray(from, to), this.count);
    this.value.set(source.value.subarray(from, to), this.count);
    this.kind.set(source.kind.subarray(from, to), this.count);
    this.quality.set(source.quality.subarray(from, to), this.count);
  }

  #copyFew({ at, value, kind, quality }: Columns, from: number, to: number): void {
    const offset = this.count - from;
    for (let row = from; row < to; row += 1) {
      this.at[offset + row] = at[row] ?? 0;
      this.value[offset + row] = value[row] ?? 0;
      this.kind[offset + row] = kind[row] ?? 0;
      this.quality[offset + row] = quality[row] ?? 0;
    }
  }

  /** -Infinity where there is none. */
  get newestAt(): number {
    return this.count > 0 ? (this.at[this.count - 1] ?? 0) : Number.NEGATIVE_INFINITY;
  }

  /**
   * The row behind the last is not newer than that. What came again takes the place of what it
   * repeats, which is most of what is out of order; the rest is late, until `settle`.
   */
  putOlder(): void {
    const row = this.count;
    const time = this.at[row] ?? 0;
    const place = this.#rowBackTo(time, row);
    if (this.at[place] === time) this.#put(place, this, row);
    else {
      late.reserve(1);
      late.#put(late.count, this, row);
      late.count += 1;
    }
  }

  /** Puts what is late where it belongs; of equal times the later arrival stays. */
  settle(): void {
    if (late.count > 0) this.#takeBack();
    late.clear();
  }

  /** From the end on: only what is newer has to move. None of it has the time of a row here. */
  #takeBack(): void {
    const order = orderOfTime(late.at, late.count);
    const taken = dropRepeated(order, late.at);
    this.reserve(taken);
    let end = this.count;
    this.count += taken;
    for (let next = taken - 1; next >= 0; next -= 1) {
      const row = order[next] ?? 0;
      const start = this.#rowBackTo(late.at[row] ?? 0, end);
      this.#move(start, end, next + 1);
      this.#put(start + next, late, row);
      end = start;
    }
  }

  /** The first row at or after this time, of those before `end`: what is late is so by little. */
  #rowBackTo(time: number, end: number): number {
    const { at } = this;
    let high = end;
    let step = 1;
    while (high >= step && (at[high - step] ?? 0) >= time) {
      high -= step;
      step *= 2;
    }
    for (let low = Math.max(0, high - step); low < high; ) {
      const middle = (low + high) >>> 1;
      if ((at[middle] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return high;
  }

  /** So many rows towards the end. */
  #move(from: number, to: number, by: number): void {
    if (to - from <= FEW) {
      for (let row = to - 1; row >= from; row -= 1) this.#put(row + by, this, row);
      return;
    }
    this.at.copyWithin(from + by, from, to);
    this.value.copyWithin(from + by, from, to);
    this.kind.copyWithin(from + by, from, to);
    this.quality.copyWithin(from + by, from, to);
  }

  #put(place: number, { at, value, kind, quality }: Run, row: number): void {
    this.at[place] = at[row] ?? 0;
    this.value[place] = value[row] ?? 0;
    this.kind[place] = kind[row] ?? 0;
    this.quality[place] = quality[row] ?? 0;
  }

  /** Keeps what lies within `[from, to)`. */
  trim(from: number, to: number): void {
    const first = this.rowAt(from);
    this.count = Math.max(first, this.rowAt(to));
    if (first > 0) this.#dropFirst(first);
  }

  #dropFirst(rows: number): void {
    for (const column of [this.at, this.value, this.kind, this.quality]) {
      column.copyWithin(0, rows, this.count);
    }
    this.count -= rows;
  }

  /** The first row at or after this time; most that is asked for is older than all of memory. */
  rowAt(at: number): number {
    if (this.count === 0 || at <= (this.at[0] ?? 0)) return 0;
    let low = 1;
    for (let high = this.count; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.at[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first row behind this time. */
  rowAfter(at: number): number {
    const row = this.rowAt(at);
    return row < this.count && this.at[row] === at ? row + 1 : row;
  }

  /** As `plainEnd` of tally.ts, four at a time: every sample that is stored passes here twice. */
  plainEnd(from: number, to: number, isAll: boolean): number {
    const first = plainEnd(this, from, Math.min(to, roundedUp(from)), isAll);
    if (first === to || first % WORD > 0) return first;
    const kinds = this.#kinds;
    const qualities = isAll ? kinds : this.#qualities;
    const end = Math.floor(to / WORD);
    let word = first / WORD;
    while (word < end && ((kinds[word] ?? OTHER) | (qualities[word] ?? OTHER)) === PLAIN) word += 1;
    return plainEnd(this, word * WORD, to, isAll);
  }

  /** The rows as they are handed out of the historian, backwards where asked. */
  toSamples(series: number, from: number, to: number, order: 1 | -1 = 1): Samples {
    const at = this.at.slice(from, to);
    const value = this.value.slice(from, to);
    const kind = this.kind.slice(from, to);
    const quality = this.quality.slice(from, to);
    if (order === -1) for (const column of [at, value, kind, quality]) column.reverse();
    const count = to - from;
    return {
      count,
      series: new Uint32Array(count).fill(series),
      at,
      value,
      kind,
      quality,
      texts: ownTexts({ at, value, kind, quality, texts: this.texts }),
    };
  }

  /** Makes text rows from `start` on, which point into these texts, point to its own. */
  adoptTexts(texts: readonly string[], start: number): void {
    if (!this.kind.subarray(start, this.count).includes(KIND.text)) return;
    for (let row = start; row < this.count; row += 1) {
      if (this.kind[row] !== KIND.text) continue;
      this.value[row] = this.texts.push(texts[this.value[row] ?? 0] ?? "") - 1;
    }
  }
}

/** Of the run that is made. Made anew each time, it would be garbage. */
const late = new Run(0);

/** Of rows in order of time, the last of each time stays; returns how many. */
function dropRepeated(order: Uint32Array, at: Float64Array): number {
  let kept = 0;
  for (let place = 0; place < order.length; place += 1) {
    const row = order[place] ?? 0;
    const isRepeated = place + 1 < order.length && at[row] === at[order[place + 1] ?? 0];
    if (isRepeated) continue;
    order[kept] = row;
    kept += 1;
  }
  return kept;
}

export type Columns = {
  readonly at: Float64Array;
  readonly value: Float64Array;
  readonly kind: Uint8Array;
  readonly quality: Uint8Array;
  readonly texts: readonly string[];
};

/**
 * The texts that these columns point to, each once and in the order of their first use; the values
 * are made to point to them.
 */
export function ownTexts({ value, kind, texts }: Columns): string[] {
  if (texts.length === 0) return [];
  const index = new Map<string, number>();
  for (let row = 0; row < kind.length; row += 1) {
    if (kind[row] !== KIND.text) continue;
    const text = texts[value[row] ?? 0] ?? "";
    const known = index.get(text);
    if (known === undefined) index.set(text, index.size);
    value[row] = known ?? index.size - 1;
  }
  return [...index.keys()];
}

/** Both runs in one; where they meet at the same time, the newer arrival stays. */
export function mergeRuns(older: Run, newer: Run, into: Run): void {
  into.clear();
  into.reserve(older.count + newer.count);
  let left = 0;
  let right = 0;
  while (left < older.count && right < newer.count) {
    const next = rowFrom(older, left, newer.at[right] ?? 0);
    into.copy(older, left, next);
    left = next;
    if (left === older.count) break;
    const end = rowFrom(newer, right, older.at[left] ?? 0);
    const isSame = newer.at[end] === older.at[left];
    into.copy(newer, right, isSame ? end + 1 : end);
    right = isSame ? end + 1 : end;
    if (isSame) left += 1;
  }
  into.copy(older, left, older.count);
  into.copy(newer, right, newer.count);
}

/** The first row from `start` on that is not before this time, which is near most often. */
function rowFrom({ at, count }: Run, start: number, time: number): number {
  let low = start;
  let step = 1;
  while (low + step <= count && (at[low + step - 1] ?? 0) < time) {
    low += step;
    step *= 2;
  }
  for (let high = Math.min(low + step, count); low < high; ) {
    const middle = (low + high) >>> 1;
    if ((at[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function roundedUp(row: number): number {
  return Math.ceil(row / WORD) * WORD;
}

/** As far as it is one of whole words. */
function wordsOf(column: Uint8Array): Int32Array {
  return new Int32Array(column.buffer, 0, Math.floor(column.length / WORD));
}

/** The larger column, holding what the smaller one held. */
export function grown<T extends { set(from: T): void }>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}
