import assert from "node:assert/strict";
import { test } from "node:test";
import type { ISubscribePacket } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { LIMIT } from "../domain/limit.ts";

const GRANTED = { publish: ["#"], subscribe: ["plant/1/#"] };

test("each filter is granted or refused by itself, and refusals are reported", async (t) => {
  const house = new TestHouse();
  house.rights = GRANTED;
  const { port } = await house.open(t);
  const filters = ["plant/1/+", "plant/#", "plant/1/#/x", "$share/g/plant/2/x", "$share//x"];
  const three = await RawClient.enter(port, { clientId: "3" });
  assert.deepEqual(await codes(three, filters), [1, 0x80, 0x80, 0x80, 0x80]);
  const five = await RawClient.enter(port, { clientId: "5", protocolVersion: 5 });
  assert.deepEqual(await codes(five, filters), [1, 0x87, 0x8f, 0x87, 0x8f]);
  assert.deepEqual(house.subscribed, ["3 plant/1/+", "5 plant/1/+"]);
  assert.deepEqual(
    house.refused.map(({ clientId, topic }) => `${clientId} ${topic}`),
    ["3", "5"].flatMap((id) => filters.slice(1).map((filter) => `${id} ${filter}`)),
  );
});

test("a refused subscription is reported with what the client may subscribe to", async (t) => {
  const house = new TestHouse();
  const subscribe = ["tc/acme/acme_meter/i/#"];
  house.rights = { publish: [], subscribe };
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { clientId: "acme_meter" });
  await codes(client, ["tctenant/acme_meter/i/#", "$share/g/#"]);
  assert.deepEqual(
    house.refused.map(({ problem }) => problem.detail.split("; ")),
    ["tctenant/acme_meter/i/#", "$share/g/#"].map((filter) => [
      `the agent may not subscribe to ${filter}`,
      `it may subscribe to ${subscribe}`,
    ]),
  );
});

test("a client has as many subscriptions as the limit allows, and may renew each", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const filters = Array.from({ length: LIMIT.subscriptionsPerClient }, (_, index) => `f/${index}`);
  await codes(client, filters);
  assert.deepEqual(await codes(client, ["one/more", "f/0"]), [0x97, 1]);
});

test("a filter with too many levels is refused", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  assert.deepEqual(await codes(client, ["a/".repeat(500)]), [0x8f]);
});

test("who unsubscribes gets no more, and MQTT 5 says whether there was a subscription", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  await client.subscribe("a");
  client.send({ cmd: "unsubscribe", messageId: 9, unsubscriptions: ["a", "b"] });
  const { messageId, granted } = await client.expect("unsuback");
  assert.deepEqual([messageId, granted], [9, [0, 0x11]]);
  client.publish("a", "1", { qos: 1, messageId: 1 });
  await client.expect("puback");
  await client.expectNothing();
});

test("retained messages come after SUBACK, with the flag, and with the lower QoS", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  await broker.send({ topic: "a/1", payload: Buffer.from("x"), retain: true, qos: 2 });
  const client = await RawClient.enter(port);
  assert.deepEqual(await client.subscribe("a/#", 1), [1]);
  const { retain, qos, topic } = await client.expect("publish");
  assert.deepEqual({ retain, qos, topic }, { retain: true, qos: 1, topic: "a/1" });
});

test("a live message has no retain flag, unless MQTT 5 asked to keep it as published", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const three = await RawClient.enter(port, { clientId: "3" });
  await three.subscribe("a");
  const five = await RawClient.enter(port, { clientId: "5", protocolVersion: 5 });
  await codes(five, [{ topic: "a", qos: 0, rap: true }]);
  await broker.send({ topic: "a", payload: Buffer.from("x"), retain: true });
  assert.equal((await three.expect("publish")).retain, false);
  assert.equal((await five.expect("publish")).retain, true);
});

test("retain handling: always, only for a new subscription, never", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  await broker.send({ topic: "a", payload: Buffer.from("x"), retain: true });
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  await codes(client, [{ topic: "a", qos: 0, rh: 2 }]);
  await client.expectNothing();
  await codes(client, [{ topic: "a", qos: 0, rh: 1 }]);
  await client.expectNothing();
  await codes(client, [{ topic: "a", qos: 0, rh: 0 }]);
  await client.expect("publish");
  await codes(client, [{ topic: "+", qos: 0, rh: 1 }]);
  await client.expect("publish");
});

test("an empty retained message removes what was kept, and is not kept itself", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port);
  client.publish("a", "x", { retain: true, qos: 1, messageId: 1 });
  await client.expect("puback");
  assert.equal(broker.retained("#").length, 1);
  client.publish("a", "", { retain: true, qos: 1, messageId: 2 });
  await client.expect("puback");
  assert.deepEqual(broker.retained("#"), []);
});

