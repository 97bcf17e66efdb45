import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { EventField } from "../domain/asset-event.ts";
import type { AssetId, DeviceId, Timestamp } from "../domain/brand.ts";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import type { Problem } from "../domain/problem.ts";
import type { ToldEvent } from "../domain/told.ts";
import { TestClock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import { silentLog } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { openAssetEvents } from "./event.ts";
import { AGENT_TYPE, STANDARD_TYPE } from "./standard.ts";

const DAY_MS = 24 * 60 * 60_000;
const PUMP = "1" as AssetId;
const DEVICE = { id: "d" as DeviceId, assetId: PUMP };

test("an event that a device tells twice is kept once, with an id of its own or without", async (context) => {
  const { events } = await opened(context);
  const withId = told({ id: "e-1" });
  await events.take(DEVICE, [withId, told({}), told({ description: "dry" })]);
  await events.take(DEVICE, [told({}), withId]);
  const found = await events.search({ where: { deviceId: DEVICE.id }, limit: 9 });
  assert.equal(found.total, 3);
  assert.equal(new Set(found.events.map(({ id }) => id)).size, 3);
});

test("what a device tells is kept, whether somebody has made its type or not", async (context) => {
  const { events } = await opened(context);
  const depth = field("depth", "DOUBLE");
  value(await events.addType(THE_HOUSE, { id: "t.Leak", name: "Leak", fields: [depth] }));
  await events.take(DEVICE, [
    told({ id: "a", type: "Leak", details: { depth: 2.5, colour: "brown" } }),
    told({ id: "b", type: "Leak", details: { depth: { low: 1 } } }),
    told({ id: "c", type: "Nobody made it", details: { any: [1] } }),
  ]);
  const kept = await Promise.all(["a", "b", "c"].map((id) => events.get(id)));
  assert.deepEqual(
    kept.map((event) => [event?.typeId, event?.severity, event?.assetId, event?.fields]),
    [
      ["t.Leak", 30, PUMP, { depth: 2.5, colour: "brown", description: "wet" }],
      ["t.Leak", 30, PUMP, { depth: '{"low":1}', description: "wet" }],
      [AGENT_TYPE.id, 30, PUMP, { any: [1], description: "wet", type: "Nobody made it" }],
    ],
  );
});

test("a program's event must be of its type: all of them or none", async (context) => {
  const { events } = await opened(context);
  const fields = [
    { ...field("temperature", "DOUBLE"), required: true },
    { ...field("state", "ENUM"), values: ["on", "off"] },
    field("count", "INTEGER"),
    field("since", "TIMESTAMP"),
    field("run", "UUID"),
    field("page", "LINK"),
  ];
  value(await events.addType(THE_HOUSE, { id: "t.Hot", name: "Hot", fields }));
  const good = {
    ...{ temperature: 2.5, state: "on", count: 3, since: "2026-01-01T00:00:00Z" },
    ...{ run: "b2f3a8c0-6f0b-4c1e-9b0a-000000000001", page: "https://a", acknowledged: true },
    extra: { nobody: "asked" },
  };
  const bad: readonly [JsonObject, RegExp][] = [
    [{}, /'temperature' is required/],
    [{ ...good, temperature: "2.5" }, /'temperature' must be of type DOUBLE/],
    [{ ...good, state: "open" }, /'state' must be of type ENUM/],
    [{ ...good, count: 1.5 }, /'count' must be of type INTEGER/],
    [{ ...good, since: "yesterday" }, /'since' must be of type TIMESTAMP/],
    [{ ...good, run: "7" }, /'run' must be of type UUID/],
    [{ ...good, page: 7 }, /'page' must be of type LINK/],
    [{ ...good, severity: "30" }, /'severity' must be of type INTEGER/],
    [{ ...good, acknowledged: "xx" }, /'acknowledged' must be of type BOOLEAN/],
  ];
  for (const [fieldsOfIt, detail] of bad) {
    const wishes = [wish("t.Hot", good), wish("t.Hot", fieldsOfIt)];
    const refused = problemOf(await events.add(wishes));
    assert.equal(refused.code, "event_invalid");
    assert.match(refused.detail, detail);
  }
  assert.equal(problemOf(await events.add([wish("t.No", {})])).code, "event_type_unknown");
  assert.equal((await events.search({ where: {}, limit: 9 })).total, 0);
  const [event] = value(await events.add([wish("t.Hot", { ...good, severity: 20 })]));
  assert.equal(event?.severity, 20);
  assert.equal(event?.acknowledged, true);
  assert.deepEqual(event?.fields["extra"], { nobody: "asked" });
});

test("of what belongs together only the newest is the latest, however late the others come", async (context) => {
  const { events } = await opened(context);
  const one = (at: number, correlationId: string) => ({
    ...wish(STANDARD_TYPE.id, { description: String(at) }),
    at: at as Timestamp,
    correlationId,
  });
  value(await events.add([one(10, "a"), one(30, "a"), one(20, "a"), one(5, "b")]));
  const latest = await events.search({ where: { isLatest: true }, limit: 9 });
  assert.deepEqual(
    latest.events.map(({ at, correlationId }) => [at, correlationId]),
    [
      [30, "a"],
      [5, "b"],
    ],
  );
  const history = await events.search({
    where: { correlationId: "a" },
    oldestFirst: true,
    limit: 9,
  });
  assert.deepEqual(
    history.events.map(({ at }) => at),
    [10, 20, 30],
  );
});

test("an event changes only as it was read, and only where its type lets it", async (context) => {
  const { events } = await opened(context);
  const [event] = value(await events.add([wish(STANDARD_TYPE.id, { source: "a", severity: 20 })]));
  const id = event?.id ?? "";
  const acknowledged = value(await events.change({ id, etag: 0 }, { acknowledged: true }));
  assert.deepEqual([acknowledged.etag, acknowledged.acknowledged], [1, true]);
  assert.deepEqual([acknowledged.severity, acknowledged.fields], [20, { source: "a" }]);
  const refusals = [
    await events.change({ id, etag: 0 }, { acknowledged: false }),
    await events.change({ id, etag: 1 }, { source: "b" }),
    await events.change({ id: "no", etag: null }, {}),
  ].map((outcome) => problemOf(outcome).code);
  assert.deepEqual(refusals, ["version_changed", "event_invalid", "event_unknown"]);
  assert.equal(value(await events.change({ id, etag: 1 }, { source: "a" })).etag, 2);
});

test("types have the fields of their parents, and only grow", async (context) => {
  const { events, told: journal } = await opened(context);
  value(await events.addType(THE_HOUSE, { id: "t.A", name: "A", fields: [field("a", "STRING")] }));
  const heir = { id: "t.B", name: "B", parentId: "t.A", fields: [field("b", "STRING")] };
  assert.equal(value(await events.addType(THE_HOUSE, heir)).ttlDays, 35);
  const names = value(await events.fieldsOf("t.B")).map(({ name }) => name);
  assert.deepEqual(names.slice(-2), ["a", "b"]);
  assert.equal(names[0], "severity");
  const added = { ttlDays: 7, added: [field("c", "STRING")] };
  const changed = value(await events.changeType(THE_HOUSE, { id: "t.B", etag: 0 }, added));
  assert.deepEqual([changed.etag, changed.ttlDays, changed.fields.length], [1, 7, 2]);
  const refusals = [
    await events.addType(THE_HOUSE, heir),
    await events.addType(THE_HOUSE, { ...heir, id: "t.C", fields: [field("a", "STRING")] }),
    await events.addType(THE_HOUSE, { ...heir, id: "t.C", fields: [field("typeId", "STRING")] }),
    await events.addType(THE_HOUSE, { ...heir, id: "t.C", fields: [field("e", "ENUM")] }),
    await events.addType(THE_HOUSE, { ...heir, id: "t.C", parentId: "t.No" }),
    await events.addType(THE_HOUSE, { ...heir, id: "t.C", ttlDays: 0 }),
    await events.changeType(THE_HOUSE, { id: "t.B", etag: 0 }, added),
    await events.changeType(THE_HOUSE, { id: STANDARD_TYPE.id, etag: null }, added),
    await events.removeType(THE_HOUSE, { id: "t.A", etag: null }),
  ].map((outcome) => problemOf<unknown>(outcome).code);
  assert.deepEqual(refusals, [
    "event_type_exists",
    "event_invalid",
    "event_invalid",
    "event_invalid",
    "event_type_unknown",
    "event_invalid",
    "version_changed",
    "event_type_in_use",
    "event_type_in_use",
  ]);
  assert.ok((await events.removeType(THE_HOUSE, { id: "t.B", etag: 1 })).ok);
  assert.deepEqual(
    journal.map(({ kind, subject }) => [kind, subject]),
    [
      ["event-type.added", "event-type:t.A"],
      ["event-type.added", "event-type:t.B"],
      ["event-type.changed", "event-type:t.B"],
      ["event-type.removed", "event-type:t.B"],
    ],
  );
});

test("a search goes by columns and by time, in both orders, page by page", async (context) => {
  const { events } = await opened(context);
  const wishes = [5, 4, 3, 2, 1].map((at) => ({
    ...wish(STANDARD_TYPE.id, { severity: at % 2 === 0 ? 20 : 30 }),
    ...{ id: `e${at}`, at: at as Timestamp },
  }));
  value(await events.add(wishes));
  const times = async (query: Partial<Parameters<typeof events.search>[0]>) => {
    const found = await events.search({ where: {}, limit: 9, ...query });
    return [found.total, ...found.events.map(({ at }) => at)];
  };
  assert.deepEqual(await times({}), [5, 5, 4, 3, 2, 1]);
  assert.deepEqual(await times({ from: 2, to: 5, skip: 1, limit: 1 }), [3, 3]);
  assert.deepEqual(await times({ where: { severity: 20 }, oldestFirst: true }), [2, 2, 4]);
  assert.equal(problemOf(await events.add(wishes)).code, "event_exists");
  assert.equal(await events.remove(THE_HOUSE, ["e2", "e4", "no"]), 2);
  assert.deepEqual(await times({}), [3, 5, 3, 1]);
});

test("an event goes when its type's time is over", async (context) => {
  const { events, clock, store } = await opened(context);
  value(await events.addType(THE_HOUSE, { id: "t.Short", name: "Short", ttlDays: 1 }));
  value(await events.add([wish("t.Short", {}), wish(STANDARD_TYPE.id, {})]));
  const [short] = (await events.search({ where: { typeId: "t.Short" }, limit: 9 })).events;
  clock.advance(DAY_MS + 1);
  assert.equal(await events.get(short?.id ?? ""), undefined);
  const left: number[] = [];
  for (let days = 0; days < 40; days += 1) {
    await new Promise(setImmediate);
    clock.advance(DAY_MS);
    left.push(await store.assetEvents.count());
  }
  assert.ok(left.includes(1));
  assert.equal(left.at(-1), 0);
});

async function opened(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-event-"));
  const store = value(
    await openSqliteStore({ file: join(folder, "fieldline.db") }, { log: silentLog }),
  );
  const clock = new TestClock(1_767_225_600_000);
  const told: NewEvent[] = [];
  const record = async (event: NewEvent) => void told.push(event);
  const events = openAssetEvents({ store, record, clock, log: silentLog });
  context.after(async () => {
    events.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return { events, clock, store, told };
}

function told(rest: Partial<ToldEvent>): ToldEvent {
  return {
    ...{ id: null, correlationId: null, at: 1_000 as Timestamp, severity: 30 },
    ...{ type: "", description: "wet", details: {} },
    ...rest,
  };
}

function wish(typeId: string, fields: JsonObject) {
  return { at: 1_000 as Timestamp, typeId, assetId: PUMP, deviceId: null, fields };
}

function field(name: string, type: EventField["type"]): EventField {
  return { name, type, filterable: true, required: false, updatable: true };
}

function value<T>(outcome: Outcome<T, Problem>): T {
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

function problemOf<T>(outcome: Outcome<T, Problem>): Problem {
  assert.ok(!outcome.ok, "it was taken");
  return outcome.problem;
}
