import { type Problem, problem } from "../../../domain/problem.ts";
import { failure, type Outcome, success } from "../../../lib/outcome.ts";
import type { Sqlite } from "../../../lib/sqlite.ts";
import { tableOf } from "../day/day-table.ts";
import { encodeHours } from "../day/hours.ts";
import { dayOf, type Tier } from "../day/tier.ts";

/*
 * history.db, a database of SQLite:
 *
 *   chunk     samples that follow each other, of one series; chunks of a series never overlap in
 *             time. `data`: see chunk.ts; it begins with what they come to, which is read without
 *             the rest. Before version 6 that was in columns, from `countable` to `area`, where
 *             NULL stands for NaN; a count of -1 says that it is not. The newest of a series, as
 *             long as it grows, has the id -1 - series. It is found by that and not in the index:
 *             to let it grow changes one page, and leaves no holes among those that stay.
 *   damaged   chunks that could not be read any more, put aside as they were
 *   day       what days and their hours come to, and
 *   horizon   up to when raw samples of a series were let go: see days.ts
 *   policy    how long series are kept that do not follow the house: see policies.ts
 *   total     samples in chunks; the last record of the log that is in them; the newest time; how
 *             often samples were taken out; the last record that the log had when it was closed;
 *             which folder this is, see folder-id.ts
 *   again     the same once more, see totals.ts
 *
 * `user_version` is that of this description. 2 added hours, policies and the place for damaged
 * chunks, 3 the kind `integer` of values, 4 days in the place of hours, 5 what a day comes to over
 * samples of all qualities, 6 what chunks come to at their heads, 7 chunks that grow in pieces and
 * are not in the index, 8 what a day comes to in one column, 9 blocks within chunks, 10 a bit of a
 * quality that says that its sample was told afterwards (`PAST`), 11 totals that are written twice.
 */
export const HISTORY_VERSION = 11;

const CHUNK = `
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    samples INTEGER NOT NULL, countable INTEGER NOT NULL, good INTEGER NOT NULL,
    min REAL, max REAL, sum REAL, first REAL, last REAL, increase REAL, area REAL,
    data BLOB NOT NULL`;
const CHUNKS = `
  CREATE TABLE chunk(${CHUNK});
  CREATE TABLE total(name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;`;
const INDEX = `
  DROP INDEX IF EXISTS chunk_summary;
  CREATE INDEX IF NOT EXISTS chunk_full ON chunk(series, first_at) WHERE id > 0;`;
/** The first folders of version 1 have no place for damaged chunks. */
const DAMAGED = `CREATE TABLE IF NOT EXISTS damaged(${CHUNK});`;
const SUMS = `
    first_at REAL, last_at REAL, countable INTEGER NOT NULL, good INTEGER NOT NULL,
    min REAL, max REAL, sum REAL, first REAL, last REAL, increase REAL, area REAL`;
const DAYS = `
  CREATE TABLE day(series INTEGER NOT NULL, at INTEGER NOT NULL, ${SUMS},
    hours BLOB, every BLOB, sums BLOB, PRIMARY KEY(series, at)) WITHOUT ROWID;
  CREATE TABLE horizon(series INTEGER PRIMARY KEY, at REAL NOT NULL);`;
const POLICIES = `
  CREATE TABLE policy(series INTEGER PRIMARY KEY, raw_ms REAL, hourly_ms REAL, daily_ms REAL);`;

const AGAIN = `
  CREATE TABLE IF NOT EXISTS again(
    name TEXT PRIMARY KEY, value REAL NOT NULL, copy REAL) WITHOUT ROWID;
  INSERT OR REPLACE INTO again(name, value) SELECT name, value FROM total;`;

/** They hold two chunks of a thousand. */
export const PAGE_BYTES = 8_192;
/** Space can be given back to the disk one day; and each page says what it is for (salvage.ts). */
const NEW_DATABASE = `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL;`;

