import { MalformedError, type Sqlite, type SqlRow, type Statement } from "../../../lib/sqlite.ts";
import { decodeChunk } from "../chunk/chunk.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import { Run } from "../run/run.ts";
import { areNumbers, isOpen, openId } from "./chunk-ends.ts";
import { bytesIn } from "./stored-chunks.ts";

/*
 * Whether each row of the database is found where it is looked for. SQLite has no sums over its
 * pages: a bit that has changed in a key hides a row without a word.
 *
 * Rows are read in order, some at a time, and each is looked for by its keys. That the next ones
 * begin behind a row that was found is all it takes to see every row: they lie one behind the
 * other, whatever leads to them.
 */

/** A chunk that is not what was written, and has to be set right. */
export type WrongChunk = { readonly series: number; readonly id: number };

/** Looked at at once: half a MB at most. */
const CHUNKS = 8;
const KEYS = 64;
const INDEX = "chunk INDEXED BY chunk_full";
const TABLES = {
  day: ["series", "at"],
  horizon: ["series"],
  policy: ["series"],
  damaged: ["id"],
  total: ["name"],
  again: ["name"],
};
const START = Number.NEGATIVE_INFINITY;

/** Reads all there is by a connection of its own, and changes nothing. */
export class Comparison {
  /** What was read so far. */
  readonly read = { chunks: 0, samples: 0 };
  readonly #database: Sqlite;
  readonly #run = new Run();

  constructor(database: Sqlite) {
    this.#database = database;
  }

  /**
   * Step by step, each of which sees one moment: every chunk and its bytes, every entry of their
   * index, every row of all else. Throws a MalformedError where one is not found.
   */
  *steps(): Generator<readonly WrongChunk[]> {
    yield* this.#chunks();
    yield* this.#entries();
    for (const [from, keys] of Object.entries(TABLES)) {
      for (const _ of this.#inOrder({ from, keys })) yield [];
    }
  }

  *#chunks(): Generator<readonly WrongChunk[]> {
    const more = ["series", "first_at", "last_at", "samples", "data"];
    const entry = this.#database.prepare(
      `SELECT 1 FROM ${INDEX} WHERE id > 0 AND series = ? AND first_at = ? AND id = ?`,
    );
    for (const page of this.#inOrder({ from: "chunk", keys: ["id"], more, rows: CHUNKS })) {
      const lost = page.find((row) => !isFound(row, entry));
      if (lost) throw new MalformedError(hidden("chunk", lost));
      const wrong = page.filter((row) => !this.#isWhole(row));
      yield wrong.map(([id, series]) => ({ series: Number(series), id: Number(id) }));
    }
  }

  /** Whether its bytes are what was written, and its ends are theirs. */
  #isWhole([, , firstAt, lastAt, samples, data]: SqlRow): boolean {
    const run = this.#run;
    run.clear();
    try {
      decodeChunk(bytesIn(data), run);
    } catch (reason) {
      if (!(reason instanceof DamagedChunkError)) throw reason;
      return false;
    }
    this.read.chunks += 1;
    this.read.samples += run.count;
    const isCounted = run.count === samples && run.count > 0;
    return isCounted && run.at[0] === firstAt && run.at[run.count - 1] === lastAt;
  }

  /** Each leads to its chunk. */
  *#entries(): Generator<readonly WrongChunk[]> {
    const keys = ["series", "first_at"];
    const own = this.#database.prepare(
      "SELECT 1 FROM chunk NOT INDEXED WHERE series = ? AND first_at = ? AND id = ?",
    );
    for (const page of this.#inOrder({ from: INDEX, where: "id > 0", keys, more: ["id"] })) {
      const stray = page.find((row) => own.get(...row) === undefined);
      if (stray) throw new MalformedError(hidden("chunk", stray.slice(2)));
      yield [];
    }
  }

  /** Rows of a tree in the order of their keys, each of which leads to it. */
  *#inOrder({ from, where = "true", keys, more = [], rows = KEYS }: Tree): Generator<SqlRow[]> {
    const next = this.#database.prepare(
      `SELECT ${[...keys, ...more].map(asRead)} FROM ${from}
       WHERE ${where} AND (${keys}) > (${keys.map(() => "?")}) ORDER BY ${keys} LIMIT ${rows}`,
    );
    const isKey = keys.map((key) => `${key} = ?`).join(" AND ");
    const own = this.#database.prepare(`SELECT 1 FROM ${from} WHERE ${where} AND ${isKey}`);
    let after: SqlRow = keys.map(() => START);
    for (let count = rows; count === rows; ) {
      const page = next.all(...after);
      count = page.length;
      for (const row of page) {
        const key = row.slice(0, keys.length);
        const isNext = !isBefore(key, after) && own.get(...key) !== undefined;
        if (!isNext) throw new MalformedError(hidden(from, key));
        after = key;
      }
      yield page;
    }
  }
}

type Tree = {
  readonly from: string;
  readonly where?: string;
  readonly keys: readonly string[];
  readonly more?: readonly string[];
  /** Read at once. */
  readonly rows?: number;
};

/** One that grows has no place in the index, and its series says its own. */
function isFound([id = null, series = null, firstAt = null]: SqlRow, entry: Statement): boolean {
  if (isOpen({ id: Number(id) })) return id === openId(Number(series));
  return entry.get(series, firstAt, id) !== undefined;
}

/** A number that the disk has changed may be larger than can be read exactly. */
function asRead(column: string): string {
  return `iif(typeof(${column}) = 'integer', ${column} + 0.0, ${column})`;
}

function isBefore(one: SqlRow, other: SqlRow): boolean {
  const index = one.findIndex((value, at) => value !== other[at]);
  const [a, b] = [one[index], other[index]];
  return areNumbers(a, b) && Number(a) < Number(b);
}

function hidden(from: string, [first, ...rest]: SqlRow): string {
  const which = from === "chunk" ? first : [first, ...rest].join();
  return `${from} ${which} is not found where it is looked for`;
}
