import { packInteger, unpackInteger } from "../../domain/integer.ts";
import { KIND, type Samples } from "../../domain/samples.ts";
import { CopyReader, CopyWriter, NULL, setInt64 } from "./copy.ts";
import { microsOf, timeOfMicros } from "./time.ts";

/*
 * A sample as a row of the table `fieldline.sample`, its columns in the order in which they take up
 * least room. Of the value's columns one is set, or none where the device said that it has none.
 *
 *   at       timestamptz  with microseconds
 *   number   float8       bit by bit: NaN, infinities and -0 too
 *   whole    int8         an integer that a double cannot hold
 *   series   int4         which point it is of
 *   quality  int2         0 good, 1 uncertain, 2 bad; and 4 more of what was told afterwards
 *   truth    boolean
 *   text     text
 *   bytes    bytea        a text with a NUL in it, in UTF-8: PostgreSQL takes none in a text
 */
export const COLUMNS = "at, number, whole, series, quality, truth, text, bytes";

const FIELDS = 8;
/** The number of fields, all lengths, and time, number, series and quality. */
const ROW_BYTES = 2 + FIELDS * 4 + 8 + 8 + 4 + 2;

/** These rows of the samples, in this order; in `room`, where it is large enough for them. */
export function encodeRows(
  samples: Samples,
  rows: Uint32Array,
  room?: ArrayBuffer,
): Uint8Array<ArrayBuffer> {
  const texts = samples.texts.map((text) => new TextEncoder().encode(text));
  const writer = new CopyWriter(rows.length * ROW_BYTES + textBytes(samples, rows, texts), room);
  for (const row of rows) {
    if (samples.kind[row] === KIND.number) {
      writeNumberRow(writer, samples, row);
      continue;
    }
    writer.row(FIELDS);
    writer.int64(microsOf(samples.at[row] ?? 0));
    writer.null();
    writeWhole(writer, samples, row);
    writer.int32(samples.series[row] ?? 0);
    writer.int16(samples.quality[row] ?? 0);
    writeOther(writer, samples, row, texts);
  }
  return writer.end();
}

export function decodeRows(bytes: Buffer): Samples {
  const columns = columnsFor(Math.ceil(bytes.length / (ROW_BYTES - 8)));
  const texts = new Map<string, number>();
  const reader = new CopyReader(bytes);
  let count = 0;
  for (; reader.nextRow(); count += 1) {
    columns.at[count] = timeOfMicros(reader.int64() ?? 0);
    readNumber(reader, columns, count);
    columns.series[count] = reader.int32() ?? 0;
    columns.quality[count] = reader.int16() ?? 0;
    readOther(reader, columns, count, texts);
  }
  return { count, ...shortened(columns, count), texts: [...texts.keys()] };
}

type Columns = Omit<Samples, "count" | "texts">;

function textBytes(samples: Samples, rows: Uint32Array, texts: readonly Uint8Array[]): number {
  if (texts.length === 0) return 0;
  let bytes = 0;
  for (const row of rows) {
    if (samples.kind[row] === KIND.text) bytes += texts[samples.value[row] ?? 0]?.length ?? 0;
  }
  return bytes;
}

const NUMBER_ROW_BYTES = 56;

/**
 * Nearly all rows are of numbers. They are written at once:
 *
 *   offset  bytes
 *        0      2  8, the number of fields
 *        2  4 + 8  at
 *       14  4 + 8  number
 *       26      4  whole: null
 *       30  4 + 4  series
 *       38  4 + 2  quality
 *       44      4  truth: null
 *       48      4  text: null
 *       52      4  bytes: null
 */
function writeNumberRow(
  writer: CopyWriter,
  { at, value, series, quality }: Samples,
  row: number,
): void {
  const { view } = writer;
  const offset = writer.place(NUMBER_ROW_BYTES);
  view.setInt16(offset, FIELDS);
  view.setInt32(offset + 2, 8);
  setInt64(view, offset + 6, microsOf(at[row] ?? 0));
  view.setInt32(offset + 14, 8);
  view.setFloat64(offset + 18, value[row] ?? 0);
  view.setInt32(offset + 26, NULL);
  view.setInt32(offset + 30, 4);
  view.setInt32(offset + 34, series[row] ?? 0);
  view.setInt32(offset + 38, 2);
  view.setInt16(offset + 42, quality[row] ?? 0);
  view.setInt32(offset + 44, NULL);
  view.setInt32(offset + 48, NULL);
  view.setInt32(offset + 52, NULL);
}

function writeWhole(writer: CopyWriter, { kind, value }: Samples, row: number): void {
  if (kind[row] === KIND.integer) writer.bigint(unpackInteger(value[row] ?? 0));
  else writer.null();
}

function writeOther(
  writer: CopyWriter,
  { kind, value }: Samples,
  row: number,
  texts: readonly Uint8Array[],
): void {
  if (kind[row] === KIND.boolean) writer.boolean(value[row] !== 0);
  else writer.null();
  const text = kind[row] === KIND.text ? texts[value[row] ?? 0] : undefined;
  const hasNul = text?.includes(0) ?? false;
  if (text && !hasNul) writer.bytes(text);
  else writer.null();
  if (text && hasNul) writer.bytes(text);
  else writer.null();
}

function readNumber(reader: CopyReader, { kind, value }: Columns, row: number): void {
  const number = reader.double();
  const whole = reader.bigint();
  kind[row] = number === null ? KIND.none : KIND.number;
  value[row] = number ?? 0;
  if (whole === null) return;
  kind[row] = KIND.integer;
  value[row] = packInteger(whole);
}

function readOther(
  reader: CopyReader,
  { kind, value }: Columns,
  row: number,
  texts: Map<string, number>,
): void {
  const truth = reader.boolean();
  if (truth !== null) {
    kind[row] = KIND.boolean;
    value[row] = truth ? 1 : 0;
  }
  const plain = reader.text();
  const text = reader.text() ?? plain;
  if (text === null) return;
  const index = texts.get(text) ?? texts.size;
  texts.set(text, index);
  kind[row] = KIND.text;
  value[row] = index;
}

function columnsFor(rows: number): Columns {
  return {
    at: new Float64Array(rows),
    value: new Float64Array(rows),
    series: new Uint32Array(rows),
    kind: new Uint8Array(rows),
    quality: new Uint8Array(rows),
  };
}

function shortened({ at, value, series, kind, quality }: Columns, count: number): Columns {
  return {
    at: at.slice(0, count),
    value: value.slice(0, count),
    series: series.slice(0, count),
    kind: kind.slice(0, count),
    quality: quality.slice(0, count),
  };
}
