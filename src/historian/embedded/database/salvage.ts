import type { Log } from "../../../lib/log.ts";
import type { Sqlite, SqlRow, SqlValue, Statement } from "../../../lib/sqlite.ts";
import type { PageRow, RowPage, SqlitePages } from "../../../lib/sqlite-pages.ts";
import type { Mended, SeriesRange } from "../../historian.ts";
import { areNumbers, openId } from "./chunk-ends.ts";
import { Days } from "./days.ts";
import { StoredChunks } from "./stored-chunks.ts";
import { keepTotal } from "./totals.ts";

/*
 * What can be read of a damaged database, row by row, into a new one. Each row is known by what it
 * looks like, for the page that names the tables may be the one that is lost:
 *
 *   chunk, damaged    15 columns; they differ by where they begin
 *   horizon, policy   2 columns; 3 or 4 of them
 *   total, again      a text and a number
 *   day               13 columns or more, in an index
 *   chunk_full        three numbers, in an index: which chunks there were
 */

const CHUNK_COLUMNS = 15;
const DAY_COLUMNS = 16;
const DAY_COLUMNS_MIN = 13;
/** The table that is made first begins on the first page that may have one. */
const CHUNK_ROOT = 3;
/** What begins where, when the page that says so is lost: a row of 15 columns is a chunk's. */
const UNKNOWN: ReadonlyMap<number, string> = new Map([[CHUNK_ROOT, "chunk"]]);
const FOREVER = Number.MAX_VALUE;

const DAMAGED = `series, first_at, last_at, samples, countable, good, min, max, sum, first, last,
  increase, area, data`;

/** What the index says of a chunk. */
type Entry = { readonly series: number; readonly from: number; readonly id: number };

/** Of one chunk, in order of time of its series. */
type LostChunk = { readonly series: number; readonly from: number };

/** Brings over what can be read, once. */
export class Salvage {
  readonly #pages: SqlitePages;
  readonly #database: Sqlite;
  readonly #log: Log;
  readonly #put: Record<"chunk" | "damaged" | "day" | "horizon" | "policy", Statement>;
  readonly #seriesOf: Statement;
  /** Whether a chunk of the series begins then. */
  readonly #begins: Statement;
  /** Whether another chunk of the series is of the same time. */
  readonly #overlaps: Statement;
  /** Pages of the index of chunks. */
  readonly #index: number[] = [];
  readonly #totals = new Map<string, number>();
  readonly #lost: LostChunk[] = [];
  readonly #names: ReadonlyMap<number, string>;
  #samples = 0;
  #newestAt = Number.NEGATIVE_INFINITY;

