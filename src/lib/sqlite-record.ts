import type { SqlRow, SqlValue } from "./sqlite.ts";

/*
 * A row as SQLite writes it into a page: a head, which has its own length and a type for each
 * column, and then the values. See https://www.sqlite.org/fileformat2.html, "Record Format".
 */

/** A number of up to nine bytes, seven bits each and eight in the last: its value and length. */
export function varintAt(bytes: Buffer, offset: number): readonly [value: number, length: number] {
  let value = 0n;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[offset + index] ?? 0;
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return [Number(value), index + 1];
  }
  value = (value << 8n) | BigInt(bytes[offset + 8] ?? 0);
  return [Number(BigInt.asIntN(64, value)), 9];
}

/**
 * The values of a row that is `length` bytes long, of which the first are given. What is not there
 * is left out of the last value that is; undefined where the bytes are no row.
 */
export function valuesIn(bytes: Buffer, length: number): SqlRow | undefined {
  const [headLength, start] = varintAt(bytes, 0);
  if (headLength < start || headLength > bytes.length) return undefined;
  const types: number[] = [];
  let at = start;
  for (; at < headLength; ) {
    const [type, size] = varintAt(bytes, at);
    types.push(type);
    at += size;
  }
  const all = types.reduce((sum, type) => sum + bytesOf(type), headLength);
  if (at !== headLength || all !== length) return undefined;
  return types.map((type) => {
    const from = at;
    at += bytesOf(type);
    return columnOf(type, bytes.subarray(from, at));
  });
}

/** By type: nothing, whole numbers, a double, the numbers 0 and 1, two of no use. */
const LENGTHS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];
const DOUBLE = 7;
const BLOB_MIN = 12;

function bytesOf(type: number): number {
  if (type < BLOB_MIN) return LENGTHS[type] ?? Number.NaN;
  return Math.floor((type - BLOB_MIN) / 2);
}

function columnOf(type: number, bytes: Buffer): SqlValue {
  if (type >= BLOB_MIN) return type % 2 === 0 ? new Uint8Array(bytes) : bytes.toString("utf8");
  if (type === 8 || type === 9) return type - 8;
  if (bytes.length === 0 || bytes.length < bytesOf(type)) return null;
  if (type === DOUBLE) return bytes.readDoubleBE(0);
  return bytes.length === 8 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, bytes.length);
}
