import { crc32 } from "node:zlib";
import { type Rollup, rolledUpBoth, type Summary } from "../../rollup.ts";
import type { SumColumns } from "../../tally.ts";
import { ByteReader, type ByteWriter, VARINT_BYTES } from "../bytes/bytes.ts";
import { readFixedWidth, writeFixedWidth } from "../bytes/fixed-width.ts";
import type { Run } from "../run/run.ts";
import { DamagedChunkError } from "./damage.ts";

/*
 * The head of a chunk: where its blocks are and what they come to, so that whoever needs no more
 * does not unpack them, and whoever needs a few samples unpacks one block. Lowest byte first.
 *
 *  offset  bytes
 *       0      1  version of chunks: 4
 *       1      4  bytes of this head
 *       5         samples, and samples of each block but the last: a varint each, at least 1
 *                 a time that the times below are counted from, a zigzag varint
 *                 columns of one number a block, see fixed-width.ts: where it ends, in bytes behind
 *                 this head; the times of its first and last sample; samples that can be counted;
 *                 the good ones of these; and over the good ones
 *                 min, max, sum, first, last, increase, area: NaN where there are none
 *                 the last seven once more, over all that can be counted, of those blocks where
 *                 not all of these are good
 *     end-4    4  CRC-32 of all before
 *
 * Each sum is that of the samples of a block one by one, the oldest first, beginning with 0.
 */
const VERSION = 4;
const LENGTH_AT = 1;
const BEGIN = 5;
const CRC_BYTES = 4;
const [END, FIRST_AT, LAST_AT, COUNTABLE, GOOD, SUMS] = [0, 1, 2, 3, 4, 5];
const SUM_COLUMNS = 7;
const COLUMNS = SUMS + SUM_COLUMNS;

/** What is known of samples that follow each other without reading them. */
export type Ends = Pick<Summary, "firstAt" | "lastAt" | "samples">;

/** Rows of a run that become a chunk. */
export type Rows = {
  readonly from: number;
  readonly to: number;
  readonly blockSamples: number;
  /** Whether all their times can be kept as differences. */
  readonly isWhole: boolean;
};

/** `blockEnds`: where each of the blocks ends, which follow. */
export function writeHead(out: ByteWriter, run: Run, rows: Rows, blockEnds: readonly number[]) {
  const { from, to, blockSamples, isWhole } = rows;
  const base = isWhole ? (run.at[from] ?? 0) : 0;
  out.length = BEGIN;
  out.reserve(3 * VARINT_BYTES);
  out.varint(to - from);
  out.varint(blockSamples);
  out.zigzag(base);
  writeTable(out, run, { from, to, blockSamples, base }, blockEnds);
  seal(out);
}

type Based = Omit<Rows, "isWhole"> & { readonly base: number };

/** Of the head that is written: made anew each time, it would be garbage. Enough for most. */
let table = new Float64Array(1024);

function writeTable(out: ByteWriter, run: Run, rows: Based, blockEnds: readonly number[]): void {
  const { from, to, blockSamples, base } = rows;
  const blocks = blockEnds.length;
  const size = blocks * (COLUMNS + SUM_COLUMNS);
  if (table.length < size) table = new Float64Array(size);
  let others = 0;
  for (let block = 0, start = from; block < blocks; block += 1, start += blockSamples) {
    const end = Math.min(to, start + blockSamples);
    const { good, every } = rolledUpBoth(run, start, end);
    table[END * blocks + block] = blockEnds[block] ?? 0;
    table[FIRST_AT * blocks + block] = (run.at[start] ?? 0) - base;
    table[LAST_AT * blocks + block] = (run.at[end - 1] ?? 0) - base;
    table[COUNTABLE * blocks + block] = good.countable;
    table[GOOD * blocks + block] = good.good;
    putSums(table, SUMS * blocks + block, blocks, good);
    if (good === every) continue;
    putSums(table, COLUMNS * blocks + others, blocks, every);
    others += 1;
  }
  for (let column = 0; column < COLUMNS + SUM_COLUMNS; column += 1) {
    const start = column * blocks;
    const count = column < COLUMNS ? blocks : others;
    if (count > 0) writeFixedWidth(out, table, start, start + count);
  }
}

/** From this place on, so far apart. */
function putSums(table: Float64Array, at: number, step: number, of: Rollup): void {
  table[at] = of.min;
  table[at + step] = of.max;
  table[at + 2 * step] = of.sum;
  table[at + 3 * step] = of.first;
  table[at + 4 * step] = of.last;
  table[at + 5 * step] = of.increase;
  table[at + 6 * step] = of.area;
}

function seal(out: ByteWriter): void {
  out.reserve(CRC_BYTES);
  const end = out.length;
  out.bytes[0] = VERSION;
  out.view.setUint32(LENGTH_AT, end + CRC_BYTES, true);
  out.view.setUint32(end, crc32(out.bytes.subarray(0, end)), true);
  out.length = end + CRC_BYTES;
}

/** All begin as NaN: of fields that begin as whole numbers V8 changes its mind, and its code. */
const said = {
  firstAt: Number.NaN,
  lastAt: Number.NaN,
  samples: Number.NaN,
  countable: Number.NaN,
  good: Number.NaN,
  min: Number.NaN,
  max: Number.NaN,
  sum: Number.NaN,
  first: Number.NaN,
  last: Number.NaN,
  increase: Number.NaN,
  area: Number.NaN,
};

