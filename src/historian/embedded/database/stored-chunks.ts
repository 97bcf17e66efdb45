import type { Sqlite, SqlRow, SqlValue, Statement } from "../../../lib/sqlite.ts";
import type { Summary } from "../../rollup.ts";
import { type Blocks, blocksOf, decodeChunk, PIECES_AT, piecesIn } from "../chunk/chunk.ts";
import type { Ends } from "../chunk/chunk-head.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import { oldSummary, sumsOfOldChunk } from "../chunk/old-chunk.ts";
import { areNumbers, type ChunkEnd, endOf, endsIn, openId } from "./chunk-ends.ts";

/*
 * Chunks as rows of the database: found by series and time. The table: schema.ts; the bytes of a
 * row: chunk.ts.
 */

/** A chunk as it lies in the database. */
export type StoredChunk = Ends & { readonly id: number; readonly data: Uint8Array };

export const ENDS = "first_at, last_at, samples";
export const COUNTS = "countable, good";
/** Instead of counts, where the head of a chunk says what it comes to. */
export const SAID = -1;
export const SUMS = "min, max, sum, first, last, increase, area";
const FULL = "FROM chunk WHERE id > 0 AND series = ?";
const NEWEST = `${FULL} AND first_at < ? ORDER BY first_at DESC LIMIT`;

/** Read by one connection, and never changed. */
export class StoredChunks {
  readonly #database: Sqlite;
  readonly #own: Statement;
  readonly #open: Statement;
  readonly #first: Statement;
  readonly #forward: Statement;
  readonly #spans: Statement;
  readonly #newest: Statement;
  readonly #backward: Statement;
  readonly #oldSums: Statement;
  readonly #openEnd: Statement;
  readonly #fullEnd: Statement;

