import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { NewEvent } from "../domain/event.ts";
import { TestClock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import { silentLog } from "../lib/log.ts";
import { openSqlite } from "../lib/sqlite.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Journal, openJournal } from "./journal.ts";

const UNLOCKED = "DROP TRIGGER events_stay_as_they_are; DROP TRIGGER events_stay;";

test("events are numbered from 1 without holes and carry when they happened", async (context) => {
  const { journal, clock } = await opened(context);
  const first = await journal.record(event("house.started"));
  clock.advance(1_500);
  const second = await journal.record(event("agent.created", { name: "gateway 1" }));
  assert.deepEqual([first.sequence, second.sequence], [1, 2]);
  assert.equal(second.at - first.at, 1_500);
  assert.deepEqual(await journal.list({}), [first, second]);
  assert.deepEqual(await journal.list({ descending: true, limit: 1 }), [second]);
  assert.deepEqual(await journal.list({ where: { kind: "house.started" } }), [first]);
});

test("events recorded side by side keep their order, and the chain holds", async (context) => {
  const { journal } = await opened(context);
  const wanted = Array.from({ length: 50 }, (_, index) => `test.${index}`);
  await Promise.all(wanted.map((kind) => journal.record(event(kind))));
  const found = await journal.list({});
  assert.deepEqual(
    found.map(({ kind }) => kind),
    wanted,
  );
  assert.deepEqual(await journal.verify(), { events: 50, brokenAt: null });
});

test("the chain goes on after a restart", async (context) => {
  const { journal, reopen } = await opened(context);
  await journal.record(event("house.started"));
  const again = (await reopen()).journal;
  assert.equal((await again.record(event("house.started"))).sequence, 2);
  assert.deepEqual(await again.verify(), { events: 2, brokenAt: null });
});

test("an event that is a part of a failing whole leaves no hole", async (context) => {
  const { journal, store } = await opened(context);
  const failing = store.together(async () => {
    await Promise.all([journal.record(event("a.b")), journal.record(event("a.c"))]);
    throw new Error("undone");
  });
  await assert.rejects(failing, /undone/);
  assert.equal((await journal.record(event("a.d"))).sequence, 1);
  assert.deepEqual(await journal.verify(), { events: 1, brokenAt: null });
});

test("a changed row is found and named, whatever was changed in it", async (context) => {
  const changes = [
    "at = at + 1",
    `actor = json_set(actor, '$.name', 'Eve')`,
    "kind = 'command.confirmed'",
    "subject = 'device:2'",
    `detail = '{"colors":["#00ff00"]}'`,
    `hash = '${"0".repeat(64)}'`,
  ];
  for (const change of changes) {
    const { journal, outside } = await opened(context, 5);
    outside(`${UNLOCKED} UPDATE events SET ${change} WHERE sequence = 3;`);
    assert.deepEqual(await journal.verify(), { events: 2, brokenAt: 3 }, change);
  }
});

test("a missing row is found, in the middle, at the start and at the end", async (context) => {
  for (const missing of [1, 3, 5]) {
    const { journal, outside } = await opened(context, 5);
    outside(`${UNLOCKED} DELETE FROM events WHERE sequence = ${missing};`);
    assert.deepEqual(await journal.verify(), { events: missing - 1, brokenAt: missing });
  }
  const { journal, outside } = await opened(context, 5);
  outside(`${UNLOCKED} DELETE FROM events;`);
  assert.deepEqual(await journal.verify(), { events: 0, brokenAt: 1 });
});

test("after a row went missing the journal goes on, and still says where", async (context) => {
  const { journal, outside } = await opened(context, 5);
  outside(`${UNLOCKED} DELETE FROM events WHERE sequence = 5;`);
  assert.equal((await journal.record(event("house.started"))).sequence, 6);
  assert.equal((await journal.verify()).brokenAt, 5);
});

test("an event that another program wrote is found", async (context) => {
  const { journal, outside } = await opened(context, 2);
  outside(
    "INSERT INTO events SELECT 3, at, actor, kind, subject, detail, hash FROM events LIMIT 1;",
  );
  assert.equal((await journal.verify()).brokenAt, 3);
});

test("the database itself refuses to change or to remove an event", async (context) => {
  const { outside } = await opened(context, 2);
  assert.throws(() => outside("UPDATE events SET kind = 'other'"), /append-only/);
  assert.throws(() => outside("DELETE FROM events"), /append-only/);
  assert.throws(() => outside("REPLACE INTO events SELECT * FROM events"), /append-only/);
});

test("hostile texts stay one event and do not break the chain", async (context) => {
  const { journal } = await opened(context);
  const texts = [
    'x"}\n{"sequence":99,"kind":"access.signed-in"}',
    "line\r\nbreak \u001b[31m\u2028",
    "nul\0 and half a pair \ud83d",
    "'); DELETE FROM events; --",
    "<img src=x onerror=alert(1)>",
  ];
  for (const text of texts) {
    await journal.record({
      actor: { kind: "user", id: text, name: text },
      kind: `test.${text}`,
      subject: text,
      detail: JSON.parse(JSON.stringify({ [text]: text, nested: [{ text }] })),
    });
  }
  const detail: JsonObject = JSON.parse('{"b":-0.0,"a":{"__proto__":[1e21,null]}}');
  await journal.record({ ...event("test.numbers"), detail });
  assert.deepEqual(await journal.verify(), { events: texts.length + 1, brokenAt: null });
});

async function opened(context: TestContext, events = 0) {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-journal-"));
  const file = join(folder, "store.db");
  const clock = new TestClock();
  let store = await storeOf(file);
  context.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const journal: Journal = await openJournal({ store, clock });
  for (let index = 0; index < events; index += 1) await journal.record(event("command.sent"));
  const reopen = async () => {
    await store.close();
    store = await storeOf(file);
    return { journal: await openJournal({ store, clock }) };
  };
  return { journal, store, clock, reopen, outside: (sql: string) => outside(file, sql) };
}

async function storeOf(file: string): Promise<Store> {
  const store = await openSqliteStore({ file }, { log: silentLog });
  assert.ok(store.ok);
  return store.value;
}

/** Somebody with the file and a database tool. */
function outside(file: string, sql: string): void {
  const sqlite = openSqlite(file);
  try {
    sqlite.exec(sql);
  } finally {
    sqlite.close();
  }
}

function event(kind: string, detail: JsonObject = { colors: ["#ff0000"] }): NewEvent {
  return {
    actor: { kind: "user", id: "1", name: "Ada" },
    kind,
    subject: "device:1",
    detail,
  };
}
