import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { releaseMemory } from "./heap.ts";
import {
  isDiskFailure,
  isDiskFull,
  isLeftOpen,
  isMalformed,
  openSqlite,
  type Sqlite,
} from "./sqlite.ts";

function withDatabase(work: (database: Sqlite, file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "sqlite-"));
  const file = join(folder, "a.db");
  const database = openSqlite(file);
  try {
    work(database, file);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

test("a row comes back as it was put in, in the order of its columns", () => {
  withDatabase((database) => {
    database.exec("CREATE TABLE a(id INTEGER PRIMARY KEY, x REAL, s TEXT, b BLOB)");
    const put = database.prepare("INSERT INTO a(x, s, b) VALUES (?, ?, ?)");
    assert.equal(put.run(1.5, "one", new Uint8Array([1, 2])), 1);
    assert.equal(put.run(Number.NEGATIVE_INFINITY, null, null), 1);
    const [first, second] = database.prepare("SELECT id, x, s, b FROM a ORDER BY id").all();
    assert.deepEqual([...(first ?? [])].slice(0, 3), [1, 1.5, "one"]);
    assert.deepEqual([...(first?.[3] as Uint8Array)], [1, 2]);
    assert.equal(second?.[1], Number.NEGATIVE_INFINITY);
    assert.equal(database.prepare("SELECT id FROM a WHERE id = ?").get(9), undefined);
  });
});

test("what is read in a snapshot is of one moment, whoever writes meanwhile", () => {
  withDatabase((database, file) => {
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE a(x)");
    const other = openSqlite(file);
    const count = database.prepare("SELECT count(*) FROM a");
    const counted = database.snapshot(() => {
      const before = count.get();
      other.exec("INSERT INTO a VALUES (1)");
      return [before, count.get()];
    });
    assert.deepEqual(counted, [[0], [0]]);
    assert.throws(() => database.snapshot(() => assert.fail("in between")), /in between/);
    assert.deepEqual(count.get(), [1]);
    other.close();
  });
});

test("a transaction that throws leaves nothing behind", () => {
  withDatabase((database) => {
    database.exec("CREATE TABLE a(x)");
    const put = database.prepare("INSERT INTO a VALUES (?)");
    assert.throws(() =>
      database.transaction(() => {
        put.run(1);
        throw new Error("half-way");
      }),
    );
    assert.equal(
      database.transaction(() => put.run(2)),
      1,
    );
    assert.deepEqual(database.prepare("SELECT x FROM a").all(), [[2]]);
  });
});

test("two connections see each other's finished work", () => {
  withDatabase((database, file) => {
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE a(x); INSERT INTO a VALUES (7)");
    const other = openSqlite(file, { readOnly: true });
    assert.deepEqual(other.prepare("SELECT x FROM a").get(), [7]);
    assert.throws(() => other.exec("DELETE FROM a"));
    other.close();
  });
});

test("a closed file is whole without its log", () => {
  withDatabase((_database, file) => {
    const other = openSqlite(`${file}.other`);
    other.exec("PRAGMA journal_mode = WAL; CREATE TABLE a(x)");
    other.prepare("INSERT INTO a VALUES (?)").run(7);
    other.close();
    copyFileSync(`${file}.other`, `${file}.copy`);
    const copy = openSqlite(`${file}.copy`);
    assert.deepEqual(copy.prepare("SELECT x FROM a").all(), [[7]]);
    copy.close();
  });
});

test("a closed connection lets go of its file when its statements are garbage, whoever has them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sqlite-"));
  const file = join(folder, "a.db");
  const database = openSqlite(file);
  database.exec("CREATE TABLE a(x); INSERT INTO a VALUES (7)");
  const read = database.prepare("SELECT x FROM a");
  assert.deepEqual(read.get(), [7]);
  assert.equal(isLeftOpen(file), false, "it is open, not left open");
  database.close();
  assert.equal(isLeftOpen(file), true);
  await nextTurn();
  releaseMemory();
  await nextTurn();
  assert.equal(isLeftOpen(file), false);
  assert.throws(() => read.get(), /open/);
  rmSync(folder, { recursive: true });
});

/** In each way that a statement can be run; none of the pages is in memory. */
function metBy(file: string): unknown[] {
  const reader = openSqlite(file, { keepsLog: true });
  const met: unknown[] = [];
  const asked = [
    () => reader.prepare("SELECT b FROM a").all(),
    () => reader.prepare("SELECT sum(length(b)) FROM a").get(),
    () => reader.prepare("UPDATE a SET b = zeroblob(10)").run(),
    () => reader.exec("DELETE FROM a WHERE length(b) > 7"),
  ];
  for (const ask of asked) {
    try {
      met.push(ask());
    } catch (reason) {
      met.push(reason);
    }
  }
  reader.leave();
  return met;
}

const BLOBS = `CREATE TABLE a(b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
  LIMIT 100) INSERT INTO a SELECT zeroblob(1000) FROM n`;

test("a disk that cannot be read is known as one, however the statement was run", () => {
  withDatabase((database, file) => {
    database.exec(`PRAGMA journal_mode = WAL; ${BLOBS}`);
    truncateSync(`${file}-wal`, 40_000);
    assert.deepEqual(metBy(file).map(isDiskFailure), [true, true, true, true]);
    assert.deepEqual(metBy(file).map(isMalformed), [false, false, false, false]);
  });
});

test("a disk that is full is known as one, however the statement was run", () => {
  withDatabase((database) => {
    database.exec("CREATE TABLE a(b); PRAGMA max_page_count = 2");
    const insert = "INSERT INTO a VALUES (zeroblob(100000))";
    const returning = database.prepare(`${insert} RETURNING rowid`);
    const ways = [
      () => returning.all(),
      () => returning.get(),
      () => database.prepare(insert).run(),
      () => database.exec(insert),
    ];
    for (const way of ways) {
      assert.throws(way, (reason) => isDiskFull(reason) && !isDiskFailure(reason));
    }
  });
});

test("pages that are not what was written are known as such, and not as a disk that fails", () => {
  withDatabase((database, file) => {
    database.exec(`PRAGMA page_size = 4096; ${BLOBS}`);
    const other = `${file}.other`;
    writeFileSync(other, readFileSync(file).fill(7, 4_096));
    assert.deepEqual(metBy(other).map(isMalformed), [true, true, true, true]);
    assert.deepEqual(metBy(other).map(isDiskFailure), [false, false, false, false]);
  });
});
