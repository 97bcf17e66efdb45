import { crc32 } from "node:zlib";
import type { SqlRow } from "../../../lib/sqlite.ts";
import { NOTHING, type Summary } from "../../rollup.ts";
import { ByteReader } from "../bytes/bytes.ts";
import type { Run } from "../run/run.ts";
import type { Ends } from "./chunk-head.ts";
import { readColumns } from "./columns.ts";
import { DamagedChunkError } from "./damage.ts";

/*
 * Chunks of versions 1 to 3, which are read for ever and no longer written. Lowest byte first.
 *
 *  offset  bytes
 *       0      1  version
 *       1      1  forms, see columns.ts
 *       2         versions 1 and 2: samples, a varint, at least 1
 *                 version 3, what they come to: samples; those that can be counted; the good ones
 *                 of these: a varint each
 *                 where there are good ones, over them: min, max, sum, first, last, increase, area,
 *                 as doubles
 *                 where others can be counted, too: the same over all that can be
 *                 CRC-32 of all before
 *                 columns, see columns.ts
 *     end-4    4  CRC-32 of all before
 */
const VERSION_FIRST = 1;
/** The one that says at its head what it comes to. */
const VERSION_SUMS = 3;
const CRC_BYTES = 4;
const SUMS_BYTES = 7 * 8;

export function isOldChunk(bytes: Uint8Array): boolean {
  const version = bytes[0] ?? 0;
  return version >= VERSION_FIRST && version <= VERSION_SUMS;
}

/** Appends what the chunk holds. Throws a DamagedChunkError where its bytes have changed. */
export function decodeOldChunk(bytes: Uint8Array, into: Run): void {
  const body = new ByteReader(bytes, 2);
  const end = Math.max(0, bytes.length - CRC_BYTES);
  if (end === 0 || crc32(bytes.subarray(0, end)) !== body.view.getUint32(end, true)) {
    throw new DamagedChunkError("a chunk is damaged");
  }
  const count = body.varint();
  if (bytes[0] === VERSION_SUMS) skipSums(body);
  readColumns(body, bytes[1] ?? 0, into, count);
}

function skipSums(body: ByteReader): void {
  const [countable, good] = [body.varint(), body.varint()];
  const sums = Number(good > 0) + Number(good < countable);
  body.at += sums * SUMS_BYTES + CRC_BYTES;
}

/**
 * What the chunk comes to over its good samples, or over all that can be counted; undefined of
 * versions that do not say it. Throws a DamagedChunkError as well.
 */
export function sumsOfOldChunk(bytes: Uint8Array, ends: Ends, isAll: boolean): Summary | undefined {
  if (bytes[0] !== VERSION_SUMS) return undefined;
  const body = new ByteReader(bytes, 2);
  const [samples, countable, good] = [body.varint(), body.varint(), body.varint()];
  const allAt = body.at + (good > 0 ? SUMS_BYTES : 0);
  const end = allAt + (good < countable ? SUMS_BYTES : 0);
  const isWhole = end + CRC_BYTES <= bytes.length && samples === ends.samples;
  if (!isWhole || crc32(bytes.subarray(0, end)) !== body.view.getUint32(end, true)) {
    throw new DamagedChunkError("the head of a chunk is damaged");
  }
  const counts = { countable, good: isAll ? countable : good };
  if (isAll && good < countable) body.at = allAt;
  return summaryAt(body, ends, counts);
}

type Counts = { readonly countable: number; readonly good: number };

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

/** Versions 1 and 2 had it in columns of the table, over the good samples; days had them, too. */
export function oldSummary(row: SqlRow, { firstAt, lastAt, samples }: Ends): Summary {
  return {
    ...{ firstAt, lastAt, samples },
    countable: Number(row[0]),
    good: Number(row[1]),
    min: numberIn(row[2]),
    max: numberIn(row[3]),
    sum: numberIn(row[4]),
    first: numberIn(row[5]),
    last: numberIn(row[6]),
    increase: numberIn(row[7]),
    area: numberIn(row[8]),
  };
}

/** NULL stands for NaN. */
export function numberIn(value: SqlRow[number] | undefined): number {
  return typeof value === "number" ? value : Number.NaN;
}
