import type { ByteReader, ByteWriter } from "./bytes.ts";

/*
 * A few numbers of one kind, all as wide as the widest of them needs. Lowest byte first.
 *
 *  bytes
 *     1  form
 *        0     whole numbers of 16 bits, from 0 to 65,535
 *        1-5   whole numbers of 32 bits, of both signs, to be divided by 1, 10, 100, 1,000, 10,000
 *        6     32-bit floats
 *        7     doubles
 *        the numbers
 *
 * The first form that brings all of them back bit by bit; but NaN is NaN.
 */
/** By form. */
const POWERS = [1, 1, 10, 100, 1_000, 10_000];
const [SHORTS, SINGLES, DOUBLES] = [0, 6, 7];

/** No head is written without: what fits is found first, and then written in one go. */
export function writeFixedWidth(
  out: ByteWriter,
  numbers: Float64Array,
  from: number,
  to: number,
): void {
  out.reserve(1 + (to - from) * 8);
  const form = formOf(numbers, from, to);
  out.byte(form);
  const { view } = out;
  const power = POWERS[form] ?? 1;
  let at = out.length;
  for (let row = from; row < to; row += 1) {
    const number = numbers[row] ?? 0;
    if (form === DOUBLES) view.setFloat64(at, number, true);
    else if (form === SINGLES) view.setFloat32(at, number, true);
    else if (form === SHORTS) view.setUint16(at, number, true);
    else view.setInt32(at, Math.round(number * power), true);
    at += bytesOf(form);
  }
  out.length = at;
}

/** Whether each is what it was when it is read again. */
function formOf(numbers: Float64Array, from: number, to: number): number {
  let form = SHORTS;
  for (let row = from; row < to; row += 1) {
    if (fits(numbers[row] ?? 0, form)) continue;
    form += 1;
    if (form === DOUBLES) return form;
    row = from - 1; // What fitted before may not fit this one.
  }
  return form;
}

function fits(number: number, form: number): boolean {
  if (form === SINGLES) return Math.fround(number) === number || Number.isNaN(number);
  if (number === 0) return Object.is(number, 0);
  if (form === SHORTS) return (number & 0xffff) === number;
  const power = POWERS[form] ?? 1;
  const scaled = Math.round(number * power);
  return (scaled | 0) === scaled && scaled / power === number;
}

function bytesOf(form: number): number {
  if (form === SHORTS) return 2;
  return form === DOUBLES ? 8 : 4;
}

/** A long span has very many heads: each form has a loop of its own. */
export function readFixedWidth(
  body: ByteReader,
  into: Float64Array,
  from: number,
  to: number,
): void {
  const form = body.byte();
  if (form > DOUBLES) throw new Error("numbers of a form that is not known");
  const { view, at } = body;
  if (form === DOUBLES) {
    for (let row = from, byte = at; row < to; row += 1, byte += 8) {
      into[row] = view.getFloat64(byte, true);
    }
  } else if (form === SHORTS) {
    for (let row = from, byte = at; row < to; row += 1, byte += 2) {
      into[row] = view.getUint16(byte, true);
    }
  } else if (form === SINGLES) readSingles(body, into, from, to);
  else readScaled(body, into, { from, to, power: POWERS[form] ?? 1 });
  body.at = at + bytesOf(form) * (to - from);
}

function readSingles({ view, at }: ByteReader, into: Float64Array, from: number, to: number) {
  for (let row = from, byte = at; row < to; row += 1, byte += 4) {
    into[row] = view.getFloat32(byte, true);
  }
}

type Scaled = { readonly from: number; readonly to: number; readonly power: number };

function readScaled({ view, at }: ByteReader, into: Float64Array, { from, to, power }: Scaled) {
  for (let row = from, byte = at; row < to; row += 1, byte += 4) {
    into[row] = view.getInt32(byte, true) / power;
  }
}
