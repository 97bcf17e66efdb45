import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chances } from "./chance.ts";
import { openSqlite, type Sqlite, type SqlRow, type SqlValue } from "./sqlite.ts";
import { SqlitePages } from "./sqlite-pages.ts";

/*
 * Tables with rows of all kinds, one with numbers of rows and an index, one that is its own: what
 * is read without SQLite is what SQLite reads.
 */

const TABLES = `
  CREATE TABLE numbered(id INTEGER PRIMARY KEY, a, b, c);
  CREATE TABLE own(k TEXT, n INTEGER, v, PRIMARY KEY(k, n)) WITHOUT ROWID;
  CREATE INDEX by_a ON numbered(a) WHERE id > 0;`;
const OF_TABLES = { numbered: "SELECT id, a, b, c FROM numbered", own: "SELECT k, n, v FROM own" };
type Table = keyof typeof OF_TABLES;
const ROWS = 200;
/** Every so many of the pages is damaged once. */
const STEP = 29;

type Written = Readonly<Record<Table, readonly SqlRow[]>>;
type Wishes = { readonly pageSize?: number; readonly hasMap?: boolean };

async function inFolder(work: (folder: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-pages-"));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function make(file: string, chance: () => number, wishes: Wishes = {}): Sqlite {
  const { pageSize = 1_024, hasMap = true } = wishes;
  const database = openSqlite(file, { keepsLog: true });
  database.exec(`PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = ${hasMap ? 2 : 0};
    PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; ${TABLES}`);
  database.transaction(() => fill(database, chance, ROWS));
  database.transaction(() => {
    database.exec("DELETE FROM numbered WHERE id % 3 = 0; DELETE FROM own WHERE n % 4 = 0");
    fill(database, chance, ROWS / 10);
  });
  return database;
}

function fill(database: Sqlite, chance: () => number, rows: number): void {
  const numbered = database.prepare("INSERT OR REPLACE INTO numbered VALUES (?, ?, ?, ?)");
  const own = database.prepare("INSERT OR REPLACE INTO own VALUES (?, ?, ?)");
  for (let row = 0; row < rows; row += 1) {
    const values = [valueBy(chance), valueBy(chance), valueBy(chance)];
    numbered.run(Math.floor((chance() - 0.3) * 2 ** (chance() * 50)), ...values);
    own.run(`é${chance()}`, Math.floor(chance() * 1e6), valueBy(chance));
  }
}

/** Of every kind that SQLite has, whole numbers of every length; some take several pages. */
function valueBy(chance: () => number): SqlValue {
  const kind = Math.floor(chance() * 7);
  const whole = Math.floor((chance() - 0.5) * 2 ** Math.floor(chance() * 54));
  const length = Math.floor(chance() ** 8 * 20_000);
  const values = [null, Math.floor(chance() * 2), whole, chance() * 1e300, chance() - 0.5];
  if (kind < values.length) return values[kind] ?? null;
  return kind === 5 ? "aä€".repeat(length / 6) : new Uint8Array(length).fill(chance() * 256);
}

function writtenIn(database: Sqlite): Written {
  const [numbered, own] = [OF_TABLES.numbered, OF_TABLES.own].map((sql) =>
    database.prepare(sql).all(),
  );
  return { numbered: sorted(numbered ?? []), own: sorted(own ?? []) };
}

type Read = Written & { readonly cut: number; readonly lost: readonly number[] };

/** Rows are known by how many values they have, for nothing else may say whose they are. */
function readIn(file: string, pageSize = 1_024): Read {
  const pages = new SqlitePages(file, pageSize, true);
  const rows = [...pages.all()].flatMap((page) => page.rows);
  pages.close();
  const whole = rows.filter(({ isWhole }) => isWhole);
  const [numbered, own] = [4, 3].map((columns) =>
    whole.filter(({ values }) => values.length === columns),
  );
  return {
    numbered: sorted((numbered ?? []).map(({ id, values }) => [id, ...values.slice(1)])),
    own: sorted((own ?? []).map(({ values }) => values)),
    cut: rows.length - whole.length,
    lost: pages.lost.map(({ number }) => number),
  };
}

/** An order in which no two are the same: by the key. */
function sorted(rows: readonly SqlRow[]): SqlRow[] {
  const keyed = rows.map((row) => [`${row[0]} ${row[1]}`, row] as const);
  return keyed.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

const KINDS: Record<string, Wishes> = {
  "of 512 bytes": { pageSize: 512 },
  "of 8,192 bytes": { pageSize: 8_192 },
  "without a map": { hasMap: false },
};

for (const [kind, wishes] of Object.entries(KINDS)) {
  test(`pages ${kind} are read as SQLite reads them, in the log and in the file`, () =>
    inFolder((folder) => {
      const file = join(folder, "one.db");
      const database = make(file, chances(1), wishes);
      const written = writtenIn(database);
      assert.ok(written.numbered.length > ROWS / 2 && written.own.length > ROWS / 2);
      const whole = { ...written, cut: 0, lost: [] };
      assert.deepEqual(readIn(file, wishes.pageSize), whole);
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      assert.deepEqual(readIn(file, wishes.pageSize), whole);
      database.close();
    }));
}

test("the names of tables are known by the pages that they begin on", () =>
  inFolder((folder) => {
    const file = join(folder, "one.db");
    const database = make(file, chances(6));
    const pages = new SqlitePages(file, 1_024, true);
    const roots = database.prepare("SELECT rootpage, name FROM sqlite_schema").all();
    assert.deepEqual([...pages.names()], roots);
    const ofRows = [...pages.all()].filter(({ rows }) => rows.length > 0);
    const found = new Set(ofRows.map(({ root }) => pages.names().get(root ?? 0)));
    assert.deepEqual([...found].sort(), ["by_a", "numbered", "own"]);
    pages.close();
    database.close();
  }));

test("of the log what was committed counts, and nothing of what was before it began anew", () =>
  inFolder((folder) => {
    const [file, copy] = [join(folder, "one.db"), join(folder, "copy.db")];
    const chance = chances(2);
    const database = make(file, chance);
    database.exec("PRAGMA wal_checkpoint(RESTART); DELETE FROM numbered WHERE id % 5 = 0");
    const written = writtenIn(database);
    database.exec("PRAGMA cache_size = 2; BEGIN");
    fill(database, chance, ROWS);
    for (const more of ["", "-wal"]) copyFileSync(`${file}${more}`, `${copy}${more}`);
    database.exec("ROLLBACK");
    database.close();
    assert.deepEqual(readIn(copy), { ...written, cut: 0, lost: [] });
    const again = openSqlite(copy);
    assert.deepEqual(writtenIn(again), written, "SQLite takes the same for committed");
    again.close();
  }));

test("a frame of the log that has changed ends it, as it does for SQLite", () =>
  inFolder((folder) => {
    const [file, copy] = [join(folder, "one.db"), join(folder, "copy.db")];
    make(file, chances(3)).leave();
    const log = readFileSync(`${file}-wal`);
    const at = Math.floor(log.length * 0.9);
    log[at] = 0xff ^ (log[at] ?? 0);
    copyFileSync(file, copy);
    writeFileSync(`${copy}-wal`, log);
    const read = readIn(copy);
    const database = openSqlite(copy);
    assert.deepEqual(read, { ...writtenIn(database), cut: 0, lost: [] });
    database.close();
  }));

/** What becomes of a page. */
const WAYS: Record<string, (page: Buffer, chance: () => number) => void> = {
  "is zeroed": (page) => void page.fill(0),
  "is noise": (page, chance) => void page.set(page.map(() => chance() * 256)),
};

for (const [way, spoil] of Object.entries(WAYS)) {
  test(`where a page ${way}, all is read but its own rows`, () =>
    inFolder((folder) => {
      const [file, copy] = [join(folder, "one.db"), join(folder, "copy.db")];
      const chance = chances(4);
      const database = make(file, chance);
      const written = writtenIn(database);
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      database.close();
      const bytes = readFileSync(file);
      const rows = rowsOf(file);
      for (let number = 1; number <= bytes.length / 1_024; number += STEP) {
        const spoilt = Buffer.from(bytes);
        spoil(spoilt.subarray((number - 1) * 1_024, number * 1_024), chance);
        writeFileSync(copy, spoilt);
        assertAllBut(readIn(copy), written, rows.get(number) ?? 0, `page ${number}`);
      }
    }));
}

test("of a file that was cut off what is in the rest is read", () =>
  inFolder((folder) => {
    const [file, copy] = [join(folder, "one.db"), join(folder, "copy.db")];
    const database = make(file, chances(5));
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    const bytes = readFileSync(file);
    const pages = bytes.length / 1_024;
    let before = -1;
    for (let number = 1; number <= pages; number += STEP) {
      writeFileSync(copy, bytes.subarray(0, number * 1_024 - 100));
      const { numbered, own, lost } = readIn(copy);
      assert.ok(lost.length > 0 || number > pages / 2, `page ${number}`);
      const rows = numbered.length + own.length;
      assert.ok(rows >= before, `page ${number}`);
      before = rows;
    }
    assert.ok(before > ROWS, "of nearly all of it");
  }));

/** How many rows there are on each page that is in use. */
function rowsOf(file: string): Map<number, number> {
  const pages = new SqlitePages(file, 1_024, false);
  const rows = new Map([...pages.all()].map((page) => [page.number, page.rows.length]));
  pages.close();
  return rows;
}

/** A page that a row goes on in takes that one row along. */
function assertAllBut(read: Read, written: Written, rows: number, why: string): void {
  let missing = 0;
  for (const table of ["numbered", "own"] as const) {
    const all = new Map(written[table].map((row) => [`${row[0]} ${row[1]}`, row]));
    const whole = read[table].filter((row) => isSame(row, all.get(`${row[0]} ${row[1]}`)));
    missing += all.size - new Set(whole).size;
    assert.ok(read[table].length - whole.length <= 1, `${why}: what was never written`);
  }
  assert.ok(missing <= Math.max(1, rows), `${why}: ${missing} are missing of ${rows}`);
  if (rows > 0) assert.ok(read.lost.length > 0, why);
}

function isSame(row: SqlRow, other: SqlRow | undefined): boolean {
  return other !== undefined && JSON.stringify(row) === JSON.stringify(other);
}
