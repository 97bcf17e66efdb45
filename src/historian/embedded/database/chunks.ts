import { assert } from "../../../lib/assert.ts";
import type { Log } from "../../../lib/log.ts";
import type { Sqlite, SqlRow, Statement } from "../../../lib/sqlite.ts";
import type { Damaged, SeriesRange } from "../../historian.ts";
import type { Summary } from "../../rollup.ts";
import {
  type Blocks,
  blocksOf,
  decodeChunk,
  encodeChunk,
  encodePiece,
  headOfPieces,
  PIECES_AT,
  piecesIn,
} from "../chunk/chunk.ts";
import type { Ends } from "../chunk/chunk-head.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import { oldSummary, sumsOfOldChunk } from "../chunk/old-chunk.ts";
import { dayOf } from "../day/tier.ts";
import { Run } from "../run/run.ts";
import { type ChunkEnd, ChunkEnds, endOf, isOpen, openId } from "./chunk-ends.ts";
import { Days } from "./days.ts";
import { Policies } from "./policies.ts";
import { changesOf, readTotals, type Totals } from "./totals.ts";

/*
 * Chunks as rows of the database: found by series and time, written, let grow, put aside. The
 * table: schema.ts; the bytes of a row: chunk.ts.
 */

/** A chunk as it lies in the database. */
export type StoredChunk = Ends & { readonly id: number; readonly data: Uint8Array };

/** Rows of a run that become a chunk. */
type NewChunk = {
  readonly from: number;
  readonly to: number;
  /** Whether it is the newest of its series, and grows with what comes next. */
  readonly isOpen: boolean;
};

const ENDS = "first_at, last_at, samples";
const COUNTS = "countable, good";
/** Instead of counts, where the head of a chunk says what it comes to. */
const SAID = -1;
const SUMS = "min, max, sum, first, last, increase, area";

/** All that is in the database, by one connection to it. */
export class Chunks {
  readonly totals: Totals;
  readonly days: Days;
  readonly policies: Policies;
  readonly #database: Sqlite;
  readonly #insert: Statement;
  readonly #grow: Statement;
  readonly #remove: Statement;
  readonly #data: Statement;
  readonly #open: Statement;
  readonly #openEnd: Statement;
  readonly #fullEnd: Statement;
  readonly #first: Statement;
  readonly #forward: Statement;
  readonly #spans: Statement;
  readonly #oldSums: Statement;
  readonly #newest: Statement;
  readonly #backward: Statement;
  readonly #total: Statement;
  readonly #putAside: Statement;
  readonly #ends = new ChunkEnds();
  readonly #log: Log;
  readonly #onDamaged: (damaged: Damaged) => void;
  /** Told of when that is done for good: a transaction may fail, and be begun again. */
  #aside: Damaged[] = [];

