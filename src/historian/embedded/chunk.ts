import { crc32 } from "node:zlib";
import { KIND } from "../../domain/samples.ts";
import type { Summary } from "../rollup.ts";
import { ByteReader, ByteWriter, isWhole, VARINT_BYTES } from "./bytes.ts";
import { type Ends, readHead, sealHead, skipHead, writeHead } from "./chunk-head.ts";
import { readPacked, writePacked } from "./packed.ts";
import { ownTexts, type Run } from "./run.ts";
import { readValues, writeValues } from "./values.ts";

/*
 * A chunk: consecutive samples of one series, as they lie in the database. Lowest byte first.
 *
 *  offset  bytes
 *       0      1  version of this table: 3
 *       1      1  forms: bits 0-1 of `at`, bits 2-4 of `value` (values.ts),
 *                 bit 5 of `kind`, bit 6 of `quality`
 *       2         what they come to, see chunk-head.ts;
 *                 versions 1 and 2: samples, a varint, at least 1
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
 * versions 1 and 2 are read, and become of this version when they are written anew.
 *
 * A chunk that grows is kept in pieces: what comes is put behind what is there, which is neither
 * read nor written for that.
 *
 *  offset  bytes
 *       0      1  "P"
 *       1      1  pieces
 *       2         pieces, in order of time: 4 bytes, its length; a chunk as above
 */
const VERSION = 3;
const VERSION_FIRST = 1;
/** The first one that says at its head what it comes to. */
const VERSION_SUMS = 3;
const STEADY = 0;
const OLD_STEPS = 1;
const DOUBLES = 2;
const PACKED = 3;
const CRC_BYTES = 4;
const IN_PIECES = 0x50;
const LENGTH_BYTES = 4;

/** Bytes before the first piece of a chunk that grows. */
export const PIECES_AT = 2;

const out = new ByteWriter();

/** The bytes are the writer's own: they hold until the next call. */
export function encodeChunk(run: Run, from: number, to: number): Uint8Array {
  const texts = run.texts.length > 0 ? run.kind.subarray(from, to).includes(KIND.text) : false;
  const value = texts ? run.value.slice(from, to) : run.value.subarray(from, to);
  const ownTable = texts
    ? ownTexts({ ...run, value, kind: run.kind.subarray(from, to) })
    : undefined;
  out.length = 2;
  writeHead(out, run, from, to);
  const headEnd = out.length;
  const at = writeAt(run.at, from, to);
  const kind = writeBytes(run.kind, from, to);
  const quality = writeBytes(run.quality, from, to);
  const form = writeValues(out, value);
  if (ownTable) out.texts(ownTable);
  out.bytes[0] = VERSION;
  out.bytes[1] = at | (form << 2) | (kind << 5) | (quality << 6);
  sealHead(out, headEnd);
  return seal();
}

/** The same as a piece, to be put behind others; holds until the next call. */
export function encodePiece(run: Run, from: number, to: number): Uint8Array {
  const chunk = encodeChunk(run, from, to);
  const length = LENGTH_BYTES + chunk.length;
  if (piece.length < length) piece = new Uint8Array(length * 2);
  new DataView(piece.buffer).setUint32(0, chunk.length, true);
  piece.set(chunk, LENGTH_BYTES);
  return piece.subarray(0, length);
}

let piece = new Uint8Array(4096);

/** What stands before so many pieces. */
export function headOfPieces(pieces: number): Uint8Array {
  return Uint8Array.of(IN_PIECES, pieces);
}

/** How many pieces these bytes begin with; 0 of a chunk that does not grow. */
export function piecesIn(bytes: Uint8Array): number {
  return bytes[0] === IN_PIECES ? (bytes[1] ?? 0) : 0;
}

/** Appends what the chunk holds. Throws a DamagedChunkError where its bytes have changed. */
export function decodeChunk(bytes: Uint8Array, into: Run): void {
  if (bytes[0] === IN_PIECES) decodePieces(bytes, into);
  else decodeWhole(bytes, into);
}

function decodePieces(bytes: Uint8Array, into: Run): void {
  for (const piece of [...pieces(bytes)]) decodeWhole(piece, into);
}

/**
 * All lengths are held against each other before any of them is believed: a chunk that was cut off
 * behind its head would look whole.
 */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = PIECES_AT;
  for (let left = piecesIn(bytes); left > 0 && at + LENGTH_BYTES <= bytes.length; left -= 1) {
    const start = at + LENGTH_BYTES;
    at = start + view.getUint32(at, true);
    yield bytes.subarray(start, at);
    if (left === 1 && at === bytes.length) return;
  }
  throw new DamagedChunkError("the pieces of a chunk are damaged");
}

function decodeWhole(bytes: Uint8Array, into: Run): void {
  check(bytes);
  const forms = bytes[1] ?? 0;
  const body = new ByteReader(bytes, 2);
  const from = into.count;
  const count = (bytes[0] ?? 0) >= VERSION_SUMS ? skipHead(body) : body.varint();
  into.reserve(count);
  const to = from + count;
  readAt(body, forms & 3, into.at, { from, to });
  const mayHaveTexts = (forms & 32) !== 0 || bytes[body.at] === KIND.text;
  readBytes(body, forms & 32, into.kind, { from, to });
  readBytes(body, forms & 64, into.quality, { from, to });
  readValues(body, (forms >> 2) & 7, into.value.subarray(from, to));
  into.count = to;
  if (mayHaveTexts && into.kind.subarray(from, to).includes(KIND.text)) readTexts(body, into, from);
}

/**
 * What a chunk comes to over its good samples, or over all that can be counted; undefined of
 * versions that do not say it. Throws a DamagedChunkError as well.
 */
export function sumsOfChunk(bytes: Uint8Array, ends: Ends, isAll: boolean): Summary | undefined {
  const version = bytes[0] ?? 0;
  if (version >= VERSION_FIRST && version < VERSION_SUMS) return undefined;
  const sums = version <= VERSION ? readHead(bytes, ends, isAll) : undefined;
  if (!sums) throw new DamagedChunkError("the head of a chunk is damaged");
  return sums;
}

/** The bytes are not those that were written. */
export class DamagedChunkError extends Error {
  override readonly name = "DamagedChunkError";
}

type Span = { readonly from: number; readonly to: number };
type Steps = Span & { readonly step: number };

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
    readPacked(body, at, { from, to });
    return;
  }
  const first = body.zigzag();
  at[from] = first;
  if (to - from === 1) return;
  const step = body.varint();
  if (form === OLD_STEPS) readOldSteps(body, at, { from, to, step });
  else for (let row = from + 1; row < to; row += 1) at[row] = first + step * (row - from);
}

function readOldSteps(body: ByteReader, at: Float64Array, { from, to, step }: Steps): void {
  let [time, length] = [(at[from] ?? 0) + step, step];
  at[from + 1] = time;
  for (let row = from + 2; row < to; row += 1) {
    length += body.zigzag();
    time += length;
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
