import type { Series, Timestamp } from "./brand.ts";
import { packInteger, unpackInteger } from "./integer.ts";
import {
  isPast,
  PAST,
  QUALITY_BYTE,
  type Quality,
  qualityOf,
  type Sample,
  type Value,
} from "./reading.ts";

/** What the number in the value column stands for. */
export const KIND = { number: 0, boolean: 1, text: 2, none: 3, integer: 4 } as const;

/**
 * Samples in columns: row i of every column belongs together. This is how samples cross threads,
 * reach the disk and the live feed; objects are made again only in front of a person.
 */
export type Samples = {
  readonly count: number;
  readonly series: Uint32Array;
  /** Milliseconds since the epoch. */
  readonly at: Float64Array;
  /**
   * A number; 0 or 1 for a boolean; the index into `texts` for a text; 0 for none; for an integer
   * beyond 2^53 its bits, see `packInteger`.
   */
  readonly value: Float64Array;
  readonly kind: Uint8Array;
  /** See QUALITY_BYTE, and PAST. */
  readonly quality: Uint8Array;
  readonly texts: readonly string[];
};

export function valueAt(samples: Samples, row: number): Value | null {
  const number = samples.value[row] ?? 0;
  switch (samples.kind[row]) {
    case KIND.number:
      return number;
    case KIND.boolean:
      return number !== 0;
    case KIND.text:
      return samples.texts[number] ?? null;
    case KIND.integer:
      return unpackInteger(number);
    default:
      return null;
  }
}

export function sampleAt(samples: Samples, row: number): Sample {
  return {
    series: (samples.series[row] ?? 0) as Series,
    at: (samples.at[row] ?? 0) as Timestamp,
    value: valueAt(samples, row),
    quality: qualityOf(samples.quality[row] ?? QUALITY_BYTE.bad),
  };
}

/** Collects samples row by row; `take` hands the columns over and starts anew. */
export class SamplesBuilder {
  #count = 0;
  #series: Uint32Array;
  #at: Float64Array;
  #value: Float64Array;
  #kind: Uint8Array;
  #quality: Uint8Array;
  #time = 0;
  #mark = 0;
  #texts: string[] = [];
  #textIndex = new Map<string, number>();

  constructor(capacity = 64) {
    this.#series = new Uint32Array(capacity);
    this.#at = new Float64Array(capacity);
    this.#value = new Float64Array(capacity);
    this.#kind = new Uint8Array(capacity);
    this.#quality = new Uint8Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  add(series: Series, at: number, value: Value | null, quality: Quality): void {
    this.time(at);
    this.put(series, value, quality);
  }

  /** Of what is put next. Said apart, it needs no memory: V8 makes an object of a long argument. */
  time(at: number): void {
    this.#time = at;
    this.#mark = 0;
  }

  /** The same of what was told afterwards, see `PAST`. */
  past(at: number): void {
    this.#time = at;
    this.#mark = PAST;
  }

  put(series: Series, value: Value | null, quality: Quality): void {
    const row = this.#count;
    if (row === this.#series.length) this.#grow();
    this.#series[row] = series;
    this.#at[row] = this.#time;
    this.#quality[row] = QUALITY_BYTE[quality] | this.#mark;
    this.#setValue(row, value);
    this.#count = row + 1;
  }

  /** A row of other columns, bit by bit. */
  copy(samples: Samples, row: number): void {
    const { series, at, value, quality } = sampleAt(samples, row);
    if (isPast(samples.quality[row])) this.past(at);
    else this.time(at);
    this.put(series, value, quality);
  }

  /** Drops all rows from `count` on: a message that fails half-way brings nothing. */
  rewind(count: number): void {
    this.#count = count;
  }

  take(): Samples {
    const count = this.#count;
    const samples: Samples = {
      count,
      series: this.#series.slice(0, count),
      at: this.#at.slice(0, count),
      value: this.#value.slice(0, count),
      kind: this.#kind.slice(0, count),
      quality: this.#quality.slice(0, count),
      texts: this.#texts,
    };
    this.#count = 0;
    this.#texts = [];
    if (this.#textIndex.size > 0) this.#textIndex = new Map();
    return samples;
  }

  #setValue(row: number, value: Value | null): void {
    if (typeof value === "number") {
      this.#kind[row] = KIND.number;
      this.#value[row] = value;
    } else if (typeof value === "boolean") {
      this.#kind[row] = KIND.boolean;
      this.#value[row] = value ? 1 : 0;
    } else if (typeof value === "bigint") {
      this.#kind[row] = KIND.integer;
      this.#value[row] = packInteger(value);
    } else if (value === null) {
      this.#kind[row] = KIND.none;
      this.#value[row] = 0;
    } else {
      this.#kind[row] = KIND.text;
      this.#value[row] = this.#indexOf(value);
    }
  }

  /** Half a character (a lone surrogate) is U+FFFD at once, as it would be on the disk. */
  #indexOf(text: string): number {
    const known = this.#textIndex.get(text);
    if (known !== undefined) return known;
    const index = this.#texts.push(text.toWellFormed()) - 1;
    this.#textIndex.set(text, index);
    return index;
  }

  #grow(): void {
    const capacity = this.#series.length * 2;
    this.#series = grown(new Uint32Array(capacity), this.#series);
    this.#at = grown(new Float64Array(capacity), this.#at);
    this.#value = grown(new Float64Array(capacity), this.#value);
    this.#kind = grown(new Uint8Array(capacity), this.#kind);
    this.#quality = grown(new Uint8Array(capacity), this.#quality);
  }
}

function grown<T extends { set(from: T): void }>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}
