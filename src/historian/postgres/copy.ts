import { assert } from "../../lib/assert.ts";

/*
 * PostgreSQL's binary COPY format, highest byte first.
 *
 *   offset  bytes
 *        0     11  signature, "PGCOPY\n\xff\r\n\0"
 *       11      4  flags: 0
 *       15      4  bytes of the header's extension: 0
 *       19         rows, each: int16 number of fields, then of each field
 *                    int32 how many bytes it has, -1 for null; these bytes
 *   at the end  2  -1
 */
const SIGNATURE = Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1");
const HEAD_BYTES = 19;
const END = -1;
/** Of a field that has no value, in place of its length. */
export const NULL = -1;
const TWO_32 = 2 ** 32;

/** Writes rows of fields; how many bytes all of them take at most is known before. */
export class CopyWriter {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #offset = HEAD_BYTES;

  /** `room` is used again where it is large enough: large ones are dear to come by. */
  constructor(rowBytes: number, room?: ArrayBuffer) {
    const size = HEAD_BYTES + rowBytes + 2;
    const isEnough = room !== undefined && room.byteLength >= size;
    this.#bytes = new Uint8Array(isEnough ? room : new ArrayBuffer(size));
    this.#view = new DataView(this.#bytes.buffer);
    this.#bytes.fill(0, 0, HEAD_BYTES);
    this.#bytes.set(SIGNATURE, 0);
  }

  /** A row that is written by whoever asks, at this place of the view. */
  place(rowBytes: number): number {
    const offset = this.#offset;
    this.#offset += rowBytes;
    return offset;
  }

  get view(): DataView {
    return this.#view;
  }

  row(fields: number): void {
    this.#view.setInt16(this.#offset, fields);
    this.#offset += 2;
  }

  null(): void {
    this.#view.setInt32(this.#offset, NULL);
    this.#offset += 4;
  }

  boolean(value: boolean): void {
    this.#length(1);
    this.#view.setUint8(this.#offset, value ? 1 : 0);
    this.#offset += 1;
  }

  int16(value: number): void {
    this.#length(2);
    this.#view.setInt16(this.#offset, value);
    this.#offset += 2;
  }

  int32(value: number): void {
    this.#length(4);
    this.#view.setInt32(this.#offset, value);
    this.#offset += 4;
  }

  /** An integer that a double holds exactly, in eight bytes. */
  int64(value: number): void {
    this.#length(8);
    setInt64(this.#view, this.#offset, value);
    this.#offset += 8;
  }

  bigint(value: bigint): void {
    this.#length(8);
    this.#view.setBigInt64(this.#offset, value);
    this.#offset += 8;
  }

  bytes(value: Uint8Array): void {
    this.#length(value.length);
    this.#bytes.set(value, this.#offset);
    this.#offset += value.length;
  }

  end(): Uint8Array<ArrayBuffer> {
    this.#view.setInt16(this.#offset, END);
    return this.#bytes.subarray(0, this.#offset + 2);
  }

  #length(bytes: number): void {
    this.#view.setInt32(this.#offset, bytes);
    this.#offset += 4;
  }
}

/** An integer that a double holds exactly. */
export function setInt64(view: DataView, offset: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  view.setInt32(offset, high);
  view.setUint32(offset + 4, value - high * TWO_32);
}

/** Reads rows, field after field; whoever reads knows their types. */
export class CopyReader {
  readonly #bytes: Buffer;
  #offset = HEAD_BYTES;

  constructor(bytes: Buffer) {
    assert(bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE), "this is a binary COPY");
    this.#bytes = bytes;
  }

  /** Whether there is one more. */
  nextRow(): boolean {
    const fields = this.#bytes.readInt16BE(this.#offset);
    this.#offset += 2;
    return fields !== END;
  }

  boolean(): boolean | null {
    const start = this.#next(1);
    return start === null ? null : this.#bytes[start] === 1;
  }

  int16(): number | null {
    const start = this.#next(2);
    return start === null ? null : this.#bytes.readInt16BE(start);
  }

  int32(): number | null {
    const start = this.#next(4);
    return start === null ? null : this.#bytes.readInt32BE(start);
  }

  int64(): number | null {
    const start = this.#next(8);
    if (start === null) return null;
    return this.#bytes.readInt32BE(start) * TWO_32 + this.#bytes.readUInt32BE(start + 4);
  }

  bigint(): bigint | null {
    const start = this.#next(8);
    return start === null ? null : this.#bytes.readBigInt64BE(start);
  }

  double(): number | null {
    const start = this.#next(8);
    return start === null ? null : this.#bytes.readDoubleBE(start);
  }

  text(): string | null {
    const length = this.#bytes.readInt32BE(this.#offset);
    const start = this.#next(length);
    return start === null ? null : this.#bytes.toString("utf8", start, start + length);
  }

  /** Where the field's bytes begin; null where it has none. */
  #next(bytes: number): number | null {
    const length = this.#bytes.readInt32BE(this.#offset);
    this.#offset += 4;
    if (length === NULL) return null;
    assert(length === bytes, "the field is of the type that was asked for");
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
