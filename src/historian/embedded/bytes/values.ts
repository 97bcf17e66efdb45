import { type ByteReader, type ByteWriter, DIFFERENCE_MAX, VARINT_BYTES } from "./bytes.ts";
import { readPacked, writePacked } from "./packed.ts";

/*
 * A column of values, of a chunk or of hours, in the smallest form that brings back the same bits.
 * Which form it is stands before it, where its owner says; what the column begins with:
 *
 *  form  bytes
 *     0     8  the double that all of them are
 *     2     1  steps: the exponent e, 0 to 4; then pairs: the difference of value * 10^e to that of
 *              the pair before as a zigzag varint, and a varint, how many have the value
 *     5     1  decimals: the exponent e, 0 to 4; then value * 10^e, packed
 *     6        singles: the bits of 32-bit floats with their sign, packed
 *     7        doubles: their high 32 bits with the sign, packed; then the low 32 bits the same way
 *
 * Of version 1 of chunks, read for ever:
 *
 *     1     1  the exponent e; then zigzag varints of the differences of value * 10^e
 *     3        zigzag varints of the differences of the bits of 32-bit floats
 *     4        doubles, each XOR the one before: a byte whose high half is the number of zero bytes
 *              at the low end and whose low half the end of what is not zero; those bytes
 *
 * Packed: see packed.ts. Varints and doubles: see bytes.ts.
 */
const CONSTANT = 0;
const OLD_DECIMALS = 1;
const STEPS = 2;
const OLD_SINGLES = 3;
const OLD_DOUBLES = 4;
const DECIMALS = 5;
const SINGLES = 6;
const DOUBLES = 7;

const POWERS = [1, 10, 100, 1_000, 10_000];
/** Where fewer than one in so many values differ from the one before, runs are shorter. */
const STEPS_BELOW = 3;

const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);
const doubleHalves = new Uint32Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
let whole = new Float64Array(2048);

/** Returns the form that it chose. */
export function writeValues(out: ByteWriter, values: Float64Array): number {
  const count = values.length;
  out.reserve(count * 2 * VARINT_BYTES + 9);
  if (isConstant(values)) {
    out.doubles(values, 0, 1);
    return CONSTANT;
  }
  if (whole.length < count) whole = new Float64Array(count);
  for (let exponent = 0; exponent < POWERS.length; exponent += 1) {
    const changes = scale(values, POWERS[exponent] ?? 1);
    if (changes === NOT_WHOLE) continue;
    out.byte(exponent);
    if (changes * STEPS_BELOW < count) return writeSteps(out, count);
    writePacked(out, whole, 0, count);
    return DECIMALS;
  }
  if (!takeSingles(values)) return writeDoubles(out, values);
  writePacked(out, whole, 0, count);
  return SINGLES;
}

/** Into these rows of a column. */
export function readValues(body: ByteReader, form: number, column: Float64Array, rows: Rows): void {
  if (form === DECIMALS) readDecimals(body, column, rows);
  else readOthers(body, form, column.subarray(rows.from, rows.to));
}

type Rows = { readonly from: number; readonly to: number };

function readOthers(body: ByteReader, form: number, values: Float64Array): void {
  switch (form) {
    case CONSTANT:
      body.doubles(values, 0, 1);
      values.fill(values[0] ?? 0);
      break;
    case OLD_DECIMALS:
      readOldDecimals(body, values);
      break;
    case STEPS:
      readSteps(body, values);
      break;
    case OLD_SINGLES:
      readOldSingles(body, values);
      break;
    case OLD_DOUBLES:
      readOldDoubles(body, values);
      break;
    case SINGLES:
      readSingles(body, values);
      break;
    case DOUBLES:
      readDoubles(body, values);
      break;
    default:
      throw new Error(`values of form ${form}`);
  }
}

function isConstant(values: Float64Array): boolean {
  const first = values[0] ?? 0;
  for (const value of values) if (!Object.is(value, first)) return false;
  return true;
}

const NOT_WHOLE = -1;

/**
 * The values times the power in `whole`, if that makes whole numbers of all of them; returns how
 * often they change, NOT_WHOLE where one would not come back bit by bit.
 */
