import { ByteReader, type ByteWriter, VARINT_BYTES } from "./bytes.ts";

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
/** Up to here a number lies in four bytes, at whichever bit it begins. */
const NARROW = 25;

/** Numbers from -2^50 to 2^50. */
export function writePacked(
  out: ByteWriter,
  numbers: Float64Array,
  from: number,
  to: number,
): void {
  out.reserve(VARINT_BYTES);
  out.zigzag(numbers[from] ?? 0);
  for (let start = from + 1; start < to; start += BLOCK) {
    writeBlock(out, numbers, start, Math.min(to, start + BLOCK));
  }
}

/**
 * Each number divided by this power of ten. Something of four bytes, such as a CRC, has to follow:
 * it may be looked at.
 */
export function readPacked(body: ByteReader, into: Float64Array, part: Part): void {
  const { from, to, power = 1 } = part;
  const first = body.zigzag();
  into[from] = first / power;
  reader.begin(body, into, power, first);
  for (let start = from + 1; start < to; start += BLOCK) {
    reader.read(start, Math.min(to, start + BLOCK));
  }
}

type Part = { readonly from: number; readonly to: number; readonly power?: number };

/** The block that is written, and the steps to each of its numbers. */
const own = new Float64Array(BLOCK);
const steps = new Float64Array(BLOCK);

/** Both spans in one pass, without a branch: whether a number is the least so far is a guess. */
function writeBlock(out: ByteWriter, numbers: Float64Array, from: number, to: number): void {
  let before = numbers[from - 1] ?? 0;
  let least = numbers[from] ?? 0;
  let most = least;
  let leastStep = least - before;
  let mostStep = leastStep;
  for (let row = from; row < to; row += 1) {
    const number = numbers[row] ?? 0;
    const step = number - before;
    own[row - from] = number;
    steps[row - from] = step;
    least = Math.min(least, number);
    most = Math.max(most, number);
    leastStep = Math.min(leastStep, step);
    mostStep = Math.max(mostStep, step);
    before = number;
  }
  const isSteps = mostStep - leastStep < most - least;
  const block = isSteps ? steps : own;
  const low = isSteps ? leastStep : least;
  const high = isSteps ? mostStep : most;
  const width = widthOf(high - low);
  const count = to - from;
  out.reserve(1 + (BLOCK + 1) * VARINT_BYTES);
  out.byte(width | (Number(isSteps) * DIFFERENCES));
  out.zigzag(low);
  if (width === VARINTS) writeVarints(out, block, low, count);
  else if (width > 0) {
    if (count < BLOCK) block.fill(low, count); // No bits, then.
    writeWords(out, block, low, width);
    out.length += Math.ceil((count * width) / 32) * 4;
  }
}

function widthOf(range: number): number {
  return range < WORD ? 32 - Math.clz32(range) : VARINTS;
}

function writeVarints(out: ByteWriter, block: Float64Array, low: number, count: number): void {
  for (let row = 0; row < count; row += 1) out.varint((block[row] ?? 0) - low);
}

/** How much each number of a block is more than the least of them. */
function writeWords({ view, length }: ByteWriter, block: Float64Array, low: number, width: number) {
  let at = length;
  let word = 0;
  let filled = 0;
  for (let row = 0; row < BLOCK; row += 1) {
    const number = (block[row] ?? 0) - low;
    word |= number << filled;
    filled += width;
    if (filled < 32) continue;
    view.setInt32(at, word, true);
    at += 4;
    filled -= 32;
    word = filled === 0 ? 0 : number >>> (width - filled);
  }
}

/** Every sample that is read passes here: each loop does all that its block needs at once. */
class BlockReader {
  #body = new ByteReader(new Uint8Array());
  #into: Float64Array = new Float64Array();
  #power = 1;
  /** The number before the block. As the least of one it begins as NaN, see `Rolling`. */
  #before = Number.NaN;
  #width = 0;
  #least = Number.NaN;

  begin(body: ByteReader, into: Float64Array, power: number, before: number): void {
    this.#body = body;
    this.#into = into;
    this.#power = power;
    this.#before = before;
  }

  read(from: number, to: number): void {
    const body = this.#body;
    const head = body.byte();
    const isSteps = (head & DIFFERENCES) !== 0;
    this.#width = head & VARINTS;
    this.#least = body.zigzag();
    if (this.#width > NARROW) {
      this.#readWide(from, to);
      this.#settle(from, to, isSteps);
    } else if (isSteps) this.#readSteps(from, to);
    else this.#readNarrow(from, to);
    if (this.#width !== VARINTS) body.at += Math.ceil(((to - from) * this.#width) / 32) * 4;
  }

  /** Each by itself, so that none has to wait for the one before. */
  #readNarrow(from: number, to: number): void {
    const { view, at } = this.#body;
    const into = this.#into;
    const power = this.#power;
    const width = this.#width;
    const least = this.#least;
    const mask = (1 << width) - 1;
    let number = this.#before;
    for (let row = from, bit = at * 8; row < to; row += 1, bit += width) {
      number = least + ((view.getInt32(bit >>> 3, true) >> (bit & 7)) & mask);
      into[row] = number / power;
    }
    this.#before = number;
  }

  #readSteps(from: number, to: number): void {
    const { view, at } = this.#body;
    const into = this.#into;
    const power = this.#power;
    const width = this.#width;
    const least = this.#least;
    const mask = (1 << width) - 1;
    let number = this.#before;
    for (let row = from, bit = at * 8; row < to; row += 1, bit += width) {
      number += least + ((view.getInt32(bit >>> 3, true) >> (bit & 7)) & mask);
      into[row] = number / power;
    }
    this.#before = number;
  }

  /** As they are packed. */
  #readWide(from: number, to: number): void {
    const [body, into, width, least] = [this.#body, this.#into, this.#width, this.#least];
    if (width === VARINTS) {
      for (let row = from; row < to; row += 1) into[row] = least + body.varint();
    } else if (width === 32) {
      const { view, at } = body;
      for (let row = from, word = at; row < to; row += 1, word += 4) {
        into[row] = least + view.getUint32(word, true);
      }
    } else readAcross(body, into, { from, to, width, least });
  }

  #settle(from: number, to: number, isSteps: boolean): void {
    const into = this.#into;
    const power = this.#power;
    let number = isSteps ? this.#before : (into[to - 1] ?? 0);
    if (isSteps || power !== 1) {
      for (let row = from; row < to; row += 1) {
        number = isSteps ? number + (into[row] ?? 0) : (into[row] ?? 0);
        into[row] = number / power;
      }
    }
    this.#before = number;
  }
}

/** Of the column that is read: made anew for each, it would be garbage. */
const reader = new BlockReader();

type Stretch = {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly least: number;
};

/** Those that do not lie in four bytes, whichever bit they begin at. */
function readAcross({ view, at }: ByteReader, into: Float64Array, stretch: Stretch): void {
  const { from, to, width, least } = stretch;
  const mask = 0xffffffff >>> (32 - width);
  let next = at;
  let held = 0;
  let left = 0;
  for (let row = from; row < to; row += 1) {
    let bits = held;
    if (left < width) {
      const word = view.getInt32(next, true);
      next += 4;
      const taken = width - left;
      bits |= word << left;
      held = word >>> taken;
      left = 32 - taken;
    } else {
      held >>>= width;
      left -= width;
    }
    into[row] = least + ((bits & mask) >>> 0);
  }
}
