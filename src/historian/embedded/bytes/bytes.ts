/*
 * What the other tables of this folder are made of.
 *
 *  bytes
 *   1-8  varint: a whole number from 0 to 2^53, 7 bits a byte, the lowest first; the high bit is
 *        set where more follow
 *   1-8  zigzag varint: a whole number of either sign up to 2^52: 0, -1, 1, -2 … are the varints
 *        of 0, 1, 2, 3 …
 *     8  double: its bits as they are, lowest byte first
 *        runs of equal bytes, until their column ends: for each a varint, how many; the byte
 *        strings: a varint, how many; for each a varint, its bytes, and the bytes in UTF-8
 */

/** Puts them one behind the other, in memory that grows. */
export class ByteWriter {
  bytes = new Uint8Array(4096);
  /** Of the same bytes. */
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Makes room; the writes below do not look. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    this.bytes[this.length] = value;
    this.length += 1;
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0x7fffffff) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  zigzag(value: number): void {
    if (value >= -0x40000000 && value < 0x40000000) this.varint((value << 1) ^ (value >> 31));
    else this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  runs(column: Uint8Array, from: number, to: number): void {
    for (let start = from; start < to; ) {
      const value = column[start] ?? 0;
      let end = start + 1;
      while (end < to && column[end] === value) end += 1;
      this.reserve(VARINT_BYTES + 1);
      this.varint(end - start);
      this.byte(value);
      start = end;
    }
  }

  texts(texts: readonly string[]): void {
    this.reserve(VARINT_BYTES);
    this.varint(texts.length);
    for (const text of texts) {
      const length = Buffer.byteLength(text);
      this.reserve(VARINT_BYTES + length);
      this.varint(length);
      encoder.encodeInto(text, this.bytes.subarray(this.length));
      this.length += length;
    }
  }

  /** As they lie in memory: on every machine that Node runs on, lowest byte first. */
  doubles(column: Float64Array, from: number, to: number): void {
    this.raw(new Uint8Array(column.buffer, column.byteOffset + from * 8, (to - from) * 8));
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}

/** No varint of a number up to 2^53 is longer. */
export const VARINT_BYTES = 8;

/** Differences of whole numbers within this are exact in a zigzag varint, twice over. */
export const DIFFERENCE_MAX = 2 ** 50;

/** Whether all of the column can be kept as differences. */
export function isWhole(column: Float64Array, from: number, to: number): boolean {
  for (let row = from; row < to; row += 1) {
    const value = column[row] ?? 0;
    if (!Number.isInteger(value) || value > DIFFERENCE_MAX || value < -DIFFERENCE_MAX) return false;
  }
  return true;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Takes them apart again. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  byte(): number {
    const value = this.bytes[this.at] ?? 0;
    this.at += 1;
    return value;
  }

  varint(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let weight = 128; byte > 127; weight *= 128) {
      byte = this.byte();
      value += (byte & 127) * weight;
    }
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    if (value <= 0x7fffffff) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  runs(column: Uint8Array, from: number, to: number): void {
    for (let start = from; start < to; ) {
      const end = start + this.varint();
      if (end <= start || end > to) throw new Error("a run does not fit its column");
      column.fill(this.byte(), start, end);
      start = end;
    }
  }

  texts(): string[] {
    return Array.from({ length: this.varint() }, () => {
      const length = this.varint();
      this.at += length;
      return decoder.decode(this.bytes.subarray(this.at - length, this.at));
    });
  }

  doubles(column: Float64Array, from: number, to: number): void {
    const raw = new Uint8Array(column.buffer, column.byteOffset + from * 8, (to - from) * 8);
    raw.set(this.bytes.subarray(this.at, this.at + raw.length));
    this.at += raw.length;
  }
}
