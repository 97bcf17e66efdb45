import { crc32 } from "node:zlib";
import { KIND } from "../../domain/samples.ts";
import { ByteReader, ByteWriter, isWhole, VARINT_BYTES } from "./bytes.ts";
import { readPacked, writePacked } from "./packed.ts";
import { ownTexts, type Run } from "./run.ts";
import { readValues, writeValues } from "./values.ts";

/*
 * A chunk: consecutive samples of one series, as they lie in the database. Lowest byte first.
 *
 *  offset  bytes
 *       0      1  version of this table: 2
 *       1      1  forms: bits 0-1 of `at`, bits 2-4 of `value` (values.ts),
 *                 bit 5 of `kind`, bit 6 of `quality`
 *       2         samples, a varint, at least 1
 *                 at:  form 0  the first as a zigzag varint, the constant step as a varint
 *                      form 1  version 1: the same, then from the third on zigzag varints: changes
 *                              of the step
 *                      form 2  doubles
 *                      form 3  packed, see packed.ts
 *                 kind, quality:  form 0  one byte for all;  form 1  runs
 *                 value: see values.ts; what it stands for, `Samples` says
 *                 texts: strings, if any kind is text; values of kind text point to them
 *     end-4    4  CRC-32 of all before
 *
 * Varints, runs, doubles and strings: see bytes.ts. Every form brings back the same bits. Chunks of
 * version 1 are read, and become of this version when they are written anew.
 */
const VERSION = 2;
const VERSION_FIRST = 1;
const STEADY = 0;
const OLD_STEPS = 1;
const DOUBLES = 2;
const PACKED = 3;
const CRC_BYTES = 4;

const out = new ByteWriter();

/** The bytes are the writer's own: they hold until the next call. */
export function encodeChunk(run: Run, from: number, to: number): Uint8Array {
  const texts = run.texts.length > 0 ? run.kind.subarray(from, to).includes(KIND.text) : false;
  const value = texts ? run.value.slice(from, to) : run.value.subarray(from, to);
  const ownTable = texts
    ? ownTexts({ ...run, value, kind: run.kind.subarray(from, to) })
    : undefined;
  out.length = 2;
  out.reserve(VARINT_BYTES);
  out.varint(to - from);
  const at = writeAt(run.at, from, to);
  const kind = writeBytes(run.kind, from, to);
  const quality = writeBytes(run.quality, from, to);
  const form = writeValues(out, value);
  if (ownTable) out.texts(ownTable);
  out.bytes[0] = VERSION;
  out.bytes[1] = at | (form << 2) | (kind << 5) | (quality << 6);
  return seal();
}

/** Appends what the chunk holds. Throws a DamagedChunkError where its bytes have changed. */
export function decodeChunk(bytes: Uint8Array, into: Run): void {
  check(bytes);
  const forms = bytes[1] ?? 0;
  const body = new ByteReader(bytes, 2);
  const from = into.count;
  const count = body.varint();
  into.reserve(count);
  const to = from + count;
  readAt(body, forms & 3, into.at, { from, to });
  readBytes(body, forms & 32, into.kind, { from, to });
  readBytes(body, forms & 64, into.quality, { from, to });
  readValues(body, (forms >> 2) & 7, into.value.subarray(from, to));
  into.count = to;
  if (into.kind.subarray(from, to).includes(KIND.text)) readTexts(body, into, from);
}

/** The bytes are not those that were written. */
export class DamagedChunkError extends Error {
  override readonly name = "DamagedChunkError";
}

type Span = { readonly from: number; readonly to: number };

function check(bytes: Uint8Array): void {
  const end = Math.max(0, bytes.length - CRC_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (end === 0 || crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) {
    throw new DamagedChunkError("a chunk is damaged");
  }
  const version = bytes[0] ?? 0;
  if (version < VERSION_FIRST || version > VERSION) {
    throw new Error(`a chunk of version ${version}`);
  }
}

function seal(): Uint8Array {
  out.reserve(CRC_BYTES);
  const crc = crc32(out.bytes.subarray(0, out.length));
  new DataView(out.bytes.buffer).setUint32(out.length, crc, true);
  out.length += CRC_BYTES;
  return out.bytes.subarray(0, out.length);
}

function writeAt(at: Float64Array, from: number, to: number): number {
  if (!isWhole(at, from, to)) {
    out.doubles(at, from, to);
    return DOUBLES;
  }
  if (!isSteady(at, from, to)) {
    writePacked(out, at.subarray(from, to), to - from);
    return PACKED;
  }
  out.reserve(2 * VARINT_BYTES);
  out.zigzag(at[from] ?? 0);
  if (to - from > 1) out.varint((at[from + 1] ?? 0) - (at[from] ?? 0));
  return STEADY;
}

function isSteady(at: Float64Array, from: number, to: number): boolean {
  const step = (at[from + 1] ?? 0) - (at[from] ?? 0);
  for (let row = from + 2; row < to; row += 1) {
    if ((at[row] ?? 0) - (at[row - 1] ?? 0) !== step) return false;
  }
  return true;
}

function readAt(body: ByteReader, form: number, at: Float64Array, { from, to }: Span): void {
  if (form === DOUBLES) {
    body.doubles(at, from, to);
    return;
  }
  if (form === PACKED) {
    readPacked(body, at, from, to);
    return;
  }
  let time = body.zigzag();
  at[from] = time;
  if (to - from === 1) return;
  let step = body.varint();
  for (let row = from + 1; row < to; row += 1) {
    if (form === OLD_STEPS && row > from + 1) step += body.zigzag();
    time += step;
    at[row] = time;
  }
}

function writeBytes(column: Uint8Array, from: number, to: number): 0 | 1 {
  const first = column[from] ?? 0;
  for (let row = from + 1; row < to; row += 1) {
    if (column[row] === first) continue;
    out.runs(column, from, to);
    return 1;
  }
  out.reserve(1);
  out.byte(first);
  return 0;
}

function readBytes(body: ByteReader, form: number, column: Uint8Array, { from, to }: Span): void {
  if (form === 0) column.fill(body.byte(), from, to);
  else body.runs(column, from, to);
}

/** Behind the texts that the run has already. */
function readTexts(body: ByteReader, into: Run, from: number): void {
  const offset = into.texts.length;
  for (const text of body.texts()) into.texts.push(text);
  for (let row = from; row < into.count; row += 1) {
    if (into.kind[row] === KIND.text) into.value[row] = (into.value[row] ?? 0) + offset;
  }
}
