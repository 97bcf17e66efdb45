import { type ByteReader, type ByteWriter, VARINT_BYTES } from "./bytes.ts";

/*
 * Whole numbers in as few bits as each stretch of them needs. Lowest byte first, lowest bit first.
 *
 *  bytes
 *        the first number, a zigzag varint; then blocks of up to 64 of the others:
 *     1  bits 0-5  w, the width of each in bits: 0 to 32; 63 for varints
 *        bit 6     0 the numbers themselves, 1 the difference of each to the one before
 *        the least of them, a zigzag varint
 *        how much each is more than that: words of 32 bits, as many as w bits for each need;
 *        or varints
 *
 * A counter's differences, a noisy value itself, the jitter of a clock: whichever is narrower.
 */
const BLOCK = 64;
const VARINTS = 63;
const DIFFERENCES = 64;
const WORD = 2 ** 32;

/** Numbers from -2^50 to 2^50. */
export function writePacked(out: ByteWriter, numbers: Float64Array, count: number): void {
  out.reserve(VARINT_BYTES);
  out.zigzag(numbers[0] ?? 0);
  for (let from = 1; from < count; from += BLOCK) {
    writeBlock(out, numbers, from, Math.min(count, from + BLOCK));
  }
}

export function readPacked(body: ByteReader, numbers: Float64Array, count: number): void {
  numbers[0] = body.zigzag();
  for (let from = 1; from < count; from += BLOCK) {
    readBlock(body, numbers, from, Math.min(count, from + BLOCK));
  }
}

const steps = new Float64Array(BLOCK);

function writeBlock(out: ByteWriter, numbers: Float64Array, from: number, to: number): void {
  const count = to - from;
  for (let row = 0; row < count; row += 1) {
    steps[row] = (numbers[from + row] ?? 0) - (numbers[from + row - 1] ?? 0);
  }
  const block = numbers.subarray(from, to);
  const [itself, step] = [spanOf(block, count), spanOf(steps, count)];
  const isSteps = step.range < itself.range;
  const { least, range } = isSteps ? step : itself;
  const width = range < WORD ? 32 - Math.clz32(range) : VARINTS;
  out.reserve(1 + (BLOCK + 1) * VARINT_BYTES);
  out.byte(width | (isSteps ? DIFFERENCES : 0));
  out.zigzag(least);
  writeBits(out, isSteps ? steps.subarray(0, count) : block, { width, least });
}

function spanOf(numbers: Float64Array, count: number) {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < count; row += 1) {
    const number = numbers[row] ?? 0;
    if (number < least) least = number;
    if (number > most) most = number;
  }
  return { least, range: most - least };
}

type Bits = { readonly width: number; readonly least: number };

function writeBits(out: ByteWriter, numbers: Float64Array, { width, least }: Bits): void {
  if (width === VARINTS) for (const number of numbers) out.varint(number - least);
  if (width === VARINTS || width === 0) return;
  let [word, filled] = [0, 0];
  for (const number of numbers) {
    const bits = number - least;
    word |= bits << filled;
    filled += width;
    if (filled < 32) continue;
    out.word(word);
    filled -= 32;
    word = filled === 0 ? 0 : bits >>> (width - filled);
  }
  if (filled > 0) out.word(word);
}

function readBlock(body: ByteReader, numbers: Float64Array, from: number, to: number): void {
  const head = body.byte();
  readBits(body, numbers.subarray(from, to), { width: head & 63, least: body.zigzag() });
  if ((head & DIFFERENCES) === 0) return;
  let before = numbers[from - 1] ?? 0;
  for (let row = from; row < to; row += 1) {
    before += numbers[row] ?? 0;
    numbers[row] = before;
  }
}

function readBits(body: ByteReader, into: Float64Array, { width, least }: Bits): void {
  if (width === 0) into.fill(least);
  else if (width === VARINTS) readVarints(body, into, least);
  else readWords(body, into, { width, least });
}

function readVarints(body: ByteReader, into: Float64Array, least: number): void {
  for (let row = 0; row < into.length; row += 1) into[row] = least + body.varint();
}

function readWords(body: ByteReader, into: Float64Array, { width, least }: Bits): void {
  const mask = 0xffffffff >>> (32 - width);
  let [held, left] = [0, 0];
  for (let row = 0; row < into.length; row += 1) {
    let bits = held;
    if (left < width) {
      const word = body.word();
      const taken = width - left;
      bits |= word << left;
      held = taken === 32 ? 0 : word >>> taken;
      left = 32 - taken;
    } else {
      held >>>= width;
      left -= width;
    }
    into[row] = least + ((bits & mask) >>> 0);
  }
}
