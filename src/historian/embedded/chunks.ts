import type { Log } from "../../lib/log.ts";
import type { Sqlite, SqlRow, Statement } from "../../lib/sqlite.ts";
import type { SeriesRange } from "../historian.ts";
import { rollupOf, type Summary } from "../rollup.ts";
import { DamagedChunkError, decodeChunk, encodeChunk } from "./chunk.ts";
import { Days } from "./days.ts";
import { Policies } from "./policies.ts";
import { Run } from "./run.ts";
import { dayOf } from "./tier.ts";

/** Where a chunk lies, and what it comes to; its bytes where they were read in the same go. */
export type ChunkSummary = Summary & {
  readonly id: number;
  readonly data?: Uint8Array | undefined;
};

/** What a writer has to know of a chunk. */
export type ChunkEnd = Pick<ChunkSummary, "id" | "firstAt" | "lastAt" | "samples" | "data">;

/** Whether whoever goes over chunks will read most of them: then the next come with their bytes. */
type Ahead = { isRead: boolean };

/** Rows of a run that become a chunk. */
type Piece = {
  readonly from: number;
  readonly to: number;
  /** Whether it is the newest of its series, and will be written again with what comes next. */
  readonly isOpen: boolean;
};

/**
 * Chunks that are written again and again have a place of their own, one a series, before all
 * others. So those that are full lie one behind the other, without holes where they once grew.
 */
export function openId(series: number): number {
  return -1 - series;
}

/** What is remembered of the whole; changed and kept by `together`. */
type Totals = {
  /** Samples in chunks. */
  samples: number;
  /** The last record of the log whose samples are all in chunks. */
  sequence: number;
  newestAt: number;
};

const ROLLUP = "countable, good, min, max, sum, first, last, increase, area";
const SUMMARY = `first_at, last_at, samples, ${ROLLUP}`;

/** Chunks as rows of SQLite. */
export class Chunks {
  readonly totals: Totals;
  readonly days: Days;
  readonly policies: Policies;
  readonly #database: Sqlite;
  readonly #insert: Statement;
  readonly #remove: Statement;
  readonly #data: Statement;
  readonly #open: Statement;
  readonly #floor: Statement;
  readonly #forward: Statement;
  readonly #forwardWhole: Statement;
  readonly #backward: Statement;
  readonly #total: Statement;
  readonly #putAside: Statement;
  readonly #log: Log;

