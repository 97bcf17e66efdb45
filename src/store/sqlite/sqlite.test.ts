import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AssetId, Timestamp } from "../../domain/brand.ts";
import { PLAIN_ASSET } from "../../domain/model.ts";
import type { Problem } from "../../domain/problem.ts";
import { silentLog } from "../../lib/log.ts";
import type { Outcome } from "../../lib/outcome.ts";
import { openSqlite, type Sqlite } from "../../lib/sqlite.ts";
import type { Store } from "../store.ts";
import { migrate, readMigrations, schemaVersion } from "./migrate.ts";
import { DURABLE, openSqliteStore } from "./sqlite.ts";
import { sqlName, TABLES } from "./table.ts";

test("migrations are numbered from 1 without holes", () => {
  const versions = readMigrations().map(({ version }) => version);
  assert.deepEqual(
    versions,
    versions.map((_, index) => index + 1),
  );
});

test("the tables in SQL are those that the shelves describe", (context) => {
  const { database } = scene(context);
  migrate(database, readMigrations());
  const tables = column(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1");
  const shelves = Object.keys(TABLES).map(sqlName);
  assert.deepEqual(tables, [...shelves, "series_given"].toSorted());
  for (const [name, { key, columns }] of Object.entries(TABLES)) {
    const info = database.prepare(`PRAGMA table_info (${sqlName(name)})`).all();
    assert.deepEqual(
      info.map((row) => row[1]).toSorted(),
      Object.keys(columns).map(sqlName).toSorted(),
    );
    const keyed = info
      .filter((row) => Number(row[5]) > 0)
      .toSorted((a, b) => Number(a[5]) - Number(b[5]));
    assert.deepEqual(
      keyed.map((row) => row[1]),
      key.map(sqlName),
    );
  }
});

test("a commit is on the disk before it settles, and references are checked", (context) => {
  const { database } = scene(context);
  database.exec(DURABLE);
  assert.deepEqual(column(database, "PRAGMA journal_mode"), ["wal"]);
  assert.deepEqual(column(database, "PRAGMA synchronous"), [2]);
  assert.deepEqual(column(database, "PRAGMA foreign_keys"), [1]);
});

test("a migration cut at any statement leaves the old schema, and works the next time", (context) => {
  const [first] = readMigrations();
  assert.ok(first);
  const statements = statementsOf(first.sql);
  assert.ok(statements.length > 30);
  const { database: migrated } = scene(context);
  migrate(migrated, [first]);
  for (const [index] of statements.entries()) {
    const { database } = scene(context);
    const begun = statements.slice(0, index).join("\n");
    const cut = { version: 1, sql: `${begun}\nSELECT no_such_function();` };
    assert.throws(() => migrate(database, [cut]), /no_such_function/);
    assert.deepEqual(schemaOf(database), [0]);
    migrate(database, [first]);
    assert.deepEqual(schemaOf(database), schemaOf(migrated));
  }
});

test("killed in the middle of a migration, the files hold the old schema", (context) => {
  const [first] = readMigrations();
  const statements = statementsOf(first?.sql ?? "");
  const { database, folder, file } = scene(context);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA cache_size = 1; BEGIN");
  for (const [index, statement] of statements.entries()) {
    database.exec(statement);
    const image = join(folder, `image-${index}`);
    mkdirSync(image);
    for (const ending of ["", "-wal"])
      copyFileSync(file + ending, join(image, `store.db${ending}`));
    const found = openSqlite(join(image, "store.db"));
    assert.deepEqual(schemaOf(found), [0]);
    found.close();
  }
  database.exec("COMMIT");
});

test("a file of an older schema is taken to the newest, its rows kept", async (context) => {
  const { database, file } = scene(context);
  const migrations = readMigrations();
  migrate(database, migrations.slice(0, 1));
  database.exec("INSERT INTO settings (name, value) VALUES ('kept', '{\"yes\":true}')");
  migrate(database, [
    ...migrations,
    { version: 9_999, sql: "CREATE TABLE later (id TEXT) STRICT;" },
  ]);
  assert.equal(schemaVersion(database), 9_999);
  assert.deepEqual(column(database, "SELECT name FROM settings"), ["kept"]);
  assert.equal(codeOf(await opened(file)), "folder_newer");
});

test("variables of a file of before 0008 are early, in their order", (context) => {
  const { database } = scene(context);
  const migrations = readMigrations();
  migrate(database, migrations.slice(0, 4));
  const kept = [
    { name: "b", dataType: "integer", unit: "Wh", range: [0, 1.5] },
    { name: "a", dataType: "boolean" },
  ];
  const row = database.prepare("INSERT INTO aspect_types (id, name, variables) VALUES (?, 'x', ?)");
  row.run("acme.E", JSON.stringify(kept));
  row.run("acme.None", "[]");
  migrate(database, migrations);
  const variables = column(database, "SELECT variables FROM aspect_types ORDER BY id");
  assert.deepEqual(
    variables.map((json) => JSON.parse(String(json))),
    [kept.map((variable) => ({ ...variable, isEarly: true })), []],
  );
});

test("a newer Fieldline's file is refused with what to do, and stays as it is", async (context) => {
  const { file, folder } = scene(context);
  await (await stored(file)).close();
  inDatabase(file, (database) => database.exec("PRAGMA user_version = 99"));
  const before = contentsOf(folder);
  const refused = await opened(file);
  assert.equal(codeOf(refused), "folder_newer");
  assert.match(
    detailOf(refused),
    new RegExp(`schema 99.*knows ${readMigrations().length}.*restore`, "s"),
  );
  assert.deepEqual(contentsOf(folder), before);
});

test("what is not our database is refused and stays as it is", async (context) => {
  const { file, folder } = scene(context);
  const wrongs: (() => void)[] = [
    () =>
      writeFileSync(file, "this is a text, and long enough to be taken for a header ".repeat(99)),
    () => inDatabase(file, (database) => database.exec("CREATE TABLE theirs (id TEXT)")),
    () => mkdirSync(file),
  ];
  for (const wrong of wrongs) {
    rmSync(file, { recursive: true, force: true });
    wrong();
    const before = contentsOf(folder);
    const refused = await opened(file);
    assert.equal(codeOf(refused), "folder_unreadable");
    assert.match(detailOf(refused), /Nothing was changed/);
    assert.deepEqual(contentsOf(folder), before);
  }
  assert.equal(codeOf(await opened(join(folder, "missing", "store.db"))), "folder_unreadable");
});

test("a damaged file is refused and stays as it is", async (context) => {
  const { file, folder } = scene(context);
  const store = await stored(file);
  for (let index = 0; index < 500; index += 1) await store.settings.put(setting(`name ${index}`));
  await store.close();
  const whole = readFileSync(file);
  for (let page = 1; page < whole.length / 4096; page += 7) {
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, page * 4096, page * 4096 + 512);
    writeFileSync(file, damaged);
    const before = contentsOf(folder);
    assert.equal(codeOf(await opened(file)), "folder_unreadable", `page ${page}`);
    assert.deepEqual(contentsOf(folder), before);
  }
  writeFileSync(file, whole.subarray(0, whole.length / 2));
  assert.equal(codeOf(await opened(file)), "folder_unreadable");
});

