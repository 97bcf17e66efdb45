import { KIND } from "../../../domain/samples.ts";
import { type ByteReader, type ByteWriter, isWhole, VARINT_BYTES } from "../bytes/bytes.ts";
import { readPacked, writePacked } from "../bytes/packed.ts";
import { readValues, writeValues } from "../bytes/values.ts";
import { ownTexts, type Run } from "../run/run.ts";

/*
 * Samples column by column, each in the smallest form that brings back the same bits. Lowest byte
 * first.
 *
 *  bytes
 *        at:  form 0  the first as a zigzag varint; where there are more, their constant step as
 *                     a varint
 *             form 1  version 1 of chunks: the same, then from the third on zigzag varints: changes
 *                     of the step
 *             form 2  doubles
 *             form 3  packed, see packed.ts
 *        kind, quality:  form 0  one byte for all;  form 1  runs
 *        value: see values.ts; what it stands for, `Samples` says
 *        texts: strings, if any kind is text; values of kind text point to them
 *
 * Varints, runs, doubles and strings: see bytes.ts. Their forms are in one byte: bits 0-1 of `at`,
 * bits 2-4 of `value`, bit 5 of `kind`, bit 6 of `quality`.
 */
const STEADY = 0;
const OLD_STEPS = 1;
const DOUBLES = 2;
const PACKED = 3;

type Span = { readonly from: number; readonly to: number };
type Steps = Span & { readonly step: number };

/** Rows of a run; returns the byte of their forms. */
export function writeColumns(out: ByteWriter, run: Run, from: number, to: number): number {
  const texts = run.texts.length > 0 ? run.kind.subarray(from, to).includes(KIND.text) : false;
  const value = texts ? run.value.slice(from, to) : run.value.subarray(from, to);
  const ownTable = texts
    ? ownTexts({ ...run, value, kind: run.kind.subarray(from, to) })
    : undefined;
  const at = writeAt(out, run.at, from, to);
  const kind = writeBytes(out, run.kind, from, to);
  const quality = writeBytes(out, run.quality, from, to);
  const form = writeValues(out, value);
  if (ownTable) out.texts(ownTable);
  return at | (form << 2) | (kind << 5) | (quality << 6);
}

/** Of columns in these forms: whether all their times can be kept as differences. */
export function hasWholeTimes(forms: number): boolean {
  return (forms & 3) !== DOUBLES;
}

/** Appends so many samples; something of four bytes, such as a CRC, has to follow them. */
export function readColumns(body: ByteReader, forms: number, into: Run, count: number): void {
  const from = into.count;
  into.reserve(count);
  const to = from + count;
  readAt(body, forms & 3, into.at, { from, to });
  const mayHaveTexts = (forms & 32) !== 0 || body.bytes[body.at] === KIND.text;
  readBytes(body, forms & 32, into.kind, { from, to });
  readBytes(body, forms & 64, into.quality, { from, to });
  readValues(body, (forms >> 2) & 7, into.value, { from, to });
  into.count = to;
  if (mayHaveTexts && into.kind.subarray(from, to).includes(KIND.text)) readTexts(body, into, from);
}

function writeAt(out: ByteWriter, at: Float64Array, from: number, to: number): number {
  if (isSteady(at, from, to)) {
    out.reserve(2 * VARINT_BYTES);
    out.zigzag(at[from] ?? 0);
    if (to - from > 1) out.varint((at[from + 1] ?? 0) - (at[from] ?? 0));
    return STEADY;
  }
  if (!isWhole(at, from, to)) {
    out.doubles(at, from, to);
    return DOUBLES;
  }
  writePacked(out, at, from, to);
  return PACKED;
}

/** Whether all are whole, and what is made of the first and a step again. */
function isSteady(at: Float64Array, from: number, to: number): boolean {
  const first = at[from] ?? 0;
  const step = to - from > 1 ? (at[from + 1] ?? 0) - first : 0;
  for (let row = from + 2; row < to; row += 1) {
    if (at[row] !== first + step * (row - from)) return false;
  }
  return isWhole(at, from, Math.min(from + 2, to)) && isWhole(at, to - 1, to);
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

function writeBytes(out: ByteWriter, column: Uint8Array, from: number, to: number): 0 | 1 {
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