test("the house sees what is kept under a filter", async (t) => {
  const { broker } = await new TestHouse().open(t);
  const payload = Buffer.from("{}");
  await broker.send({ topic: "n/1/configure", payload, retain: true });
  await broker.send({ topic: "n/1/control", payload });
  assert.deepEqual(broker.retained("n/+/#"), [
    { topic: "n/1/configure", payload, qos: 1, retain: true },
  ]);
});

test("no-local: a client does not get what it published itself", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  await codes(client, [{ topic: "a", qos: 0, nl: true }]);
  client.publish("a", "own", { qos: 1, messageId: 1 });
  await client.expect("puback");
  await broker.send({ topic: "a", payload: Buffer.from("other") });
  assert.equal(String((await client.expect("publish")).payload), "other");
});

test("a delivery names the subscriptions that it answers", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  for (const [filter, subscriptionIdentifier] of [
    ["a/#", 200],
    ["a/b", 5],
  ] as const) {
    client.send({
      ...{ cmd: "subscribe", messageId: 1, properties: { subscriptionIdentifier } },
      subscriptions: [{ topic: filter, qos: 1 }],
    });
    await client.expect("suback");
  }
  await broker.send({ topic: "a/b", payload: Buffer.from("x") });
  const { properties } = await client.expect("publish");
  const ids = properties?.subscriptionIdentifier as number[];
  assert.deepEqual(ids.toSorted(), [200, 5].toSorted());
});

test("a retained message that was kept before the rights were narrowed is not replayed", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: [], subscribe: ["+/public"] };
  const { broker, port } = await house.open(t);
  for (const topic of ["a/public", "a/secret"]) {
    await broker.send({ topic, payload: Buffer.from("x"), retain: true });
  }
  const client = await RawClient.enter(port);
  assert.deepEqual(await client.subscribe("+/public"), [0]);
  assert.equal((await client.expect("publish")).topic, "a/public");
  await client.expectNothing();
});

test("topics that begin with $ are hidden from leading wildcards", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port);
  await client.subscribe("#");
  await broker.send({ topic: "$internal/x", payload: Buffer.from("1") });
  await broker.send({ topic: "internal/x", payload: Buffer.from("2") });
  assert.equal((await client.expect("publish")).topic, "internal/x");
});

test("after the broker was closed, sending is a problem", async (t) => {
  const { broker } = await new TestHouse().open(t);
  await broker.close();
  const sent = await broker.send({ topic: "a", payload: Buffer.from("x") });
  assert.ok(!sent.ok && sent.problem.code === "link_down");
});

test("a message on what is no topic is not sent", async (t) => {
  const { broker } = await new TestHouse().open(t);
  const sent = await broker.send({ topic: "a/+", payload: Buffer.from("x") });
  assert.ok(!sent.ok && sent.problem.code === "topic_forbidden");
});

test("retained messages above the bound of the queue reach a client that keeps up", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  for (let index = 0; index < 500; index += 1) {
    await broker.send({ topic: `r/${index}`, payload: Buffer.alloc(2_000), retain: true });
  }
  const client = await RawClient.enter(port);
  await client.subscribe("r/#");
  await until(() => client.packets.length === 502);
  assert.equal(house.gauges.get('mqtt_dropped_total{reason="queue_full"}'), 0);
});

type Wanted = string | ISubscribePacket["subscriptions"][number];

async function codes(client: RawClient, wanted: readonly Wanted[]): Promise<unknown[]> {
  const subscriptions = wanted.map((each) =>
    typeof each === "string" ? { topic: each, qos: 1 as const } : each,
  );
  client.send({ cmd: "subscribe", messageId: 8, subscriptions });
  return (await client.expect("suback")).granted;
}

test("of a thousand refused filters a few are told, and all are counted and answered", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: [], subscribe: ["own/#"] };
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const topics = Array.from({ length: 1_000 }, (_, at) => (at === 500 ? "own/a" : `other/${at}`));
  const subscriptions = topics.map((topic) => ({ topic, qos: 0 as const }));
  client.send({ cmd: "subscribe", messageId: 1, subscriptions });
  const { granted } = await client.expect("suback");
  assert.deepEqual(
    granted.map((code) => code === 0x87),
    topics.map((topic) => topic !== "own/a"),
  );
  assert.equal(house.refused.length, LIMIT.refusalsPerPacket);
  assert.equal(house.refused.at(-1)?.problem.detail, "990 more filters of its packet");
  assert.equal(house.gauges.total("mqtt_refused_total"), 999);
});