test("nobody but the owner may read the files", async (context) => {
  const { file, folder } = scene(context);
  const store = await stored(file);
  await store.settings.put(setting("a"));
  for (const name of readdirSync(folder))
    assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
  await store.close();
});

test("two processes may use one file: a tool of ours and the server", async (context) => {
  const { file } = scene(context);
  const [server, tool] = [await stored(file), await stored(file)];
  await server.settings.put(setting("server"));
  await tool.together(() => tool.settings.put(setting("tool")));
  assert.equal(await server.settings.count(), 2);
  const numbers = [await server.newSeries(1), await tool.newSeries(1), await server.newSeries(1)];
  assert.deepEqual(numbers.flat(), [1, 2, 3]);
  await tool.close();
  await server.settings.put(setting("later"));
  await server.close();
});

test("where a change fails half-way inside a whole, the whole can still go on or be undone", async (context) => {
  const { file } = scene(context);
  const store = await stored(file);
  await store.together(async () => {
    await store.settings.put(setting("kept"));
    await assert.rejects(
      store.settings.put(setting("not kept"), JSON.parse('{"name":"no value"}')),
    );
  });
  assert.deepEqual(
    (await store.settings.find()).map(({ name }) => name),
    ["kept"],
  );
  const orphan = { ...asset("1"), parentId: "nobody" as AssetId };
  await assert.rejects(
    store.together(() => store.assets.put(orphan)),
    /FOREIGN KEY/,
  );
  await store.assets.put(asset("2"));
  assert.equal(await store.assets.count(), 1);
  await store.close();
});

