import { crc32 } from "node:zlib";
import type { Summary } from "../../rollup.ts";
import type { SumColumns } from "../../tally.ts";
import { ByteWriter } from "../bytes/bytes.ts";
import type { Run } from "../run/run.ts";
import { ChunkHead, writeHead } from "./chunk-head.ts";
import { hasWholeTimes, readColumns, writeColumns } from "./columns.ts";
import { DamagedChunkError } from "./damage.ts";
import { decodeOldChunk, isOldChunk } from "./old-chunk.ts";

/*
 * A chunk: consecutive samples of one series, as they lie in the database. Lowest byte first.
 *
 *  bytes
 *        its head, see chunk-head.ts: where its blocks are and what they come to
 *        blocks of 256 samples, the last one of fewer; of less than 2,048 samples a single one:
 *     1  forms, see columns.ts
 *        columns, see columns.ts
 *     4  CRC-32 of the block before
 *
 * Every bit is below one CRC, and whoever reads a block checks the head and that block only. Chunks
 * of versions 1 to 3 (old-chunk.ts) are read, and become of this version when written anew.
 *
 * A chunk that grows is kept in pieces: what comes is put behind what is there, which is neither
 * read nor written for that.
 *
 *  offset  bytes
 *       0      1  "P"
 *       1      1  pieces
 *       2         pieces, in order of time: 4 bytes, its length; a chunk as above
 */
const BLOCK_SAMPLES = 256;
/** Fewer are unpacked as one: heads of blocks would take more than they spare. */
const BLOCKS_FROM = 2_048;
const CRC_BYTES = 4;
const IN_PIECES = 0x50;
const LENGTH_BYTES = 4;

/** Bytes before the first piece of a chunk that grows. */
export const PIECES_AT = 2;

/**
 * A chunk, or a piece of one that grows: its blocks in order of time, numbered from 0. Each can be
 * read, or answered for, without the others.
 */
export type Blocks = {
  /** How many. */
  readonly blocks: number;
  firstAtOf(block: number): number;
  lastAtOf(block: number): number;
  samplesOf(block: number): number;
  /**
   * What it comes to over the good ones, or over all that can be counted, until the next call;
   * undefined where that is not known. Throws a DamagedChunkError where it has changed.
   */
  sumsOf(block: number, isAll: boolean): Summary | undefined;
  /** The same of all of them; undefined where that has to be asked block by block. */
  columnsOf?(isAll: boolean): SumColumns;
  /** Appends its samples. Throws a DamagedChunkError where their bytes have changed. */
  decode(block: number, into: Run): void;
};

const out = new ByteWriter();
const body = new ByteWriter();

/** The bytes are the writer's own: they hold until the next call. */
export function encodeChunk(
  run: Run,
  from: number,
  to: number,
  blockSamples: number = to - from < BLOCKS_FROM ? to - from : BLOCK_SAMPLES,
): Uint8Array {
  body.length = 0;
  const ends: number[] = [];
  let isWhole = true;
  for (let start = from; start < to; start += blockSamples) {
    const forms = writeBlock(run, start, Math.min(to, start + blockSamples));
    if (!hasWholeTimes(forms)) isWhole = false;
    ends.push(body.length);
  }
  writeHead(out, run, { from, to, blockSamples, isWhole }, ends);
  out.raw(body.bytes.subarray(0, body.length));
  return out.bytes.subarray(0, out.length);
}

/** Returns its forms. */
function writeBlock(run: Run, from: number, to: number): number {
  const start = body.length;
  body.reserve(1);
  body.byte(0);
  const forms = writeColumns(body, run, from, to);
  body.bytes[start] = forms;
  body.reserve(CRC_BYTES);
  const crc = crc32(body.bytes.subarray(start, body.length));
  body.view.setUint32(body.length, crc, true);
  body.length += CRC_BYTES;
  return forms;
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

let piece = new Uint8Array(16 * 1024);

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
  for (const part of partsOf(bytes)) {
    if (isOldChunk(part)) decodeOldChunk(part, into);
    else decodeAll(new PackedBlocks(part), into);
  }
}

function decodeAll(blocks: Blocks, into: Run): void {
  for (let block = 0; block < blocks.blocks; block += 1) blocks.decode(block, into);
}

/**
 * The blocks of a chunk, piece by piece where it grows, in order of time; undefined where one of
 * its parts is of a version that has none. Throws a DamagedChunkError where the bytes that say so
 * have changed. With a `table` (see ChunkHead) they hold until the next call with it.
 */
export function blocksOf(bytes: Uint8Array, table?: Float64Array): Blocks[] | undefined {
  const parts = partsOf(bytes);
  if (parts.some(isOldChunk)) return undefined;
  const shared = parts.length === 1 ? table : undefined;
  return parts.map((part) => new PackedBlocks(part, shared));
}

/** The pieces of a chunk that grows, or the chunk itself. */
function partsOf(bytes: Uint8Array): Uint8Array[] {
  return bytes[0] === IN_PIECES ? [...pieces(bytes)] : [bytes];
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

class PackedBlocks extends ChunkHead implements Blocks {
  decode(block: number, into: Run): void {
    const { body } = this;
    const start = this.startOf(block);
    const crcAt = this.endOf(block) - CRC_BYTES;
    if (crc32(body.bytes.subarray(start, crcAt)) !== body.view.getUint32(crcAt, true)) {
      throw new DamagedChunkError("a chunk is damaged");
    }
    body.at = start + 1;
    readColumns(body, body.bytes[start] ?? 0, into, this.samplesOf(block));
  }
}
