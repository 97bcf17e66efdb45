import { crc32 } from "node:zlib";
import type { Samples } from "../../../domain/samples.ts";
import { ByteReader, type ByteWriter, VARINT_BYTES } from "../bytes/bytes.ts";

/*
 * One record of the log: a group of samples that was made safe by one write. Lowest byte first.
 *
 *  offset  bytes
 *       0      4  magic, "FLr2": the digit is the version of this table
 *       4      4  length of the body
 *       8      4  CRC-32 of all the rest: bytes 0 to 8, then 12 to the end of the body
 *      12      4  number of the segment that it was written into
 *      16      8  sequence, a double: one more than the record before it, over all segments
 *      24      4  samples
 *      28      1  form of `at`: 0 zigzag varints of the differences, 1 doubles
 *      29      3  zero
 *      32         body, column after column:
 *                 series   zigzag varints of the differences
 *                 at       as its form says
 *                 value    doubles, as `Samples` has them
 *                 kind     runs
 *                 quality  runs
 *                 texts    strings, to which the values of kind text point
 *
 * In version 1 the CRC-32 was of the bytes from 12 on only; the rest is the same.
 *
 * Varints, runs, doubles and strings: see bytes.ts. A segment is used again without being wiped, so
 * a record counts only where its segment and its sequence say that it belongs there.
 */
type LogRecord = {
  readonly segment: number;
  readonly sequence: number;
  readonly samples: Samples;
};

/** What is said of a record before its samples. */
export type RecordHead = {
  readonly start: number;
  /** The offset behind it. */
  readonly end: number;
  readonly segment: number;
  readonly sequence: number;
  readonly samples: number;
};

export class RecordVersionError extends Error {
  override readonly name = "RecordVersionError";
}

const MAGIC = 0x3272_4c46;
const MAGIC_1 = 0x3172_4c46;
const MAGIC_LETTERS = 0xffffff;
const MAGIC_TEXT = "FLr";
const HEADER_BYTES = 32;
/** Of series and time a byte at least, and a double. */
export const SAMPLE_BYTES_MIN = 10;
const AT_DIFFERENCES = 0;
const AT_DOUBLES = 1;
/** Differences nearer to 0 take two bytes at most. */
const TWO_BYTES = 8_192;

/** Appends the record to what the writer holds. `isWhole` is of its times, see bounds.ts. */
export function writeRecord(out: ByteWriter, record: LogRecord, isWhole: boolean): void {
  const { segment, sequence, samples } = record;
  const { count, at } = samples;
  const start = out.length;
  const form = isWhole ? AT_DIFFERENCES : AT_DOUBLES;
  out.reserve(HEADER_BYTES + count * 2 * VARINT_BYTES);
  out.length += HEADER_BYTES;
  writeDifferences(out, samples.series, count);
  if (form === AT_DIFFERENCES) writeDifferences(out, at, count);
  else out.doubles(at, 0, count);
  out.doubles(samples.value, 0, count);
  out.runs(samples.kind, 0, count);
  out.runs(samples.quality, 0, count);
  out.texts(samples.texts);

  const view = new DataView(out.bytes.buffer, out.bytes.byteOffset);
  view.setUint32(start, MAGIC, true);
  view.setUint32(start + 4, out.length - start - HEADER_BYTES, true);
  view.setUint32(start + 12, segment, true);
  view.setFloat64(start + 16, sequence, true);
  view.setUint32(start + 24, count, true);
  view.setUint32(start + 28, form, true);
  view.setUint32(start + 8, sumOf(out.bytes, start, out.length, MAGIC), true);
}

/**
 * Reads the record at `start`, with the offset behind it; undefined where none was wholly written.
 * Throws a RecordVersionError where a later version of this table was used.
 */
export function readRecord(
  bytes: Uint8Array,
  start: number,
): { readonly record: LogRecord; readonly end: number } | undefined {
  const head = readHead(bytes, start);
  return head && { record: recordOf(bytes, head), end: head.end };
}

/** The record at `start`, checked but not decoded; of this segment only, where one is given. */
function readHead(bytes: Uint8Array, start: number, ofSegment?: number): RecordHead | undefined {
  const head = saidAt(bytes, start);
  if (!head || head.end > bytes.length) return undefined;
  if (ofSegment !== undefined && head.segment !== ofSegment) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const magic = view.getUint32(start, true);
  if (sumOf(bytes, start, head.end, magic) !== view.getUint32(start + 8, true)) return undefined;
  if (magic !== MAGIC && magic !== MAGIC_1)
    throw new RecordVersionError("a record of a later version");
  return head;
}