/** What `putSums` has put there. */
function takeSums(table: Float64Array, at: number, step: number): void {
  said.min = table[at] ?? 0;
  said.max = table[at + step] ?? 0;
  said.sum = table[at + 2 * step] ?? 0;
  said.first = table[at + 3 * step] ?? 0;
  said.last = table[at + 4 * step] ?? 0;
  said.increase = table[at + 5 * step] ?? 0;
  said.area = table[at + 6 * step] ?? 0;
}

/** A table of so many cells has room for what a head of up to 64 blocks says. */
export const TABLE_CELLS = 64 * (COLUMNS + SUM_COLUMNS);

/** What is said at the head of a chunk; its blocks are numbered from 0. */
export class ChunkHead {
  /** Of the chunk: its head, and its blocks behind. */
  readonly body: ByteReader;
  /** How many. */
  readonly blocks: number;
  readonly #samples: number;
  readonly #blockSamples: number;
  readonly #base: number;
  /** Where the blocks begin. */
  readonly #begin: number;
  /** Column after column; behind those that are written, the sums over all of every block. */
  readonly #table: Float64Array;

  /**
   * `table` is memory for what it says, of whoever has done with it before the next head is put
   * there. Throws a DamagedChunkError where the bytes are not those that were written.
   */
  constructor(bytes: Uint8Array, table?: Float64Array) {
    const body = new ByteReader(bytes);
    this.#begin = endOfHead(body);
    body.at = BEGIN;
    this.body = body;
    this.#samples = body.varint();
    this.#blockSamples = body.varint();
    this.#base = body.zigzag();
    this.blocks = Math.ceil(this.#samples / this.#blockSamples);
    const cells = this.blocks * (COLUMNS + SUM_COLUMNS);
    this.#table = table && table.length >= cells ? table : new Float64Array(cells);
    readTable(body, this.#table, this.blocks);
    if (this.endOf(this.blocks - 1) !== bytes.length) {
      throw new DamagedChunkError("a chunk is cut off, or longer than it was");
    }
  }

  samplesOf(block: number): number {
    return Math.min(this.#blockSamples, this.#samples - block * this.#blockSamples);
  }

  firstAtOf(block: number): number {
    return this.#base + this.#at(FIRST_AT, block);
  }

  lastAtOf(block: number): number {
    return this.#base + this.#at(LAST_AT, block);
  }

  /** Where in the bytes of the chunk the block lies. */
  startOf(block: number): number {
    return block === 0 ? this.#begin : this.endOf(block - 1);
  }

  endOf(block: number): number {
    return this.#begin + this.#at(END, block);
  }

  /**
   * What the block comes to over its good samples, or over all that can be counted. Holds until the
   * next call: of a long span very many are asked for.
   */
  sumsOf(block: number, isAll: boolean): Summary {
    const countable = this.#at(COUNTABLE, block);
    said.firstAt = this.firstAtOf(block);
    said.lastAt = this.lastAtOf(block);
    said.samples = this.samplesOf(block);
    said.countable = countable;
    said.good = isAll ? countable : this.#at(GOOD, block);
    takeSums(this.#table, (isAll ? COLUMNS : SUMS) * this.blocks + block, this.blocks);
    return said;
  }

  /** The same of all blocks at once. */
  columnsOf(isAll: boolean): SumColumns {
    const { blocks } = this;
    return {
      cells: this.#table,
      countable: COUNTABLE * blocks,
      good: (isAll ? COUNTABLE : GOOD) * blocks,
      sums: (isAll ? COLUMNS : SUMS) * blocks,
      step: blocks,
    };
  }

  #at(column: number, block: number): number {
    return this.#table[column * this.blocks + block] ?? 0;
  }
}

/** Nothing of a head is believed before. */
function endOfHead({ bytes, view }: ByteReader): number {
  const end = bytes.length < BEGIN ? 0 : view.getUint32(LENGTH_AT, true);
  const crcAt = end - CRC_BYTES;
  const isWhole = crcAt >= BEGIN && end <= bytes.length;
  if (!isWhole || crc32(bytes.subarray(0, crcAt)) !== view.getUint32(crcAt, true)) {
    throw new DamagedChunkError("the head of a chunk is damaged");
  }
  if (bytes[0] !== VERSION) throw new Error(`a chunk of version ${bytes[0]}`);
  return end;
}

function readTable(body: ByteReader, table: Float64Array, blocks: number): void {
  for (let column = 0; column < COLUMNS; column += 1) {
    readFixedWidth(body, table, column * blocks, (column + 1) * blocks);
  }
  table.copyWithin(COLUMNS * blocks, SUMS * blocks, COLUMNS * blocks);
  readOthers(body, table, blocks);
}

/** The sums over all of the blocks that have them: made anew for each head, it would be garbage. */
let every = new Float64Array(64);

/** To the blocks that have them. */
function readOthers(body: ByteReader, table: Float64Array, blocks: number): void {
  let owners = 0;
  for (let block = 0; block < blocks; block += 1) owners += Number(hasOthers(table, blocks, block));
  if (owners === 0) return;
  const cells = owners * SUM_COLUMNS;
  if (every.length < cells) every = new Float64Array(cells);
  for (let from = 0; from < cells; from += owners) readFixedWidth(body, every, from, from + owners);
  for (let block = 0, owner = 0; owner < owners; block += 1) {
    if (!hasOthers(table, blocks, block)) continue;
    for (let column = 0; column < SUM_COLUMNS; column += 1) {
      table[(COLUMNS + column) * blocks + block] = every[column * owners + owner] ?? 0;
    }
    owner += 1;
  }
}

/** Whether not all that can be counted is good. */
function hasOthers(table: Float64Array, blocks: number, block: number): boolean {
  return (table[GOOD * blocks + block] ?? 0) < (table[COUNTABLE * blocks + block] ?? 0);
}