  constructor(database: Sqlite, log: Log, onDamaged: (damaged: Damaged) => void = () => {}) {
    this.#log = log;
    this.#onDamaged = onDamaged;
    const columns = `series, ${ENDS}, data`;
    const marks = columns.replaceAll(/\w+/g, "?");
    const behind = "max(0, ifnull((SELECT max(id) FROM chunk), 0)) + 1";
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO chunk(id, ${columns}, ${COUNTS})
       VALUES (coalesce(?, ${behind}), ${marks}, ${SAID}, ${SAID})`,
    );
    this.#remove = database.prepare("DELETE FROM chunk WHERE id = ?");
    this.#grow = database.prepare(
      `UPDATE chunk SET last_at = ?, samples = ?,
       data = CAST(? || substr(data, ${PIECES_AT + 1}) || ? AS BLOB) WHERE id = ?`,
    );
    this.#data = database.prepare("SELECT data FROM chunk WHERE id = ?");
    const full = "FROM chunk WHERE id > 0 AND series = ?";
    const newest = `${full} AND first_at < ? ORDER BY first_at DESC LIMIT`;
    const end = `SELECT id, ${ENDS}, substr(data, 1, ${PIECES_AT})`;
    this.#openEnd = database.prepare(`${end} FROM chunk WHERE id = ?`);
    this.#fullEnd = database.prepare(`SELECT id, ${ENDS} ${newest} 1`);
    const whole = `SELECT id, ${ENDS}, data`;
    this.#open = database.prepare(
      `${whole} FROM chunk WHERE id = ? AND first_at < ? AND last_at >= ?`,
    );
    const floor = `SELECT max(first_at) ${full} AND first_at <= ?`;
    this.#first = database.prepare(
      `${whole} ${full} AND first_at >= ifnull((${floor}), ?) AND first_at < ?
       ORDER BY first_at LIMIT ${PAGE_FIRST}`,
    );
    this.#forward = database.prepare(
      `${whole} ${full} AND first_at > ? AND first_at < ? ORDER BY first_at LIMIT ${PAGE}`,
    );
    this.#spans = database.prepare(
      `SELECT ${ENDS} ${full} AND first_at >= ifnull((${floor}), ?) AND first_at < ?
       UNION ALL SELECT ${ENDS} FROM chunk WHERE id = ? AND first_at < ? AND last_at >= ?`,
    );
    this.#newest = database.prepare(`${whole} ${newest} 1`);
    this.#backward = database.prepare(`${whole} ${newest} ${PAGE}`);
    this.#oldSums = database.prepare(`SELECT ${COUNTS}, ${SUMS} FROM chunk WHERE id = ?`);
    this.#total = database.prepare("INSERT OR REPLACE INTO total VALUES (?, ?)");
    const aside = `${columns}, ${COUNTS}, ${SUMS}`;
    this.#putAside = database.prepare(
      `INSERT INTO damaged(${aside}) SELECT ${aside} FROM chunk WHERE id = ?
       RETURNING series`,
    );
    this.totals = readTotals(database);
    this.days = new Days(database);
    this.policies = new Policies(database);
  }

  /** Chunks that reach into `[from, to)`, in order of time. */
  *forward(series: number, from: number, to: number): Generator<StoredChunk> {
    let after = from;
    let rows = this.#first.all(series, series, from, from, to);
    for (let page = PAGE_FIRST; ; page = PAGE) {
      for (const row of rows) {
        const chunk = chunkOf(row);
        after = chunk.firstAt;
        if (chunk.lastAt >= from) yield chunk;
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

  /** The newest chunk of a series. */
  tail(series: number): StoredChunk | undefined {
    const [start, end] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const row = this.#open.get(openId(series), end, start) ?? this.#newest.get(series, end);
    return row && chunkOf(row);
  }

  /** The same, as its writer sees it. */
  end(series: number): ChunkEnd | undefined {
    return this.#ends.of(series, () => {
      const open = this.#openEnd.get(openId(series));
      const end = open ?? this.#fullEnd.get(series, Number.POSITIVE_INFINITY);
      return end && endOf(end);
    });
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
   * none. Throws a DamagedChunkError where its head has changed.
   */
  blocksOf(chunk: StoredChunk): readonly Blocks[] {
    return blocksOf(chunk.data) ?? [this.#oldBlock(chunk)];
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

  /** Moves the chunk's samples into the run; a damaged one must not be in the way for ever. */
  take(chunk: StoredChunk | ChunkEnd, into: Run): void {
    try {
      const data = "data" in chunk ? chunk.data : this.#data.get(chunk.id)?.[0];
      assert(data instanceof Uint8Array, "a chunk has bytes");
      decodeChunk(data, into);
    } catch (reason) {
      if (!(reason instanceof DamagedChunkError)) throw reason;
      const { id, firstAt, lastAt, samples } = chunk;
      this.#log.error("a damaged chunk was put aside", { id, firstAt, lastAt, samples });
      const series = Number(this.#putAside.get(id)?.[0]);
      this.#aside.push({ series, samples, from: firstAt, to: lastAt });
      this.#ends.clear();
    }
    this.#drop(chunk);
  }

  /** The same, and nothing takes its place. */
  takeOut(chunk: StoredChunk, into: Run): void {
    this.take(chunk, into);
    this.#noteCut();
  }

  #noteCut(): void {
    this.totals.cuts += 1;
    this.#ends.clear();
  }

  add(series: number, run: Run, { from, to, isOpen }: NewChunk): void {
    const [firstAt, lastAt] = [run.at[from] ?? 0, run.at[to - 1] ?? 0];
    const samples = to - from;
    const data = isOpen
      ? Buffer.concat([headOfPieces(1), encodePiece(run, from, to)])
      : encodeChunk(run, from, to);
    this.#insert.run(isOpen ? openId(series) : null, series, firstAt, lastAt, samples, data);
    const [id, pieces] = isOpen ? [openId(series), 1] : FULL;
    this.#ends.note(series, { id, firstAt, lastAt, samples, pieces });
    this.#count(run, from, to);
  }

  /** Puts all rows of a run behind a chunk that is in pieces. */
  grow({ id, firstAt, samples, pieces }: ChunkEnd, run: Run): void {
    const { at, count } = run;
    const piece = encodePiece(run, 0, count);
    const lastAt = at[count - 1] ?? 0;
    const end = { id, firstAt, lastAt, samples: samples + count, pieces: pieces + 1 };
    const changed = this.#grow.run(lastAt, end.samples, headOfPieces(end.pieces), piece, id);
    assert(changed === 1, "what grows is there");
    this.#ends.note(openId(id), end);
    this.#count(run, 0, count);
  }

  #count(run: Run, from: number, to: number): void {
    this.totals.samples += to - from;
    this.totals.newestAt = Math.max(this.totals.newestAt, run.at[to - 1] ?? 0);
  }

  /**
   * Removes samples of `[from, to)`, and sums with any of them. A chunk that lies within is not
   * read, so that a damaged one is forgotten, too, and not put aside.
   */
  cut({ series, from, to }: SeriesRange): void {
    const kept = new Run();
    const whole = new Run();
    for (const chunk of [...this.forward(series, from, to)]) {
      if (chunk.firstAt >= from && chunk.lastAt < to) {
        this.#drop(chunk);
        continue;
      }
      whole.clear();
      this.take(chunk, whole);
      kept.clear();
      kept.copy(whole, 0, whole.rowAt(from));
      kept.copy(whole, whole.rowAt(to), whole.count);
      if (kept.count > 0) this.add(series, kept, { from: 0, to: kept.count, isOpen: false });
    }
    this.#noteCut();
    this.days.remove(series, from, to);
    // The last day is made when it is over, and not before.
    this.days.forgetFrom(series, dayOf(this.tail(series)?.lastAt ?? from));
  }

  /** All of `work` or nothing; until the write-ahead log is synced, a power cut may undo it. */
  together<T>(work: () => T): T {
    const before = { ...this.totals };
    this.#aside = [];
    try {
      const result = this.#database.transaction(() => {
        const done = work();
        for (const [name, value] of changesOf(before, this.totals)) this.#total.run(name, value);
        return done;
      });
      for (const damaged of this.#aside) this.#onDamaged(damaged);
      return result;
    } catch (reason) {
      Object.assign(this.totals, before);
      this.#ends.clear();
      this.days.recall();
      this.policies.recall();
      throw reason;
    }
  }

  /** Another connection may have changed what is remembered of the whole. */
  refresh(): void {
    const { samples, cuts } = this.totals;
    Object.assign(this.totals, readTotals(this.#database));
    if (samples !== this.totals.samples || cuts !== this.totals.cuts) this.#ends.clear();
    this.days.refresh();
  }

  /** Of the database, what new chunks will take before it grows. */
  get freeBytes(): number {
    return this.#ask("freelist_count") * this.#ask("page_size");
  }

  /** Of SQLite's write-ahead log, what no checkpoint has moved into the database yet. */
  get waitingBytes(): number {
    const [, log = 0, moved = 0] =
      this.#database.prepare("PRAGMA wal_checkpoint(NOOP)").get() ?? [];
    return (Number(log) - Number(moved)) * this.#ask("page_size");
  }

  #ask(name: string): number {
    return Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[0]);
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

  /** All that `work` reads is of one moment, and found with less work. */
  reading<T>(work: () => T): T {
    return this.#database.snapshot(work);
  }

  close(how: "close" | "leave" = "close"): void {
    this.#database[how]();
  }

  #drop({ id, samples }: Pick<StoredChunk, "id" | "samples">): void {
    if (isOpen({ id })) this.#ends.dropped(openId(id));
    this.#remove.run(id);
    this.totals.samples -= samples;
  }
}

/** Of a chunk that does not grow any more its writer needs no more than where it ends. */
const FULL = [0, 0] as const;
/**
 * The bytes of so many chunks are in memory at once: some hundred KB. Both stand in the text of
 * statements, for SQLite compiles one anew, in 4 to 10 us, each time its LIMIT is bound.
 */
const PAGE_FIRST = 4;
const PAGE = 16;

function chunkOf([id, firstAt, lastAt, samples, data]: SqlRow): StoredChunk {
  assert(data instanceof Uint8Array, "a chunk has bytes");
  return {
    id: Number(id),
    firstAt: Number(firstAt),
    lastAt: Number(lastAt),
    samples: Number(samples),
    data,
  };
}

/** Of the samples of a chunk, about how many lie within. */
function shareOf([first, last, count]: SqlRow, from: number, to: number): number {
  const [firstAt, lastAt, samples] = [Number(first), Number(last), Number(count)];
  if (lastAt === firstAt) return firstAt >= from ? samples : 0;
  const ms = Math.min(lastAt, to) - Math.max(firstAt, from);
  return Math.max(0, (samples * ms) / (lastAt - firstAt));
}
