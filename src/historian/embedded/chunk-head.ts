import { crc32 } from "node:zlib";
import { NOTHING, type Rollup, rollupOf, type Summary } from "../rollup.ts";
import { ByteReader, type ByteWriter, VARINT_BYTES } from "./bytes.ts";
import type { Run } from "./run.ts";

/*
 * What a chunk comes to, at its beginning, so that whoever needs no more does not unpack the rest.
 * Lowest byte first.
 *
 *  offset  bytes
 *       0      2  see chunk.ts
 *       2         samples; those that can be counted; the good ones of these: a varint each
 *                 where there are good ones, over them: min, max, sum, first, last, increase, area,
 *                 as doubles
 *                 where others can be counted, too: the same over all that can be
 *          4      CRC-32 of all before
 *
 * Each sum is that of the samples one by one, the oldest first, beginning with 0.
 */
const CRC_BYTES = 4;
const COLUMNS = 7;
const SUMS_BYTES = COLUMNS * 8;

/** No head is longer. */
const HEAD_BYTES = 2 + 3 * VARINT_BYTES + 2 * SUMS_BYTES + CRC_BYTES;

/** What is known of a chunk without it. */
export type Ends = Pick<Summary, "firstAt" | "lastAt" | "samples">;

/** Behind two bytes that are written later: `sealHead` when they are there. */
export function writeHead(out: ByteWriter, run: Run, from: number, to: number): void {
  const good = rollupOf(run, from, to);
  out.reserve(HEAD_BYTES);
  out.varint(to - from);
  out.varint(good.countable);
  out.varint(good.good);
  if (good.good > 0) writeSums(out, good);
  if (good.good < good.countable) writeSums(out, rollupOf(run, from, to, true));
  out.length += CRC_BYTES;
}

/** `end` is where the head ends. */
export function sealHead({ bytes, view }: ByteWriter, end: number): void {
  view.setUint32(end - CRC_BYTES, crc32(bytes.subarray(0, end - CRC_BYTES)), true);
}

/**
 * What the chunk comes to over its good samples, or over all that can be counted; undefined where
 * the bytes are not those that were written.
 */
export function readHead(bytes: Uint8Array, ends: Ends, isAll: boolean): Summary | undefined {
  const body = new ByteReader(bytes, 2);
  const [samples, countable, good] = [body.varint(), body.varint(), body.varint()];
  const allAt = body.at + (good > 0 ? SUMS_BYTES : 0);
  const end = allAt + (good < countable ? SUMS_BYTES : 0);
  if (end + CRC_BYTES > bytes.length || samples !== ends.samples) return undefined;
  if (crc32(bytes.subarray(0, end)) !== body.view.getUint32(end, true)) return undefined;
  const counts = { countable, good: isAll ? countable : good };
  if (isAll && good < countable) body.at = allAt;
  return summaryAt(body, ends, counts);
}

/** Moves behind a head that was checked; returns how many samples there are. */
export function skipHead(body: ByteReader): number {
  const samples = body.varint();
  const [countable, good] = [body.varint(), body.varint()];
  const sums = Number(good > 0) + Number(good < countable);
  body.at += sums * SUMS_BYTES + CRC_BYTES;
  return samples;
}

const column = new Float64Array(COLUMNS);

function writeSums(out: ByteWriter, of: Rollup): void {
  const { min, max, sum, first, last, increase, area } = of;
  column.set([min, max, sum, first, last, increase, area]);
  out.doubles(column, 0, COLUMNS);
}

type Counts = { readonly countable: number; readonly good: number };

/** Field by field: a long span has very many of them. */
function summaryAt({ view, at }: ByteReader, ends: Ends, { countable, good }: Counts): Summary {
  const { firstAt, lastAt, samples } = ends;
  if (good === 0) return { ...NOTHING, firstAt, lastAt, samples, countable };
  return {
    firstAt,
    lastAt,
    samples,
    countable,
    good,
    min: view.getFloat64(at, true),
    max: view.getFloat64(at + 8, true),
    sum: view.getFloat64(at + 16, true),
    first: view.getFloat64(at + 24, true),
    last: view.getFloat64(at + 32, true),
    increase: view.getFloat64(at + 40, true),
    area: view.getFloat64(at + 48, true),
  };
}