  constructor(pages: SqlitePages, database: Sqlite, log: Log) {
    this.#pages = pages;
    this.#database = database;
    this.#log = log;
    this.#names = pages.names().size > 0 ? pages.names() : UNKNOWN;
    this.#seriesOf = database.prepare("SELECT series FROM chunk WHERE id = ?");
    this.#begins = database.prepare(
      "SELECT 1 FROM chunk WHERE id > 0 AND series = ? AND first_at = ?",
    );
    this.#overlaps = database.prepare(
      `SELECT 1 FROM chunk AS other, chunk AS own WHERE other.series = ? AND own.id = ?
       AND other.id <> own.id AND other.first_at <= own.last_at AND other.last_at >= own.first_at`,
    );
    const put = (table: string, columns: number) =>
      database.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${"?, ".repeat(columns - 1)}?)`);
    this.#put = {
      chunk: put("chunk", CHUNK_COLUMNS),
      damaged: put("damaged", CHUNK_COLUMNS),
      day: put("day", DAY_COLUMNS),
      horizon: put("horizon", 2),
      policy: put("policy", 4),
    };
  }

  /** Part of one transaction: what is lost. Throws where nothing says how far the log is in it. */
  bring(): Mended {
    for (const page of this.#pages.all()) this.#bringPage(page);
    if (this.#totals.size === 0) throw new Error("nothing of history.db can be read");
    const { lost } = this.#pages;
    const named = lost.flatMap(({ root }) => this.#names.get(root ?? 0) ?? []);
    const tables = [...new Set(named)].sort();
    this.#findLost();
    if (tables.includes("policy")) this.#keepForGood();
    if (tables.includes("horizon")) this.#findHorizons();
    const told = { pages: lost.length, tables, samples: this.#count() };
    this.#log.error("what could be read of history.db is in a new one", told);
    return { ...told, ranges: this.#ranges() };
  }

  #bringPage(page: RowPage): void {
    if (page.isIndex && page.rows.some(({ values }) => isEntry(values))) {
      this.#index.push(page.number);
      return;
    }
    for (const row of page.rows) {
      if (page.isIndex) this.#bringOther(row.values);
      else if (row.values.length === CHUNK_COLUMNS) this.#bringChunk(row, page.root);
      else this.#bringOfSeries(row);
    }
  }

  #bringChunk({ id, values, isWhole }: PageRow, root: number | undefined): void {
    const [, series, firstAt, lastAt, samples, ...rest] = values;
    const isChunk = root === undefined || this.#names.get(root) === "chunk";
    const isReadable =
      areNumbers(series, firstAt, lastAt, samples) &&
      (id > 0 || id === openId(Number(series))) &&
      rest.at(-1) instanceof Uint8Array;
    const [, ...all] = values;
    if (isChunk && isReadable && isWhole && this.#put.chunk.run(id, ...all) > 0) {
      this.#samples += Number(samples);
      this.#newestAt = Math.max(this.#newestAt, Number(lastAt));
      return;
    }
    if (isChunk && id < 0) this.#lost.push({ series: Number(series), from: Number(firstAt) });
    this.#put.damaged.run(
      isChunk ? null : id,
      ...all.map((value, index) => inDamaged(value, index)),
    );
  }

  #bringOfSeries({ id, values }: PageRow): void {
    const [, ...rest] = values;
    const isKnown = rest.every((value) => value === null || typeof value === "number");
    if (values.length === 2 && typeof rest[0] === "number") this.#put.horizon.run(id, rest[0]);
    const [rawMs = null, hourlyMs = null, dailyMs = null] = isKnown ? rest : [];
    if (values.length > 2) this.#put.policy.run(id, rawMs, hourlyMs, dailyMs);
  }

  #bringOther(values: SqlRow): void {
    const [name, value, copy] = values;
    if (typeof name === "string" && typeof value === "number") {
      if (copy === undefined || !this.#totals.has(name)) this.#totals.set(name, value);
    } else if (values.length >= DAY_COLUMNS_MIN && areNumbers(name, value)) {
      const missing = new Array<SqlValue>(DAY_COLUMNS - values.length).fill(null);
      this.#put.day.run(...values, ...missing);
    }
  }

  /** Chunks that the index has, and that are not there. */
  #findLost(): void {
    for (const number of this.#index) {
      const entries = (this.#pages.at(number)?.rows ?? []).map(({ values }) => entryOf(values));
      for (const [index, entry] of entries.entries()) {
        const isInOrder = isBetween(entry, entries[index - 1], entries[index + 1]);
        this.#findChunk(entry, isInOrder);
      }
    }
  }

  #findChunk(entry: Entry, isInOrder: boolean): void {
    const { id, series, from } = entry;
    const [found] = this.#seriesOf.get(id) ?? [];
    if (found === undefined && !this.#begins.get(series, from)) this.#lost.push({ series, from });
    const isAnother = found !== undefined && found !== series;
    if (isAnother && isInOrder && !this.#fits(id, Number(found), series)) this.#distrust(entry);
  }

  /** Chunks of a series never overlap: whether it can be of the one, and not of the other. */
  #fits(id: number, one: number, other: number): boolean {
    const overlaps = (series: number) => this.#overlaps.get(series, id) !== undefined;
    return !overlaps(one) && overlaps(other);
  }

  /**
   * A chunk says another series than the index, which is in order there: one of the two was changed
   * by the disk. Samples of one series are never shown as those of another.
   */
  #distrust({ id, series, from }: Entry): void {
    const [samples] =
      this.#database.prepare("SELECT samples FROM chunk WHERE id = ?").get(id) ?? [];
    const rest = DAMAGED.replace("series", "?");
    this.#database
      .prepare(`INSERT INTO damaged(${DAMAGED}) SELECT ${rest} FROM chunk WHERE id = ?`)
      .run(series, id);
    this.#database.prepare("DELETE FROM chunk WHERE id = ?").run(id);
    this.#samples -= Number(samples);
    this.#lost.push({ series, from });
  }

  /** Nobody knows for how long they are to be kept: nothing of them is let go. */
  #keepForGood(): void {
    for (const series of this.#series()) this.#put.policy.run(series, null, null, null);
  }

  #series(): Set<number> {
    const days = new Days(this.#database, this.#log);
    return new Set([...new StoredChunks(this.#database).series(), ...days.series()]);
  }

  /** Days that begin before the oldest chunk are what is left of samples that were let go. */
  #findHorizons(): void {
    const days = new Days(this.#database, this.#log);
    const stored = new StoredChunks(this.#database);
    for (const series of days.series()) {
      const own = days.within(series, Number.NEGATIVE_INFINITY, FOREVER);
      const oldest = stored.forward(series, Number.NEGATIVE_INFINITY, FOREVER).next();
      const until = oldest.done ? (own.at(-1)?.lastAt ?? 0) : oldest.value.firstAt - 1;
      if ((own[0]?.firstAt ?? FOREVER) <= until) this.#put.horizon.run(series, until);
    }
  }

  /** How many samples are lost, as far as that is known. */
  #count(): number {
    const lost = Math.max(0, (this.#totals.get("samples") ?? 0) - this.#samples);
    this.#totals.set("samples", this.#samples);
    const isKnown = this.#totals.has("newestAt") || this.#samples === 0;
    if (!isKnown) this.#totals.set("newestAt", this.#newestAt);
    const keep = keepTotal(this.#database);
    for (const [name, value] of this.#totals) keep(name, value);
    return lost;
  }

  /** Of lost chunks that follow each other, as one: until the next chunk that is there. */
  #ranges(): SeriesRange[] {
    const behind = "FROM chunk WHERE series = ? AND first_at > ?";
    const next = this.#database.prepare(
      `SELECT min(at) FROM (SELECT min(first_at) AS at ${behind} AND id > 0
       UNION ALL SELECT min(first_at) ${behind} AND id = ?)`,
    );
    const newest = this.#totals.get("newestAt") ?? 0;
    const ranges: SeriesRange[] = [];
    const lost = this.#lost.sort(
      (one, other) => one.series - other.series || one.from - other.from,
    );
    for (const { series, from } of lost) {
      const to = next.get(series, from, series, from, -1 - series)?.[0] ?? newest + 1;
      const last = ranges.at(-1);
      if (last?.series !== series || last.to !== to) ranges.push({ series, from, to: Number(to) });
    }
    return ranges;
  }
}

/** Of the index of chunks. */
function isEntry(values: SqlRow): boolean {
  return values.length === 3 && areNumbers(...values);
}

function entryOf(values: SqlRow): Entry {
  const [series = 0, from = 0, id = 0] = values.map(Number);
  return { series, from, id };
}

/** Whether it lies where it should; the ends of a page have one neighbour there. */
function isBetween(entry: Entry, before: Entry = entry, after: Entry = entry): boolean {
  return order(before, entry) <= 0 && order(entry, after) <= 0;
}

function order(one: Entry, other: Entry): number {
  return one.series - other.series || one.from - other.from;
}

/** A place for what is damaged takes no NULL. */
function inDamaged(value: SqlValue, index: number): SqlValue {
  if (index === CHUNK_COLUMNS - 2) return value instanceof Uint8Array ? value : new Uint8Array();
  return index < 6 && typeof value !== "number" ? 0 : value;
}
