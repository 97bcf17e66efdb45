import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { THE_HOUSE } from "../domain/event.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { batchOf, ramp } from "../historian/tale.ts";
import { openJournal } from "../journal/journal.ts";
import { systemClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { openSqlite } from "../lib/sqlite.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { runCheck } from "./check.ts";

const data = mkdtempSync(join(tmpdir(), "fieldline-check-"));
after(() => rmSync(data, { recursive: true }));

const historian = await openEmbeddedHistorian(
  { folder: join(data, "history") },
  { log: silentLog },
);
assert.ok(historian.ok);
await historian.value.append(batchOf(ramp(100)));
await historian.value.outbox?.follow("above");
await historian.value.close();
const store = await openSqliteStore({ file: join(data, "fieldline.db") }, { log: silentLog });
assert.ok(store.ok);
const journal = await openJournal({ store: store.value, clock: systemClock });
for (const kind of ["one.event", "another.event", "third.event"]) {
  await journal.record({ actor: THE_HOUSE, kind, subject: "", detail: {} });
}
await store.value.close();
mkdirSync(join(data, "broker"));

async function check() {
  const [said, complained]: [string[], string[]] = [[], []];
  const io = {
    print: (line: string) => void said.push(line),
    complain: (line: string) => void complained.push(line),
    log: () => {},
    readInput: () => "",
    environment: {},
    onStop: () => {},
  };
  const code = await runCheck(["--data", data], io);
  return { code, said, complained };
}

const contents = () =>
  readdirSync(data, { recursive: true, encoding: "utf8" })
    .filter((name) => !/-shm$|-wal$|LOCK/.test(name) && statSync(join(data, name)).isFile())
    .map((name) => `${name} ${statSync(join(data, name)).mtimeMs}`);

test("a sound folder is sound, and left as it is", async () => {
  const before = contents();
  const { code, said, complained } = await check();
  assert.deepEqual(complained, []);
  assert.equal(code, 0);
  assert.match(
    said.join("\n"),
    /1 records in the log\n.*3 events in the journal\nall of it is sound/,
  );
  assert.deepEqual(contents(), before);
});

test("each damage is named, and does not hide the others", async () => {
  const database = openSqlite(join(data, "fieldline.db"));
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const [name] of triggers) database.exec(`DROP TRIGGER ${name}`);
  database.exec("UPDATE events SET kind = 'forged.event' WHERE sequence = 2");
  database.close();
  writeFileSync(join(data, "history", "outbox", "above.cur"), "torn");
  writeFileSync(join(data, "broker", "retained.jsonl"), "{}\nnot JSON\n");
  const history = openSqlite(join(data, "history", "history.db"));
  history.exec("INSERT INTO day(series, at, countable, good) VALUES (7, 0, 1, 1)");
  history.close();
  const { code, complained } = await check();
  assert.equal(code, 2);
  assert.deepEqual(
    complained.map((line) => line.replace(/(: [^:]*).*/, "$1")),
    [
      "history: series 7, day from 1970-01-01T00",
      "history: outbox/above.cur",
      "fieldline.db: the journal's chain is broken at event 2",
      "broker: retained.jsonl",
    ],
  );
});

test("a database that cannot be read does not keep the log from being read", async () => {
  writeFileSync(join(data, "history", "history.db"), "not a database".repeat(1_000));
  const { code, said, complained } = await check();
  assert.equal(code, 2);
  assert.match(complained[0] ?? "", /history.db cannot be read further/);
  assert.match(said[0] ?? "", /1 records in the log/);
});

test("a model that is missing beside its history is a fault", async () => {
  for (const end of ["", "-wal", "-shm"]) rmSync(join(data, `fieldline.db${end}`), { force: true });
  const { code, complained } = await check();
  assert.equal(code, 2);
  assert.match(complained.join("\n"), /^fieldline.db: is missing, with the model/m);
});
