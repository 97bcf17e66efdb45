import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { KIND } from "../../domain/samples.ts";

/*
 * Reads bytes as a stranger would who knows the tables of this folder and none of its code: slowly,
 * number by number. What does not agree with its table is seen here.
 */

export type Sums = Record<(typeof SUMS)[number], number>;
type BlockHead = Record<"end" | "firstAt" | "lastAt" | "countable" | "good", number> & {
  readonly overGood: Sums;
  readonly overAll: Sums;
};

/** Rows of a chunk or of a record, column by column. */
export type Rows = {
  readonly at: number[];
  readonly kind: number[];
  readonly quality: number[];
  /** Those of kind text as what they say. */
  readonly value: (number | string)[];
};

const SUMS = ["min", "max", "sum", "first", "last", "increase", "area"] as const;
const POWERS = [1, 10, 100, 1_000, 10_000];

export class TableReader {
  readonly bytes: Buffer;
  at: number;
  /** Forms of columns that were met. */
  readonly forms = new Set<string>();

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = Buffer.from(bytes);
    this.at = at;
  }

  /** bytes.ts */
  varint(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.byte();
      value += (byte % 128) * weight;
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  byte(): number {
    return this.bytes.readUInt8(this.#pass(1));
  }

  word(): number {
    return this.bytes.readUInt32LE(this.#pass(4));
  }

  double(): number {
    return this.bytes.readDoubleLE(this.#pass(8));
  }

  list<T>(count: number, next: () => T): T[] {
    return Array.from({ length: count }, next);
  }

  runs(count: number): number[] {
    const column: number[] = [];
    while (column.length < count) {
      const length = this.varint();
      const byte = this.byte();
      column.push(...this.list(length, () => byte));
    }
    assert.equal(column.length, count);
    return column;
  }

  strings(): string[] {
    return this.list(this.varint(), () => {
      const length = this.varint();
      return this.bytes.toString("utf8", this.#pass(length), this.at);
    });
  }

  differences(count: number): number[] {
    let value = 0;
    return this.list(count, () => {
      value += this.zigzag();
      return value;
    });
  }

  /** The four bytes here are the CRC-32 of all from `start` up to them. */
  crcFrom(start: number): void {
    const end = this.at;
    assert.equal(this.word(), crc32(this.bytes.subarray(start, end)));
  }

  /** packed.ts */
  packed(count: number): number[] {
    const numbers = [this.zigzag()];
    while (numbers.length < count) {
      const head = this.byte();
      const least = this.zigzag();
      for (const more of this.#more(head % 64, Math.min(64, count - numbers.length))) {
        numbers.push((head < 64 ? 0 : (numbers.at(-1) ?? 0)) + least + more);
      }
    }
    return numbers;
  }

  #more(width: number, count: number): number[] {
    if (width === 63) return this.list(count, () => this.varint());
    const words = Math.ceil((count * width) / 32);
    const bits = this.list(words, () => this.word().toString(2).padStart(32, "0")).reverse();
    const all = bits.join("");
    return Array.from({ length: count }, (_, index) => {
      const end = all.length - index * width;
      return width === 0 ? 0 : Number.parseInt(all.slice(end - width, end), 2);
    });
  }

  /** values.ts */
  values(form: number, count: number): number[] {
    this.forms.add(`value ${form}`);
    const scaled = (read: () => number[]) => {
      const power = POWERS[this.byte()] ?? 0;
      return read().map((value) => value / power);
    };
    if (form === 0) return new Array(count).fill(this.double());
    if (form === 2) return scaled(() => this.#steps(count));
    if (form === 5) return scaled(() => this.packed(count));
    if (form === 6) return this.packed(count).map(singleOf);
    assert.equal(form, 7, "it is none that is read for ever only");
    const high = this.packed(count);
    const low = this.packed(count);
    return high.map((one, row) => doubleOf(one, low[row] ?? 0));
  }

  #steps(count: number): number[] {
    const column: number[] = [];
    for (let value = 0; column.length < count; ) {
      value += this.zigzag();
      column.push(...new Array(this.varint()).fill(value));
    }
    return column;
  }

  /** columns.ts */
  columns(forms: number, count: number): Rows {
    const at = this.#times(forms % 4, count);
    const bytes = (bit: number) =>
      (forms >> bit) % 2 === 0 ? new Array(count).fill(this.byte()) : this.runs(count);
    const kind = bytes(5);
    const quality = bytes(6);
    const value = this.values((forms >> 2) % 8, count);
    return withTexts({ at, kind, quality, value }, kind.includes(KIND.text) ? this.strings() : []);
  }

  #times(form: number, count: number): number[] {
    this.forms.add(`at ${form}`);
    if (form === 2) return this.list(count, () => this.double());
    if (form === 3) return this.packed(count);
    assert.equal(form, 0);
    const first = this.zigzag();
    const step = count > 1 ? this.varint() : 0;
    return Array.from({ length: count }, (_, row) => first + step * row);
  }

  /** fixed-width.ts */
  fixedWidth(count: number): number[] {
    const form = this.byte();
    if (form === 0) return this.list(count, () => this.bytes.readUInt16LE(this.#pass(2)));
    if (form === 6) return this.list(count, () => this.bytes.readFloatLE(this.#pass(4)));
    if (form === 7) return this.list(count, () => this.double());
    const power = POWERS[form - 1] ?? 0;
    return this.list(count, () => this.bytes.readInt32LE(this.#pass(4)) / power);
  }

  /** chunk.ts, from its first byte on: what its head says of each block, and what is in them. */
  chunk(): { readonly heads: BlockHead[]; readonly blocks: Rows[] } {
    const start = this.at;
    const { heads, samples, blockSamples } = this.#head(start);
    const behind = this.at;
    const blocks = heads.map(({ end }, block) => {
      const [from, count] = [this.at, Math.min(blockSamples, samples - block * blockSamples)];
      const rows = this.columns(this.byte(), count);
      this.crcFrom(from);
      assert.equal(this.at, behind + end);
      return rows;
    });
    return { heads, blocks };
  }

  /** chunk-head.ts */
  #head(start: number) {
    assert.equal(this.byte(), 4);
    const length = this.word();
    const [samples, blockSamples, base] = [this.varint(), this.varint(), this.zigzag()];
    const blocks = Math.ceil(samples / blockSamples);
    const [ends, first, last, countable, good] = this.list(5, () => this.fixedWidth(blocks));
    const sums = this.list(SUMS.length, () => this.fixedWidth(blocks));
    const mixed = (good ?? []).flatMap((one, block) =>
      one < (countable?.[block] ?? 0) ? block : [],
    );
    const others =
      mixed.length > 0 ? this.list(SUMS.length, () => this.fixedWidth(mixed.length)) : [];
    this.crcFrom(start);
    assert.equal(this.at, start + length);
    const heads = this.list(blocks, () => 0).map((_, block): BlockHead => {
      const overGood = sumsOf(sums, block);
      return {
        end: ends?.[block] ?? 0,
        firstAt: base + (first?.[block] ?? 0),
        lastAt: base + (last?.[block] ?? 0),
        countable: countable?.[block] ?? 0,
        good: good?.[block] ?? 0,
        overGood,
        overAll: mixed.includes(block) ? sumsOf(others, mixed.indexOf(block)) : overGood,
      };
    });
    return { heads, samples, blockSamples };
  }

  /** Where the next so many bytes begin. */
  #pass(bytes: number): number {
    this.at += bytes;
    return this.at - bytes;
  }
}

function sumsOf(columns: readonly number[][], row: number): Sums {
  const [min, max, sum, first, last, increase, area] = columns.map((column) => column[row] ?? 0);
  return { min, max, sum, first, last, increase, area } as Sums;
}

/** Values of kind text point to these. */
export function withTexts(rows: Rows, texts: readonly string[]): Rows {
  const value = rows.value.map((one, row) =>
    rows.kind[row] === KIND.text ? (texts[Number(one)] ?? "?") : one,
  );
  return { ...rows, value };
}

function singleOf(bits: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(bits);
  return bytes.readFloatLE();
}

function doubleOf(high: number, low: number): number {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(low, 0);
  bytes.writeInt32LE(high, 4);
  return bytes.readDoubleLE();
}