function scale(values: Float64Array, power: number): number {
  let changes = 0;
  let before = Number.NaN;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? 0;
    const scaled = Math.round(value * power);
    if (scaled / power !== value || Math.abs(scaled) > DIFFERENCE_MAX) return NOT_WHOLE;
    if (value === 0 && Object.is(value, -0)) return NOT_WHOLE;
    changes += Number(scaled !== before);
    whole[row] = scaled;
    before = scaled;
  }
  return changes;
}

/** Most of what is measured. */
function readDecimals(body: ByteReader, column: Float64Array, { from, to }: Rows): void {
  const power = POWERS[body.byte()] ?? 1;
  readPacked(body, column, { from, to, power });
}

function writeSteps(out: ByteWriter, count: number): number {
  let before = 0;
  for (let start = 0; start < count; ) {
    const value = whole[start] ?? 0;
    let end = start + 1;
    while (end < count && whole[end] === value) end += 1;
    out.zigzag(value - before);
    out.varint(end - start);
    before = value;
    start = end;
  }
  return STEPS;
}

function readSteps(body: ByteReader, values: Float64Array): void {
  const power = POWERS[body.byte()] ?? 1;
  let scaled = 0;
  for (let start = 0; start < values.length; ) {
    scaled += body.zigzag();
    const end = start + body.varint();
    values.fill(scaled / power, start, end);
    start = end;
  }
}

/** The bits of the values as 32-bit floats in `whole`; false where one would not come back. */
function takeSingles(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? 0;
    single[0] = value;
    // Not Object.is: it would have each number in memory of its own.
    if (single[0] !== value && !Number.isNaN(value)) return false;
    whole[row] = singleBits[0] ?? 0;
  }
  return true;
}

function readSingles(body: ByteReader, values: Float64Array): void {
  readPacked(body, values, { from: 0, to: values.length });
  for (let row = 0; row < values.length; row += 1) {
    singleBits[0] = values[row] ?? 0;
    values[row] = single[0] ?? 0;
  }
}

function writeDoubles(out: ByteWriter, values: Float64Array): number {
  const halves = halvesOf(values);
  for (const half of [HIGH, LOW]) {
    for (let row = 0; row < values.length; row += 1) whole[row] = halves[row * 2 + half] ?? 0;
    writePacked(out, whole, 0, values.length);
  }
  return DOUBLES;
}

function readDoubles(body: ByteReader, values: Float64Array): void {
  if (whole.length < values.length) whole = new Float64Array(values.length);
  const halves = halvesOf(values);
  for (const half of [HIGH, LOW]) {
    readPacked(body, whole, { from: 0, to: values.length });
    for (let row = 0; row < values.length; row += 1) halves[row * 2 + half] = whole[row] ?? 0;
  }
}

/** On every machine that Node runs on, the low half of a double is the first. */
const [LOW, HIGH] = [0, 1];

/** The same memory: no bit of a NaN is lost on the way. */
function halvesOf({ buffer, byteOffset, length }: Float64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length * 2);
}

function readOldDecimals(body: ByteReader, values: Float64Array): void {
  const power = POWERS[body.byte()] ?? 1;
  let scaled = 0;
  for (let row = 0; row < values.length; row += 1) {
    scaled += body.zigzag();
    values[row] = scaled / power;
  }
}

function readOldSingles(body: ByteReader, values: Float64Array): void {
  let bits = 0;
  for (let row = 0; row < values.length; row += 1) {
    bits += body.zigzag();
    singleBits[0] = bits;
    values[row] = single[0] ?? 0;
  }
}

function readOldDoubles(body: ByteReader, values: Float64Array): void {
  const { bytes } = body;
  let at = body.at;
  let low = 0;
  let high = 0;
  for (let row = 0; row < values.length; row += 1) {
    const shape = bytes[at] ?? 0;
    at += 1;
    doubleHalves[0] = 0;
    doubleHalves[1] = 0;
    for (let byte = shape >> 4; byte < (shape & 15); byte += 1) {
      doubleBytes[byte] = bytes[at] ?? 0;
      at += 1;
    }
    low ^= doubleHalves[0] ?? 0;
    high ^= doubleHalves[1] ?? 0;
    doubleHalves[0] = low;
    doubleHalves[1] = high;
    values[row] = double[0] ?? 0;
  }
  body.at = at;
}
