import { QUALITY_BYTE } from "../../domain/reading.ts";
import type { Sqlite, SqlRow, Statement } from "../../lib/sqlite.ts";
import { isCountable, rollupOf, type Summary, together } from "../rollup.ts";
import type { Run } from "./run.ts";

const COLUMNS =
  "first_at, last_at, countable, good, min, max, sum, first, last, increase, area" as const;

/*
 * What is left of samples whose time to be kept is over: one row a series and hour (of UTC, by its
 * start `at`), over good samples. `first_at` and `last_at` are those of its first and last good
 * sample, so that what comes later of the same hour can be put to it exactly.
 */
export const HOUR_SCHEMA = `
  CREATE TABLE hour(
    series INTEGER NOT NULL, at INTEGER NOT NULL,
    first_at REAL, last_at REAL, countable INTEGER NOT NULL, good INTEGER NOT NULL,
    min REAL, max REAL, sum REAL, first REAL, last REAL, increase REAL, area REAL,
    PRIMARY KEY(series, at)) WITHOUT ROWID;`;

export const HOUR_MS = 3_600_000;

/** An hour as the walk over chunks wants it; its samples are the good ones. */
type Hour = Summary;

export class Hours {
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #within: Statement;
  readonly #before: Statement;
  readonly #remove: Statement;
  readonly #expire: Statement;
  readonly #series: Statement;

  constructor(database: Sqlite) {
    const marks = COLUMNS.replaceAll(/\w+/g, "?");
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM hour WHERE series = ? AND at = ?`);
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO hour(series, at, ${COLUMNS}) VALUES (?, ?, ${marks})`,
    );
    this.#within = database.prepare(
      `SELECT ${COLUMNS} FROM hour WHERE series = ? AND at >= ? AND at <= ? AND good > 0
       ORDER BY at`,
    );
    this.#before = database.prepare(
      "SELECT last FROM hour WHERE series = ? AND at <= ? AND good > 0 ORDER BY at DESC LIMIT 1",
    );
    this.#remove = database.prepare(
      "DELETE FROM hour WHERE series = ? AND at > ? AND at < ? AND last_at >= ? AND first_at < ?",
    );
    this.#expire = database.prepare("DELETE FROM hour WHERE series = ? AND at < ?");
    this.#series = database.prepare("SELECT DISTINCT series FROM hour");
  }

  /** Keeps what these samples come to, put to what was kept of their hours. */
  keep(series: number, run: Run): void {
    for (let from = 0; from < run.count; ) {
      const at = Math.floor((run.at[from] ?? 0) / HOUR_MS) * HOUR_MS;
      const to = run.rowAt(at + HOUR_MS);
      const known = this.#get.get(series, at);
      const more = hourOf(run, from, to);
      this.#write(series, at, known ? together(readHour(known), more) : more);
      from = to;
    }
  }

  /** Those that lie wholly in `[from, to)` and have something good. */
  within(series: number, from: number, to: number): Hour[] {
    return this.#within.all(series, from, to - HOUR_MS).map(readHour);
  }

  /** The last good value of hours that end before this, NaN where there is none. */
  valueBefore(series: number, at: number): number {
    return number(this.#before.get(series, at - HOUR_MS)?.[0]);
  }

  /** All hours with a sample in `[from, to)`: what is deleted may not live on in a sum. */
  remove(series: number, from: number, to: number): void {
    this.#remove.run(series, from - HOUR_MS, to, from, to);
  }

  expire(series: number, before: number): void {
    this.#expire.run(series, before);
  }

  series(): number[] {
    return this.#series.all().map(([one]) => Number(one));
  }

  #write(series: number, at: number, hour: Hour): void {
    const { firstAt, lastAt, countable, good, min, max, sum, first, last } = hour;
    const ends = [firstAt, lastAt, countable, good] as const;
    const values = [min, max, sum, first, last, hour.increase, hour.area] as const;
    this.#put.run(series, at, ...ends, ...values);
  }
}

function hourOf(run: Run, from: number, to: number): Hour {
  const isGood = (row: number) => isCountable(run, row) && run.quality[row] === QUALITY_BYTE.good;
  let [first, last] = [from, to - 1];
  while (first < last && !isGood(first)) first += 1;
  while (last > first && !isGood(last)) last -= 1;
  const rollup = rollupOf(run, from, to);
  return {
    ...rollup,
    firstAt: run.at[first] ?? 0,
    lastAt: run.at[last] ?? 0,
    samples: rollup.good,
  };
}

function readHour(row: SqlRow): Hour {
  return {
    firstAt: number(row[0]),
    lastAt: number(row[1]),
    samples: Number(row[3]),
    countable: Number(row[2]),
    good: Number(row[3]),
    min: number(row[4]),
    max: number(row[5]),
    sum: number(row[6]),
    first: number(row[7]),
    last: number(row[8]),
    increase: number(row[9]),
    area: number(row[10]),
  };
}

function number(value: SqlRow[number] | undefined): number {
  return typeof value === "number" ? value : Number.NaN;
}