/** What a record says of itself that seems to begin at `start`: nothing of it is checked. */
export function saidAt(bytes: Uint8Array, start: number): RecordHead | undefined {
  if (start + HEADER_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const magic = view.getUint32(start, true);
  if ((magic & MAGIC_LETTERS) !== (MAGIC & MAGIC_LETTERS)) return undefined;
  const end = start + HEADER_BYTES + view.getUint32(start + 4, true);
  const [segment, sequence] = [view.getUint32(start + 12, true), view.getFloat64(start + 16, true)];
  return { start, end, segment, sequence, samples: view.getUint32(start + 24, true) };
}

function sumOf(bytes: Uint8Array, start: number, end: number, magic: number): number {
  const before = magic === MAGIC_1 ? 0 : crc32(bytes.subarray(start, start + 8));
  return crc32(bytes.subarray(start + 12, end), before);
}

/** The records of a segment in order, from `start` on; damaged ones are stepped over. */
export function* headsIn(bytes: Buffer, segment: number, start = 0): Generator<RecordHead> {
  for (let offset = start; offset >= 0; ) {
    const head = readHead(bytes, offset, segment);
    if (head) yield head;
    offset = head ? head.end : bytes.indexOf(MAGIC_TEXT, offset + 1, "latin1");
  }
}

/** Where the whole records end that a segment begins with. */
export function endOfWhole(bytes: Buffer, segment: number): number {
  let end = 0;
  for (const head of headsIn(bytes, segment)) {
    if (head.start !== end) break;
    end = head.end;
  }
  return end;
}

/**
 * Whether a record was begun here that is not whole: two of its three marks are enough, for what
 * changed a bit of it may have changed one of them.
 */
export function isBegun(bytes: Buffer, start: number, segment: number, sequence: number): boolean {
  if (start + HEADER_BYTES > bytes.length || bytes.readUInt32LE(start) === 0) return false;
  const isMagic = (bytes.readUInt32LE(start) & MAGIC_LETTERS) === (MAGIC & MAGIC_LETTERS);
  const isSegment = bytes.readUInt32LE(start + 12) === segment;
  const isSequence = bytes.readDoubleLE(start + 16) === sequence;
  return Number(isMagic) + Number(isSegment) + Number(isSequence) >= 2;
}

/** Decodes the record whose head was read. */
export function recordOf(bytes: Uint8Array, head: RecordHead): LogRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const form = view.getUint32(head.start + 28, true);
  const body = new ByteReader(bytes, head.start + HEADER_BYTES);
  const { segment, sequence } = head;
  return { segment, sequence, samples: readBody(body, head.samples, form) };
}

/** Room was made before. Most differences take one byte or two, which are written here. */
function writeDifferences(out: ByteWriter, column: Uint32Array | Float64Array, count: number) {
  const { bytes } = out;
  let end = out.length; // Kept here: each row waits for the one before it.
  let before = 0;
  for (let row = 0; row < count; row += 1) {
    const value = column[row] ?? 0;
    const difference = value - before;
    before = value;
    if (difference < -TWO_BYTES || difference >= TWO_BYTES) {
      out.length = end;
      out.zigzag(difference);
      end = out.length;
      continue;
    }
    const folded = (difference << 1) ^ (difference >> 31);
    if (folded > 127) {
      bytes[end] = folded | 128;
      bytes[end + 1] = folded >>> 7;
      end += 2;
    } else {
      bytes[end] = folded;
      end += 1;
    }
  }
  out.length = end;
}

function readDifferences(body: ByteReader, column: Uint32Array | Float64Array): void {
  let value = 0;
  for (let row = 0; row < column.length; row += 1) {
    value += body.zigzag();
    column[row] = value;
  }
}

function readBody(body: ByteReader, count: number, form: number): Samples {
  const series = new Uint32Array(count);
  const at = new Float64Array(count);
  const value = new Float64Array(count);
  const kind = new Uint8Array(count);
  const quality = new Uint8Array(count);
  readDifferences(body, series);
  if (form === AT_DIFFERENCES) readDifferences(body, at);
  else body.doubles(at, 0, count);
  body.doubles(value, 0, count);
  body.runs(kind, 0, count);
  body.runs(quality, 0, count);
  return { count, series, at, value, kind, quality, texts: body.texts() };
}