  constructor(database: Sqlite) {
    this.#database = database;
    const whole = `SELECT id, ${ENDS}, data`;
    this.#own = database.prepare(`${whole} FROM chunk WHERE id = ?`);
    this.#open = database.prepare(
      `${whole} FROM chunk
       WHERE id = ? AND ifnull(first_at < ?, true) AND ifnull(last_at >= ?, true)`,
    );
    const floor = `SELECT max(first_at) ${FULL} AND first_at <= ?`;
    this.#first = database.prepare(
      `${whole} ${FULL} AND first_at >= ifnull((${floor}), ?) AND first_at < ?
       ORDER BY first_at LIMIT ${PAGE_FIRST}`,
    );
    this.#forward = database.prepare(
      `${whole} ${FULL} AND first_at > ? AND first_at < ? ORDER BY first_at LIMIT ${PAGE}`,
    );
    this.#spans = database.prepare(
      `SELECT ${ENDS} ${FULL} AND first_at >= ifnull((${floor}), ?) AND first_at < ?
       UNION ALL SELECT ${ENDS} FROM chunk WHERE id = ? AND first_at < ? AND last_at >= ?`,
    );
    this.#newest = database.prepare(`${whole} ${NEWEST} 1`);
    this.#backward = database.prepare(`${whole} ${NEWEST} ${PAGE}`);
    this.#oldSums = database.prepare(`SELECT ${COUNTS}, ${SUMS} FROM chunk WHERE id = ?`);
    const end = `SELECT id, ${ENDS}, substr(data, 1, ${PIECES_AT})`;
    this.#openEnd = database.prepare(`${end} FROM chunk WHERE id = ?`);
    this.#fullEnd = database.prepare(`SELECT id, ${ENDS} ${NEWEST} 1`);
  }

  /** Chunks that reach into `[from, to)`, in order of time. */
  *forward(series: number, from: number, to: number): Generator<StoredChunk> {
    let after = from;
    let rows = this.#first.all(series, series, from, from, to);
    for (let page = PAGE_FIRST; ; page = PAGE) {
      for (const row of rows) {
        const chunk = chunkOf(row);
        after = chunk.firstAt;
        if (chunk.lastAt >= from || chunk.data === NO_BYTES) yield chunk;
      }
      if (rows.length < page) break;
      rows = this.#forward.all(series, after, to);
    }
    const open = this.#openWithin(series, from, to);
    if (open) yield open;
  }

  /** Chunks that begin before `to`, the newest first. */
  *backward(series: number, to: number): Generator<StoredChunk> {
    const open = this.#openWithin(series, Number.NEGATIVE_INFINITY, to);
    if (open) yield open;
    const newest = this.#newest.get(series, to);
    if (!newest) return;
    let chunk = chunkOf(newest);
    yield chunk;
    for (let page = PAGE; page === PAGE; ) {
      const rows = this.#backward.all(series, chunk.firstAt);
      page = rows.length;
      for (const row of rows) {
        chunk = chunkOf(row);
        yield chunk;
      }
    }
  }

  /** The chunk of this number. */
  chunk(id: number): StoredChunk | undefined {
    const row = this.#own.get(id);
    return row && chunkOf(row);
  }

  /** The newest chunk of a series. */
  tail(series: number): StoredChunk | undefined {
    const [start, end] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const row = this.#open.get(openId(series), end, start) ?? this.#newest.get(series, end);
    return row && chunkOf(row);
  }

  /** The same as its writer sees it: where it ends. */
  end(series: number): ChunkEnd | undefined {
    const open = this.#openEnd.get(openId(series));
    const end = open ?? this.#fullEnd.get(series, Number.POSITIVE_INFINITY);
    return end && endOf(end);
  }

  #openWithin(series: number, from: number, to: number): StoredChunk | undefined {
    const row = this.#open.get(openId(series), to, from);
    return row && chunkOf(row);
  }

  /** How many samples there are in `[from, to)`, were those of a chunk evenly spread. */
  samplesAbout(series: number, from: number, to: number): number {
    return this.#spans
      .all(series, series, from, from, to, openId(series), to, from)
      .reduce((sum, row) => sum + shareOf(row, from, to), 0);
  }

  /**
   * The blocks of the chunk, part by part in order of time: itself as one where its version has
   * none. Throws a DamagedChunkError where its head has changed. With a `table` (see ChunkHead)
   * they hold until the next call with it.
   */
  blocksOf(chunk: StoredChunk, table?: Float64Array): readonly Blocks[] {
    return blocksOf(chunk.data, table) ?? [this.#oldBlock(chunk)];
  }

  #oldBlock(chunk: StoredChunk): Blocks {
    return {
      blocks: 1,
      firstAtOf: () => chunk.firstAt,
      lastAtOf: () => chunk.lastAt,
      samplesOf: () => chunk.samples,
      sumsOf: (_, isAll) => this.#oldSumsOf(chunk, isAll),
      decode: (_, into) => decodeChunk(chunk.data, into),
    };
  }

  #oldSumsOf(chunk: StoredChunk, isAll: boolean): Summary | undefined {
    if (piecesIn(chunk.data) > 0) return undefined;
    const sums = sumsOfOldChunk(chunk.data, chunk, isAll);
    if (sums) return sums;
    const old = oldSummary(this.#oldSums.get(chunk.id) ?? [], chunk);
    if (old.good === SAID) throw new DamagedChunkError("the head of a chunk is damaged");
    return isAll && old.good < old.countable ? undefined : old;
  }

  /** Every series that has a chunk: jumps from one to the next along the index. */
  series(): Uint32Array {
    const next = "(SELECT min(series) FROM chunk WHERE id > 0 AND series > one)";
    const rows = this.#database.prepare(
      `WITH RECURSIVE every(one) AS (SELECT min(series) FROM chunk WHERE id > 0
         UNION ALL SELECT ${next} FROM every WHERE one IS NOT NULL)
       SELECT one FROM every WHERE one IS NOT NULL
       UNION SELECT series FROM chunk WHERE id < 0 ORDER BY one`,
    );
    return Uint32Array.from(rows.all(), ([one]) => Number(one));
  }
}

/**
 * The bytes of so many chunks are in memory at once: some hundred KB. Both stand in the text of
 * statements, for SQLite compiles one anew, in 4 to 10 us, each time its LIMIT is bound.
 */
const PAGE_FIRST = 4;
const PAGE = 16;

/** What stands for bytes that are none: whoever reads them meets a damaged chunk. */
const NO_BYTES = new Uint8Array();

/** Of the column `data`. */
export function bytesIn(data: SqlValue | undefined): Uint8Array {
  return data instanceof Uint8Array ? data : NO_BYTES;
}

/** Of one that is damaged nobody knows where it ends. */
function chunkOf([id, firstAt, lastAt, samples, data]: SqlRow): StoredChunk {
  const bytes = areNumbers(firstAt, lastAt, samples) ? bytesIn(data) : NO_BYTES;
  return { id: Number(id), ...endsIn(firstAt, lastAt, samples), data: bytes };
}

/** Of the samples of a chunk, about how many lie within. */
function shareOf([first, last, count]: SqlRow, from: number, to: number): number {
  const [firstAt, lastAt, samples] = [Number(first), Number(last), Number(count)];
  if (lastAt === firstAt) return firstAt >= from ? samples : 0;
  const ms = Math.min(lastAt, to) - Math.max(firstAt, from);
  return Math.max(0, (samples * ms) / (lastAt - firstAt));
}
