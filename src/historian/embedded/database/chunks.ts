import type { Log } from "../../../lib/log.ts";
import { MalformedError, type Sqlite, type Statement } from "../../../lib/sqlite.ts";
import type { Damaged, SeriesRange } from "../../historian.ts";
import { decodeChunk, encodeChunk, encodePiece, headOfPieces, PIECES_AT } from "../chunk/chunk.ts";
import type { Ends } from "../chunk/chunk-head.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import { dayOf } from "../day/tier.ts";
import { Run } from "../run/run.ts";
import { type ChunkEnd, ChunkEnds, isOpen, openId } from "./chunk-ends.ts";
import { Days } from "./days.ts";
import { Policies } from "./policies.ts";
import {
  bytesIn,
  COUNTS,
  ENDS,
  SAID,
  type StoredChunk,
  StoredChunks,
  SUMS,
} from "./stored-chunks.ts";
import { changesOf, keepTotal, readTotals, type Totals } from "./totals.ts";

/*
 * Chunks as whoever writes them sees them: added, let grow, cut, put aside, each with all that the
 * database remembers of it, or nothing.
 */

/** Rows of a run that become a chunk. */
type NewChunk = {
  readonly from: number;
  readonly to: number;
  /** Whether it is the newest of its series, and grows with what comes next. */
  readonly isOpen: boolean;
};

/** All that is in the database, by one connection to it. */
export class Chunks {
  readonly stored: StoredChunks;
  readonly totals: Totals;
  readonly days: Days;
  readonly policies: Policies;
  readonly #database: Sqlite;
  readonly #insert: Statement;
  readonly #grow: Statement;
  readonly #remove: Statement;
  readonly #correct: Statement;
  readonly #data: Statement;
  readonly #keepTotal: ReturnType<typeof keepTotal>;
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
    this.#correct = database.prepare(
      "UPDATE chunk SET first_at = ?, last_at = ?, samples = ? WHERE id = ?",
    );
    this.#data = database.prepare("SELECT data FROM chunk WHERE id = ?");
    this.#keepTotal = keepTotal(database);
    const aside = `${columns}, ${COUNTS}`;
    const asIs = aside.replaceAll(/\w+/g, "ifnull($&, 0)");
    this.#putAside = database.prepare(
      `INSERT INTO damaged(${aside}, ${SUMS}) SELECT ${asIs}, ${SUMS} FROM chunk WHERE id = ?
       RETURNING series`,
    );
    this.stored = new StoredChunks(database);
    this.totals = readTotals(database);
    this.days = new Days(database, log);
    this.policies = new Policies(database);
  }

  /** The newest chunk of a series, as its writer sees it. */
  end(series: number): ChunkEnd | undefined {
    return this.#ends.of(series, () => this.stored.end(series));
  }

  /** Moves the chunk's samples into the run; a damaged one must not be in the way for ever. */
  take(chunk: StoredChunk | ChunkEnd, into: Run): void {
    try {
      decodeChunk("data" in chunk ? chunk.data : this.#dataOf(chunk), into);
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

  #dataOf({ id }: ChunkEnd): Uint8Array {
    const row = this.#data.get(id);
    if (!row) throw new MalformedError("a chunk is gone from its page");
    return bytesIn(row[0]);
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

  /** Its row says what its samples say, which were counted as they are. */
  correct(chunk: StoredChunk, { firstAt, lastAt, samples }: Ends): void {
    const { id } = chunk;
    this.#log.error("the row of a chunk was damaged, and is set right", { id, firstAt, lastAt });
    this.#correct.run(firstAt, lastAt, samples, id);
    this.#noteCut();
  }

  /** Puts all rows of a run behind a chunk that is in pieces. */
  grow({ id, firstAt, samples, pieces }: ChunkEnd, run: Run): void {
    const { at, count } = run;
    const piece = encodePiece(run, 0, count);
    const lastAt = at[count - 1] ?? 0;
    const end = { id, firstAt, lastAt, samples: samples + count, pieces: pieces + 1 };
    const changed = this.#grow.run(lastAt, end.samples, headOfPieces(end.pieces), piece, id);
    if (changed !== 1) throw new MalformedError("a chunk that grows is gone from its page");
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
    for (const chunk of [...this.stored.forward(series, from, to)]) {
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
    this.days.forgetFrom(series, dayOf(this.stored.tail(series)?.lastAt ?? from));
  }

  /** All of `work` or nothing; until the write-ahead log is synced, a power cut may undo it. */
  together<T>(work: () => T): T {
    const before = { ...this.totals };
    this.#aside = [];
    try {
      const result = this.#database.transaction(() => {
        const done = work();
        for (const [name, value] of changesOf(before, this.totals)) this.#keepTotal(name, value);
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
