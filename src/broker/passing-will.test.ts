import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { copied, newFolder } from "../../test/data-folder.ts";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import type { Broker } from "./broker.ts";

const WILL = { topic: "state", payload: "lost", qos: 1, retain: true } as const;
const RESTARTS = 25;

test("a power cut closes all connections: wills of passing sessions are published then", async (t) => {
  const folder = newFolder();
  const { port } = await new TestHouse().open(t, folder);
  await RawClient.enter(port, { clientId: "three", will: WILL });
  const later = { ...WILL, properties: { willDelayInterval: 60 } };
  await RawClient.enter(port, { clientId: "five", protocolVersion: 5, will: later });
  await safeByNow(port);
  const cut = copied(folder);
  const house = new TestHouse();
  const { broker } = await house.open(t, cut);
  await until(() => house.texts.length === 2);
  assert.deepEqual(
    house.received.map(({ agent, topic }) => [agent, topic]),
    [
      ["three", "state"],
      ["five", "state"],
    ],
  );
  await until(() => broker.retained("state").length === 1);
  assert.deepEqual(await textsAfterRestart(t, broker, cut), []);
});

test("who said goodbye, or whose will was published, has none after a restart", async (t) => {
  const folder = newFolder();
  const house = new TestHouse();
  const { broker, port } = await house.open(t, folder);
  await (await RawClient.enter(port, { clientId: "polite", will: WILL })).leave();
  await (await RawClient.enter(port, { clientId: "lost", will: WILL })).vanish();
  await until(() => house.texts.length === 1 && broker.clients().length === 0);
  assert.deepEqual(await textsAfterRestart(t, broker, folder), []);
});

test("a will that cannot be stored is published after the next restart", async (t) => {
  const folder = newFolder();
  const house = new TestHouse();
  house.store = () => Promise.reject(new Error("no disk"));
  const { broker, port } = await house.open(t, folder);
  await (await RawClient.enter(port, { clientId: "lost", will: WILL })).vanish();
  await until(() => house.gauges.get("mqtt_batches_failed_total") === 1);
  await broker.close();
  const second = new TestHouse();
  await second.open(t, folder);
  await until(() => second.texts.length === 1);
});

test("a server that is stopped publishes them when it starts again", async (t) => {
  const folder = newFolder();
  const house = new TestHouse();
  const { broker, port } = await house.open(t, folder);
  await RawClient.enter(port, { clientId: "there", will: WILL });
  await broker.close();
  assert.deepEqual(house.texts, []);
  const second = new TestHouse();
  await second.open(t, folder);
  await until(() => second.texts.length === 1);
});

test("segments that are removed take no will with them", async (t) => {
  const folder = newFolder();
  const { broker, port } = await new TestHouse().open(t, folder);
  await RawClient.enter(port, { clientId: "there", will: { ...WILL, payload: "still there" } });
  const away = await RawClient.enter(port, { clientId: "away", clean: false });
  await away.subscribe("bulk", 1);
  await away.leave();
  for (let sent = 0; sent < 600; sent += 1) await publish(broker, "bulk", Buffer.alloc(120_000));
  await safeByNow(port);
  const cut = copied(folder);
  assert.ok(!existsSync(join(cut, "sessions-0000000001.log")));
  const house = new TestHouse();
  await house.open(t, cut);
  await until(() => house.texts.includes("still there"));
});

test("passing wills pile up nowhere, however many come and go", async (t) => {
  const folder = newFolder();
  let texts = 0;
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    const house = new TestHouse();
    const { broker, port } = await house.open(t, folder);
    await until(() => house.texts.length === Math.min(restart, 1));
    texts += house.texts.length;
    await RawClient.enter(port, { clientId: "there", will: WILL });
    await broker.close();
  }
  assert.equal(texts, RESTARTS - 1);
});

/** What was written before is on the disk when a lasting subscription is acknowledged. */
async function safeByNow(port: number): Promise<void> {
  const client = await RawClient.enter(port, { clientId: "witness", clean: false });
  await client.subscribe("witness", 1);
}

async function textsAfterRestart(
  t: Parameters<TestHouse["open"]>[0],
  broker: Broker,
  folder: string,
): Promise<readonly string[]> {
  await broker.close();
  const house = new TestHouse();
  const { port } = await house.open(t, folder);
  // A will would be ahead of it.
  const client = await RawClient.enter(port, { clientId: "after", clean: true });
  client.publish("after", "1", { qos: 1, messageId: 1 });
  await client.expect("puback");
  return house.texts.filter((text) => text !== "1");
}

async function publish(broker: Broker, topic: string, payload: Buffer): Promise<void> {
  const sent = await broker.send({ topic, payload, qos: 1 });
  assert.ok(sent.ok);
}