/**
 * Commits do not sync: the engine syncs the write-ahead log before it lets go of the samples in our
 * own log, and makes checkpoints where nobody waits for them.
 */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA fullfsync = 1;
  PRAGMA checkpoint_fullfsync = 1;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA temp_store = MEMORY;`;
const PAGES_KIB = 8_000;

/** Makes the tables where there are none yet, or brings older ones up to date. */
export function prepareDatabase(
  database: Sqlite,
  pagesKib: number = PAGES_KIB,
): Outcome<void, Problem> {
  const version = versionOf(database);
  if (!version.ok) return version;
  if (version.value === 0) database.exec(NEW_DATABASE);
  database.exec(`${SETTINGS} PRAGMA cache_size = -${pagesKib}`);
  if (version.value < HISTORY_VERSION) {
    database.transaction(() => bringUp(database, version.value));
  }
  return success(undefined);
}

/** Which form the database has: 0, none yet. */
export function versionOf(database: Sqlite): Outcome<number, Problem> {
  const version = Number(database.prepare("PRAGMA user_version").get()?.[0]);
  if (version <= HISTORY_VERSION) return success(version);
  const ours = `this Fieldline reads up to ${HISTORY_VERSION}`;
  return failure(problem("folder_newer", `its history is of version ${version}, ${ours}`));
}

function bringUp(database: Sqlite, version: number): void {
  if (version === 0) database.exec(CHUNKS);
  if (version === 4) database.exec("ALTER TABLE day ADD COLUMN every BLOB");
  if (version < 4) bringDays(database, version);
  else if (version < 8) database.exec("ALTER TABLE day ADD COLUMN sums BLOB");
  database.exec(INDEX);
  database.exec(AGAIN);
  database.exec(`PRAGMA user_version = ${HISTORY_VERSION}`);
}

function bringDays(database: Sqlite, version: number): void {
  if (version < 2) database.exec(`${DAMAGED} ${POLICIES}`);
  else database.exec("ALTER TABLE policy ADD COLUMN daily_ms REAL");
  database.exec(DAYS);
  if (version >= 2) moveHours(database);
}

/** Versions 2 and 3 had a row for each hour whose raw samples had gone. */
function moveHours(database: Sqlite): void {
  const columns = "first_at, last_at, countable, good, min, max, sum, first, last, increase, area";
  const hours = database.prepare(`SELECT at, ${columns} FROM hour WHERE series = ? ORDER BY at`);
  const marks = columns.replaceAll(/\w+/g, "?");
  const put = database.prepare(
    `INSERT INTO day(series, at, ${columns}, hours) VALUES (?, ?, ${marks}, ?)`,
  );
  for (const [series = 0] of database.prepare("SELECT DISTINCT series FROM hour").all()) {
    const days = new Map<number, Tier[]>();
    for (const row of hours.all(series)) {
      const [at = 0, firstAt = 0, lastAt = 0, countable = 0, good = 0, ...values] = row.map(
        (one) => (one === null ? Number.NaN : Number(one)),
      );
      const [min = 0, max = 0, sum = 0, first = 0, last = 0, increase = 0, area = 0] = values;
      const counts = { samples: good, countable, good };
      const hour = { at, firstAt, lastAt, ...counts, min, max, sum, first, last, increase, area };
      days.set(dayOf(at), [...(days.get(dayOf(at)) ?? []), hour]);
    }
    for (const [at, own] of days) {
      const table = tableOf(own);
      const day = table.tiers().good;
      const ends = [day.firstAt, day.lastAt, day.countable, day.good];
      const values = [day.min, day.max, day.sum, day.first, day.last, day.increase, day.area];
      put.run(series, at, ...ends, ...values, encodeHours(table));
    }
  }
  database.exec(`INSERT INTO horizon SELECT series, max(last_at) FROM hour GROUP BY series;
    DROP TABLE hour;`);
}
