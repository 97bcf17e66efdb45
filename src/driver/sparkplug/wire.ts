import { assert } from "../../lib/assert.ts";

/**
 * Protocol Buffers on the wire, as far as Sparkplug needs them.
 *
 *   key      varint, field number << 3 | wire type
 *   type 0   varint: 7 bits a byte, lowest first, at most 10 bytes
 *   type 1   8 bytes, little endian
 *   type 2   varint length, then so many bytes
 *   type 5   4 bytes, little endian
 */
export type Field =
  | { readonly number: number; readonly type: 0; readonly whole: bigint }
  | { readonly number: number; readonly type: 1 | 2 | 5; readonly bytes: Uint8Array };

const FIXED_BYTES = { 1: 8, 5: 4 } as const;
const VARINT_BYTES_MAX = 10;

/** The bytes end in the middle of something, or are of a form that no field has. */
export class WireError extends Error {}

/** The fields of one message in their order; views into `bytes`. Throws `WireError`. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const reader = new WireReader(bytes);
  while (!reader.isAtEnd) {
    const key = Number(reader.varint());
    const number = Math.floor(key / 8);
    if (number === 0) throw new WireError(`byte ${reader.at}: a field has no number`);
    yield fieldOf(reader, number, key % 8);
  }
}

function fieldOf(reader: WireReader, number: number, type: number): Field {
  switch (type) {
    case 0:
      return { number, type, whole: reader.varint() };
    case 1:
    case 5:
      return { number, type, bytes: reader.take(FIXED_BYTES[type]) };
    case 2:
      return { number, type, bytes: reader.take(Number(reader.varint())) };
    default:
      throw new WireError(`byte ${reader.at}: wire type ${type} is not known`);
  }
}

class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** 64 bits, unsigned. */
  varint(): bigint {
    let low = 0;
    for (let index = 0; index < 4; index += 1) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return BigInt(low);
    }
    let whole = BigInt(low);
    for (let index = 4; index < VARINT_BYTES_MAX; index += 1) {
      const byte = this.#byte();
      whole |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, whole);
    }
    throw new WireError(`byte ${this.#at}: a number is longer than ${VARINT_BYTES_MAX} bytes`);
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      throw new WireError(`byte ${this.#at}: ${length} bytes announced, fewer are there`);
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new WireError(`byte ${this.#at}: ends within a number`);
    this.#at += 1;
    return byte;
  }
}

/** One message that is being written. */
export class WireWriter {
  readonly #bytes: number[] = [];

  /** Up to 64 bits; negative ones as their two's complement. */
  whole(number: number, value: bigint | number): this {
    this.#varint(number * 8);
    this.#varint(value);
    return this;
  }

  double(number: number, value: number): this {
    return this.#fixed(number, 1, Buffer.from(Float64Array.of(value).buffer));
  }

  float(number: number, value: number): this {
    return this.#fixed(number, 5, Buffer.from(Float32Array.of(value).buffer));
  }

  bytes(number: number, value: Uint8Array): this {
    this.#varint(number * 8 + 2);
    this.#varint(value.length);
    for (const byte of value) this.#bytes.push(byte);
    return this;
  }

  text(number: number, value: string): this {
    return this.bytes(number, Buffer.from(value));
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #fixed(number: number, type: 1 | 5, bytes: Uint8Array): this {
    assert(bytes.length === FIXED_BYTES[type], "a fixed field has its length");
    this.#varint(number * 8 + type);
    this.#bytes.push(...bytes);
    return this;
  }

  #varint(value: bigint | number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest));
  }
}