  constructor(database: Sqlite, log: Log) {
    this.#log = log;
    const columns = `series, ${SUMMARY}, data`;
    const marks = columns.replaceAll(/\w+/g, "?");
    const behind = "max(0, ifnull((SELECT max(id) FROM chunk), 0)) + 1";
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO chunk(id, ${columns}) VALUES (coalesce(?, ${behind}), ${marks})`,
    );
    this.#remove = database.prepare("DELETE FROM chunk WHERE id = ?");
    this.#data = database.prepare("SELECT data FROM chunk WHERE id = ?");
    this.#open = database.prepare(
      "SELECT id, first_at, last_at, samples, data FROM chunk WHERE id = ?",
    );
    this.#floor = database.prepare(
      "SELECT max(first_at) FROM chunk WHERE series = ? AND first_at <= ?",
    );
    const within = "FROM chunk WHERE series = ? AND first_at > ? AND first_at < ?";
    const page = "ORDER BY first_at LIMIT ?";
    this.#forward = database.prepare(`SELECT id, ${SUMMARY} ${within} ${page}`);
    this.#forwardWhole = database.prepare(`SELECT id, ${SUMMARY}, data ${within} ${page}`);
    this.#backward = database.prepare(
      `SELECT id, ${SUMMARY} FROM chunk WHERE series = ? AND first_at < ?
       ORDER BY first_at DESC LIMIT ?`,
    );
    this.#total = database.prepare("INSERT OR REPLACE INTO total VALUES (?, ?)");
    this.#putAside = database.prepare(
      `INSERT INTO damaged(${columns}) SELECT ${columns} FROM chunk WHERE id = ?`,
    );
    this.totals = readTotals(database);
    this.days = new Days(database);
    this.policies = new Policies(database);
  }

  /** Chunks that reach into `[from, to)`, in order of time. */
  *forward(series: number, from: number, to: number, ahead?: Ahead): Generator<ChunkSummary> {
    const floor = this.#floor.get(series, from)?.[0];
    let after = (typeof floor === "number" ? floor : from) - 1;
    for (let page = PAGE_FIRST; ; page = Math.min(page * 2, PAGE_MAX)) {
      const rows = (ahead?.isRead ? this.#forwardWhole : this.#forward).all(
        series,
        after,
        to,
        page,
      );
      for (const row of rows) {
        const summary = summaryOf(row);
        after = summary.firstAt;
        if (summary.lastAt >= from) yield summary;
      }
      if (rows.length < page) return;
    }
  }

  /** Chunks that begin before `to`, the newest first. */
  *backward(series: number, to: number): Generator<ChunkSummary> {
    let before = to;
    for (let page = 1; ; page = Math.min(page * 2, PAGE_MAX)) {
      const rows = this.#backward.all(series, before, page);
      for (const row of rows) {
        const summary = summaryOf(row);
        before = summary.firstAt;
        yield summary;
      }
      if (rows.length < page) return;
    }
  }

  /** The newest chunk of a series. */
  tail(series: number): ChunkSummary | undefined {
    const row = this.#backward.get(series, Number.POSITIVE_INFINITY, 1);
    return row && summaryOf(row);
  }

  /** The newest chunk of a series as its writer sees it: an open one is found at once. */
  end(series: number): ChunkEnd | undefined {
    const row = this.#open.get(openId(series));
    if (!row) return this.tail(series);
    const [id, firstAt, lastAt, samples, data] = row;
    return {
      id: Number(id),
      firstAt: Number(firstAt),
      lastAt: Number(lastAt),
      samples: Number(samples),
      data: data instanceof Uint8Array ? data : undefined,
    };
  }

  /** Appends the chunk's samples to the run. */
  read(chunk: Pick<ChunkSummary, "id" | "data">, into: Run): void {
    const { id, data = this.#data.get(chunk.id)?.[0] } = chunk;
    if (!(data instanceof Uint8Array)) throw new Error(`chunk ${id} is gone`);
    decodeChunk(data, into);
  }

  /** Moves the chunk's samples into the run; a damaged one must not be in the way for ever. */
  take(chunk: ChunkEnd, into: Run): void {
    try {
      this.read(chunk, into);
    } catch (reason) {
      if (!(reason instanceof DamagedChunkError)) throw reason;
      const { id, firstAt, lastAt, samples } = chunk;
      this.#log.error("a damaged chunk was put aside", { id, firstAt, lastAt, samples });
      this.#putAside.run(id);
    }
    this.#drop(chunk);
  }

  add(series: number, run: Run, { from, to, isOpen }: Piece): void {
    const rollup = rollupOf(run, from, to);
    this.#insert.run(
      isOpen ? openId(series) : null,
      series,
      run.at[from] ?? 0,
      run.at[to - 1] ?? 0,
      to - from,
      rollup.countable,
      rollup.good,
      rollup.min,
      rollup.max,
      rollup.sum,
      rollup.first,
      rollup.last,
      rollup.increase,
      rollup.area,
      encodeChunk(run, from, to),
    );
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
    this.days.remove(series, from, to);
    // The last day is made when it is over, and not before.
    this.days.forgetFrom(series, dayOf(this.tail(series)?.lastAt ?? from));
  }

  /** All of `work` or nothing; until the write-ahead log is synced, a power cut may undo it. */
  together(work: () => void): void {
    const before = { ...this.totals };
    try {
      this.#database.transaction(() => {
        work();
        for (const [name, value] of Object.entries(this.totals)) this.#total.run(name, value);
      });
    } catch (reason) {
      Object.assign(this.totals, before);
      this.days.recall();
      this.policies.recall();
      throw reason;
    }
  }

  /** Remembers that all samples up to this record of the log are in chunks. */
  mark(sequence: number): void {
    this.together(() => {
      this.totals.sequence = sequence;
    });
  }

  /** Of the database, what new chunks will take before it grows. */
  get freeBytes(): number {
    const [pages, size] = ["freelist_count", "page_size"].map((name) =>
      Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[0]),
    );
    return (pages ?? 0) * (size ?? 0);
  }

  /** Every series that has a chunk: jumps from one to the next along the index. */
  series(): Uint32Array {
    const next = "(SELECT min(series) FROM chunk WHERE series > one)";
    const rows = this.#database.prepare(
      `WITH RECURSIVE every(one) AS (SELECT min(series) FROM chunk
         UNION ALL SELECT ${next} FROM every WHERE one IS NOT NULL)
       SELECT one FROM every WHERE one IS NOT NULL`,
    );
    return Uint32Array.from(rows.all(), ([one]) => Number(one));
  }

  close(): void {
    this.#database.close();
  }

  #drop({ id, samples }: Pick<ChunkSummary, "id" | "samples">): void {
    this.#remove.run(id);
    this.totals.samples -= samples;
  }
}

const PAGE_FIRST = 4;
const PAGE_MAX = 256;

function readTotals(database: Sqlite): Totals {
  const totals: Totals = { samples: 0, sequence: 0, newestAt: Number.NEGATIVE_INFINITY };
  for (const [name, value] of database.prepare("SELECT name, value FROM total").all()) {
    Object.assign(totals, { [String(name)]: Number(value) });
  }
  return totals;
}

function summaryOf(row: SqlRow): ChunkSummary {
  return {
    id: Number(row[0]),
    firstAt: Number(row[1]),
    lastAt: Number(row[2]),
    samples: Number(row[3]),
    countable: Number(row[4]),
    good: Number(row[5]),
    min: number(row[6]),
    max: number(row[7]),
    sum: number(row[8]),
    first: number(row[9]),
    last: number(row[10]),
    increase: number(row[11]),
    area: number(row[12]),
    data: row[13] instanceof Uint8Array ? row[13] : undefined,
  };
}

function number(value: SqlRow[number] | undefined): number {
  return typeof value === "number" ? value : Number.NaN;
}
