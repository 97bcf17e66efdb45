import { crc32 } from "node:zlib";
import { ByteReader, ByteWriter, VARINT_BYTES } from "../bytes/bytes.ts";
import { readValues, writeValues } from "../bytes/values.ts";
import type { DayTable } from "./day-table.ts";
import { SUM_ROW } from "./sum-row.ts";
import { HOUR_MS, type Tier } from "./tier.ts";

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
const COLUMNS = SUM_ROW;
const TIME_COLUMNS = 2;
const HOURS_MAX = 24;

const out = new ByteWriter();
const columns = new Float64Array(COLUMNS * HOURS_MAX);

/** The bytes are the writer's own: they hold until the next call. */
export function encodeHours({ day, count, hours, rows }: DayTable): Uint8Array {
  out.length = 0;
  out.reserve(1 + VARINT_BYTES + count);
  out.byte(VERSION);
  out.varint(count);
  for (let row = 0; row < count; row += 1) out.byte(hours[row] ?? 0);
  spread(rows, count, day);
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

/** The rows of the table as columns, with times that begin with the day. */
function spread(rows: Float64Array, count: number, day: number): void {
  for (let column = 0; column < COLUMNS; column += 1) {
    const base = column < TIME_COLUMNS ? day : 0;
    for (let row = 0; row < count; row += 1) {
      columns[column * count + row] = (rows[row * COLUMNS + column] ?? 0) - base;
    }
  }
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
    readValues(body, body.byte(), values, { from: 0, to: values.length });
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