test("where SQLite itself undoes a whole, as on a full disk, nothing of it is kept", async (context) => {
  const { file } = scene(context);
  const store = await stored(file);
  inDatabase(file, (database) =>
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON settings WHEN NEW.name = 'last straw'
      BEGIN SELECT RAISE (ROLLBACK, 'the disk is full'); END`),
  );
  const whole = store.together(async () => {
    await store.settings.put(setting("before"));
    await assert.rejects(store.settings.put(setting("last straw")), /full/);
    await assert.rejects(store.settings.put(setting("after")), /nothing more is written/);
  });
  await assert.rejects(whole, /nothing to keep/);
  assert.equal(await store.settings.count(), 0);
  await store.settings.put(setting("next"));
  assert.equal(await store.settings.count(), 1);
  await store.close();
});

function scene(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-sqlite-"));
  const file = join(folder, "store.db");
  let database: Sqlite | undefined;
  context.after(() => {
    database?.close();
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    file,
    get database() {
      database ??= openSqlite(file);
      return database;
    },
  };
}

/** In the migration an empty line ends a statement. */
function statementsOf(sql: string): readonly string[] {
  return sql
    .split(/;\n\n|;\n$/)
    .filter((text) => text.trim() !== "")
    .map((text) => `${text};`);
}

/** The version, and everything that the schema has. */
function schemaOf(database: Sqlite): readonly unknown[] {
  return [schemaVersion(database), ...column(database, "SELECT name FROM sqlite_schema")];
}

function column(database: Sqlite, sql: string): readonly unknown[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => row[0]);
}

function inDatabase(file: string, work: (database: Sqlite) => void): void {
  const database = openSqlite(file);
  work(database);
  database.close();
}

/** What the files hold; reading may lay an empty log and an index of it beside the database. */
function contentsOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith("-shm"));
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).size > 0);
  return new Map(
    files.filter((path) => statSync(path).isFile()).map((path) => [path, digest(path)]),
  );
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function opened(file: string): Promise<Outcome<Store, Problem>> {
  return openSqliteStore({ file }, { log: silentLog });
}

async function stored(file: string): Promise<Store> {
  const store = await opened(file);
  assert.ok(store.ok);
  return store.value;
}

function codeOf(outcome: Outcome<unknown, Problem>): string | undefined {
  return outcome.ok ? undefined : outcome.problem.code;
}

function detailOf(outcome: Outcome<unknown, Problem>): string {
  return outcome.ok ? "" : outcome.problem.detail;
}

function setting(name: string) {
  return { name, value: { text: "x".repeat(200) } };
}

function asset(id: string) {
  const createdAt = 1_767_225_600_000 as Timestamp;
  return { ...PLAIN_ASSET, id: id as AssetId, parentId: null, typeId: "t", name: id, createdAt };
}
