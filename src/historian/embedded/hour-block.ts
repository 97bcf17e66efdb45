import { crc32 } from "node:zlib";
import { ByteReader, ByteWriter, VARINT_BYTES } from "./bytes.ts";
import type { Tier } from "./tier.ts";
import { readValues, writeValues } from "./values.ts";

/*
 * The hours of one day of one series, as they lie in the column `hours` of table `day`. Lowest byte
 * first.
 *
 *  offset  bytes
 *       0      1  version of this table: 1
 *       1         hours, a varint, 1 to 24
 *                 which hour of the day each is, a byte each, ascending
 *                 first_at, last_at, in milliseconds since the day began; countable, good; min,
 *                 max, sum, first, last, increase, area:  each a byte for its form, and its values
 *                 in that form (values.ts)
 *     end-4    4  CRC-32 of all before
 */
const VERSION = 1;
const CRC_BYTES = 4;
const HOUR_MS = 3_600_000;
const COLUMNS = 11;
const HOURS_MAX = 24;

const out = new ByteWriter();
const columns = new Float64Array(COLUMNS * HOURS_MAX);

/** The bytes are the writer's own: they hold until the next call. */
export function encodeHours(day: number, hours: readonly Tier[]): Uint8Array {
  out.length = 0;
  out.reserve(1 + VARINT_BYTES + hours.length);
  out.byte(VERSION);
  out.varint(hours.length);
  for (const { at } of hours) out.byte((at - day) / HOUR_MS);
  const count = hours.length;
  for (const [row, hour] of hours.entries()) spread(day, hour, row, count);
  for (let column = 0; column < COLUMNS; column += 1) {
    out.reserve(1);
    const form = out.length;
    out.byte(0);
    const values = columns.subarray(column * count, (column + 1) * count);
    out.bytes[form] = writeValues(out, values);
  }
  out.reserve(CRC_BYTES);
  const crc = crc32(out.bytes.subarray(0, out.length));
  new DataView(out.bytes.buffer).setUint32(out.length, crc, true);
  out.length += CRC_BYTES;
  return out.bytes.subarray(0, out.length);
}

/** Field by field, as `tierAt` reads them: a flush makes very many of them. */
function spread(day: number, hour: Tier, row: number, count: number): void {
  columns[row] = hour.firstAt - day;
  columns[row + count] = hour.lastAt - day;
  columns[row + count * 2] = hour.countable;
  columns[row + count * 3] = hour.good;
  columns[row + count * 4] = hour.min;
  columns[row + count * 5] = hour.max;
  columns[row + count * 6] = hour.sum;
  columns[row + count * 7] = hour.first;
  columns[row + count * 8] = hour.last;
  columns[row + count * 9] = hour.increase;
  columns[row + count * 10] = hour.area;
}

/** Undefined where the bytes are not those that were written. */
export function decodeHours(day: number, bytes: Uint8Array): Tier[] | undefined {
  const end = bytes.length - CRC_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (end < 2 || crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) return undefined;
  if (bytes[0] !== VERSION) throw new Error(`hours of version ${bytes[0]}`);
  const body = new ByteReader(bytes, 1);
  const count = body.varint();
  const at = Array.from({ length: count }, () => day + body.byte() * HOUR_MS);
  const column = () => {
    const values = new Float64Array(count);
    readValues(body, body.byte(), values);
    return values;
  };
  const read = Array.from({ length: COLUMNS }, column);
  return at.map((start, row) => tierAt(read, start, row, day));
}

/** Field by field, in the order of the table above: a long span has very many of them. */
function tierAt(columns: readonly Float64Array[], at: number, row: number, day: number): Tier {
  const value = (index: number) => columns[index]?.[row] ?? 0;
  return {
    at,
    firstAt: day + value(0),
    lastAt: day + value(1),
    samples: value(3),
    countable: value(2),
    good: value(3),
    min: value(4),
    max: value(5),
    sum: value(6),
    first: value(7),
    last: value(8),
    increase: value(9),
    area: value(10),
  };
}
