import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { copied, newFolder } from "../../test/data-folder.ts";
import { RawClient, TestHouse } from "../../test/mqtt-peer.ts";
import { RetainedStore } from "./embedded/retained-store.ts";
import { routedMessage } from "./embedded/routed-message.ts";

test("what the house sent with retain is there after a restart", async (t) => {
  const folder = newFolder();
  const { broker } = await new TestHouse().open(t, folder);
  const payload = Buffer.from('{"humid":{"cov":1}}');
  await broker.send({ topic: "net/1/configure", payload, retain: true });
  await broker.send({ topic: "net/2/configure", payload, retain: true, qos: 2 });
  await broker.send({ topic: "net/1/configure", payload: Buffer.alloc(0), retain: true });
  await broker.close();
  const next = await new TestHouse().open(t, folder);
  assert.deepEqual(next.broker.retained("#"), [
    { topic: "net/2/configure", payload, qos: 2, retain: true },
  ]);
});

test("what a client retained is on disk when it is acknowledged, properties and life included", async (t) => {
  const folder = newFolder();
  const house = new TestHouse();
  const { port } = await house.open(t, folder);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const properties = { contentType: "text", messageExpiryInterval: 100 };
  client.publish("a", "x", { qos: 1, messageId: 1, retain: true, properties });
  await client.expect("puback");
  const next = await new TestHouse().open(t, copied(folder));
  const reader = await RawClient.enter(next.port, { protocolVersion: 5 });
  await reader.subscribe("a");
  const { payload, properties: got } = await reader.expect("publish");
  assert.equal(String(payload), "x");
  assert.deepEqual(JSON.parse(JSON.stringify(got)), properties);
});

test("a line that the power cut in two was never acknowledged, and is ignored", async () => {
  const folder = newFolder();
  const store = await opened(folder);
  await store.keep([message("a", "1"), message("$b", "2")]);
  await store.close();
  appendFileSync(file(folder), '{"topic":"c","payl');
  const again = await opened(folder);
  assert.deepEqual(topics(again), ["a"]);
  await again.keep([message("d", "4")]);
  await again.close();
  const last = await opened(folder);
  assert.deepEqual(topics(last), ["a", "d"]);
  assert.equal(last.under("$b").length, 1);
});

test("zeros that a power cut left end what is read, and are no problem", async () => {
  const folder = newFolder();
  const store = await opened(folder);
  await store.keep([message("a", "1"), message("b", "2"), message("c", "3")]);
  await store.close();
  const bytes = readFileSync(file(folder));
  const second = bytes.indexOf('{"topic":"b"');
  writeFileSync(file(folder), bytes.fill(0, second + 4, second + 30));
  const again = await opened(folder);
  assert.deepEqual(topics(again), ["a"]);
  await again.keep([message("d", "4")]);
  await again.close();
  assert.deepEqual(topics(await opened(folder)), ["a", "d"]);
});

test("a broken line in the middle is a problem that names it", async () => {
  const folder = newFolder();
  const store = await opened(folder);
  await store.keep([message("a", "1"), message("b", "2")]);
  await store.close();
  const lines = readFileSync(file(folder), "utf8").split("\n");
  writeFileSync(file(folder), [lines[0], "{nonsense", lines[2], ""].join("\n"));
  const again = await RetainedStore.open(folder, new TestHouse().parts);
  assert.ok(!again.ok);
  assert.equal(again.problem.code, "folder_unreadable");
  assert.match(again.problem.detail, /line 2/);
});

test("a file of a newer version is left alone", async () => {
  const folder = newFolder();
  writeFileSync(file(folder), '{"format":"fieldline retained messages","version":2}\n');
  const store = await RetainedStore.open(folder, new TestHouse().parts);
  assert.ok(!store.ok && store.problem.code === "folder_newer");
});

test("a file that is mostly out of date is written anew", async () => {
  const folder = newFolder();
  const store = await opened(folder);
  for (let round = 0; round < 30; round += 1) {
    await store.keep([message("a", "x".repeat(100_000)), message(`b/${round}`, String(round))]);
  }
  assert.ok(statSync(file(folder)).size < 2_000_000);
  await store.close();
  assert.equal(topics(await opened(folder)).length, 31);
});

test("what comes while the disk is busy is one write", async () => {
  const folder = newFolder();
  const store = await opened(folder);
  const all = Array.from({ length: 100 }, (_, index) => store.keep([message(`t/${index}`, "x")]));
  assert.deepEqual(topics(store), []);
  await Promise.all(all);
  await store.close();
  assert.equal(topics(await opened(folder)).length, 100);
});

test("what could not be written is not shown, not acknowledged, and works again later", async (t) => {
  const folder = newFolder();
  const house = new TestHouse();
  const { broker, port } = await house.open(t, folder);
  rmSync(folder, { recursive: true });
  const sent = await broker.send({ topic: "a", payload: Buffer.from("1"), retain: true });
  assert.ok(!sent.ok && sent.problem.code === "folder_unreadable");
  const client = await RawClient.enter(port);
  client.publish("a", "1", { qos: 1, messageId: 1, retain: true });
  await client.closed;
  assert.deepEqual(broker.retained("#"), []);
  mkdirSync(folder);
  const again = await broker.send({ topic: "a", payload: Buffer.from("1"), retain: true });
  assert.ok(again.ok && broker.retained("#").length === 1);
});

async function opened(folder: string): Promise<RetainedStore> {
  const store = await RetainedStore.open(folder, new TestHouse().parts);
  assert.ok(store.ok);
  return store.value;
}

function message(topic: string, payload: string) {
  return routedMessage({ topic, payload: Buffer.from(payload) });
}

function topics(store: RetainedStore): string[] {
  return store
    .under("#")
    .map(({ topic }) => topic)
    .toSorted();
}

function file(folder: string): string {
  return join(folder, "retained.jsonl");
}
