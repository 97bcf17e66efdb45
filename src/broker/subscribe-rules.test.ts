import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { TestClock } from "../lib/clock.ts";
import type { Broker } from "./broker.ts";

// Packets byte by byte: what no client library would send. The numbers of the statements that each
// test shows are in vectors/mqtt-5.json and vectors/mqtt-3-1-1.json.

test("SUBSCRIBE and UNSUBSCRIBE that break the protocol end the connection", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const wrong: Record<string, number[]> = {
    "SUBSCRIBE with other flags": [0x80, 7, 0, 1, 0, 0, 1, 97, 0],
    "SUBSCRIBE with packet id 0": [0x82, 7, 0, 0, 0, 0, 1, 97, 0],
    "SUBSCRIBE without a filter": [0x82, 3, 0, 1, 0],
    "SUBSCRIBE with a reserved option": [0x82, 7, 0, 1, 0, 0, 1, 97, 0x40],
    "SUBSCRIBE with QoS 3": [0x82, 7, 0, 1, 0, 0, 1, 97, 3],
    "SUBSCRIBE with retain handling 3": [0x82, 7, 0, 1, 0, 0, 1, 97, 0x30],
    "SUBSCRIBE without options": [0x82, 6, 0, 1, 0, 0, 1, 97],
    "SUBSCRIBE with subscription id 0": [0x82, 9, 0, 1, 2, 0x0b, 0, 0, 1, 97, 0],
    "SUBSCRIBE with two subscription ids": [0x82, 11, 0, 1, 4, 0x0b, 1, 0x0b, 2, 0, 1, 97, 0],
    "SUBSCRIBE with a property of others": [0x82, 10, 0, 1, 3, 0x23, 0, 1, 0, 1, 97, 0],
    "UNSUBSCRIBE with other flags": [0xa0, 6, 0, 1, 0, 0, 1, 97],
    "UNSUBSCRIBE with packet id 0": [0xa2, 6, 0, 0, 0, 0, 1, 97],
    "UNSUBSCRIBE without a filter": [0xa2, 3, 0, 1, 0],
    "PUBREL with other flags": [0x60, 2, 0, 1],
    "PUBACK with a reason of others": [0x40, 3, 0, 1, 0x92],
    "PUBREL with a reason of others": [0x62, 3, 0, 1, 0x80],
  };
  for (const [name, bytes] of Object.entries(wrong)) {
    const client = await RawClient.enter(port, { clientId: name, protocolVersion: 5 });
    client.send(Buffer.from(bytes));
    const { reasonCode = 0 } = await client.expect("disconnect");
    assert.ok(reasonCode === 0x81 || reasonCode === 0x82, `${name}: ${reasonCode}`);
    await client.closed;
    const refusal = house.refused.at(-1);
    assert.deepEqual([refusal?.clientId, refusal?.problem.code], [name, "packet_malformed"]);
  }
});

test("in MQTT 3.1.1 a filter has a QoS behind it and nothing else", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  for (const options of [0x04, 0x10, 0x80, 0x03]) {
    const client = await RawClient.enter(port);
    client.send(Buffer.from([0x82, 6, 0, 1, 0, 1, 97, options]));
    await client.closed;
  }
  assert.equal(house.refused.length, 4);
  assert.deepEqual(house.subscribed, []);
});

test("filters that the protocol does not know are refused, each by itself", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const wrong = ["", "a#", "a/#/b", "#/a", "a+", "+a/b", "a/b+/c"];
  const wrongNames = ["$share", "$share/g", "$share/g/", "$share//a", "$share/+/a", "$share/g#/a"];
  for (const filter of [...wrong, ...wrongNames]) {
    assert.deepEqual(await client.subscribe(filter), [0x8f], filter);
  }
  for (const filter of ["#", "+", "/", "a/#", "+/+", "a/+/b", "/+", "$share/g//"]) {
    assert.deepEqual(await client.subscribe(filter), [0], filter);
  }
});

test("MQTT 3.1.1 sends what is kept with every SUBSCRIBE", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  await broker.send({ topic: "a", payload: Buffer.from("kept"), retain: true });
  const client = await RawClient.enter(port);
  for (let time = 0; time < 2; time += 1) {
    await client.subscribe("a");
    assert.equal((await client.expect("publish")).retain, true);
  }
});

test("a filter that is subscribed again takes the place of what it was", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  for (const qos of [0, 2, 1] as const) assert.deepEqual(await client.subscribe("a", qos), [qos]);
  await send(broker, "a", "x", 2);
  const { qos, messageId = 0 } = await client.expect("publish");
  assert.equal(qos, 1);
  client.send({ cmd: "puback", messageId });
  await client.expectNothing();
  assert.deepEqual(broker.clients()[0]?.subscriptions, ["a"]);
});

test("a message comes with the lower of its QoS and the subscription's", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  for (const granted of [0, 1, 2] as const) {
    const client = await RawClient.enter(port, { clientId: `${granted}` });
    await client.subscribe("a", granted);
    for (const sent of [0, 1, 2] as const) {
      await send(broker, "a", "x", sent);
      assert.equal((await client.expect("publish")).qos, Math.min(granted, sent));
    }
    await client.leave();
  }
});

test("only the filter that is named is unsubscribed, in its very characters", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  for (const filter of ["a/+", "a/#"]) await client.subscribe(filter);
  client.send({ cmd: "unsubscribe", messageId: 1, unsubscriptions: ["a/b", "+/+", "a/+", "a/+"] });
  assert.deepEqual((await client.expect("unsuback")).granted, [0x11, 0x11, 0, 0x11]);
  await send(broker, "a/b", "x", 0);
  await client.expect("publish");
  await client.expectNothing();
});

test("MQTT 3.1.1's UNSUBACK comes whether there was a subscription or not", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port);
  const bytes: number[] = [];
  client.socket.on("data", (chunk: Buffer) => bytes.push(...chunk));
  client.send({ cmd: "unsubscribe", messageId: 0x0102, unsubscriptions: ["never"] });
  await client.expect("unsuback");
  assert.deepEqual(bytes, [0xb0, 2, 1, 2]);
});

test("what is on its way when its reader unsubscribes is completed", async (t) => {
  const { client, enter } = await twoOnTheirWay(t);
  await client.expect("publish");
  const { messageId = 0 } = await client.expect("publish");
  client.send({ cmd: "unsubscribe", messageId: 9, unsubscriptions: ["a"] });
  await client.expect("unsuback");
  client.send({ cmd: "pubrec", messageId });
  assert.equal((await client.expect("pubrel")).messageId, messageId);
  await client.vanish();
  const again = await enter();
  const { payload, dup } = await again.expect("publish");
  assert.deepEqual([String(payload), dup], ["1", true]);
  assert.equal((await again.expect("pubrel")).messageId, messageId);
});

test("a packet id is not given again while its delivery is not acknowledged", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const client = await RawClient.enter(port);
  await client.subscribe("a", 1);
  let held = 0;
  const seen = new Set<number>();
  let last = 0;
  client.listen((packet) => {
    const { messageId = 0 } = packet;
    if (packet.cmd !== "publish") return;
    assert.ok(messageId > 0 && messageId !== held);
    if (held === 0) held = messageId;
    else client.send({ cmd: "puback", messageId });
    seen.add(messageId);
    last = messageId;
  });
  for (let number = 0; number < 65_536; number += 1) {
    await send(broker, "a", "x", 1);
    if (number % 64 === 0) await until(() => (broker.clients()[0]?.queued ?? 0) === 0);
  }
  await until(() => seen.size === 65_535 && last === held + 1);
  assert.ok(seen.has(65_535));
});

test("nothing is sent again while a connection lasts, however long its reader is silent", async (t) => {
  const clock = new TestClock();
  const { broker, port } = await new TestHouse(clock).open(t);
  const client = await RawClient.enter(port);
  await client.subscribe("a", 2);
  await send(broker, "a", "1", 1);
  await send(broker, "a", "2", 2);
  for (const text of ["1", "2"]) {
    assert.equal(String((await client.expect("publish")).payload), text);
  }
  for (let hour = 0; hour < 3; hour += 1) {
    clock.advance(3_600_000);
    await client.expectNothing();
  }
});

test("what a reader refuses is not sent again", async (t) => {
  const { client, enter } = await twoOnTheirWay(t);
  const [one, two] = [await client.expect("publish"), await client.expect("publish")];
  client.send({ cmd: "puback", messageId: one.messageId ?? 0, reasonCode: 0x80 });
  client.send({ cmd: "pubrec", messageId: two.messageId ?? 0, reasonCode: 0x97 });
  await client.expectNothing();
  await client.vanish();
  const again = await enter();
  await again.expectNothing();
});

test("a QoS 2 delivery that has begun goes on though its message's life is over", async (t) => {
  const clock = new TestClock();
  const { port } = await new TestHouse(clock).open(t);
  const wish = { clientId: "reader", clean: false, protocolVersion: 5 } as const;
  const properties = { sessionExpiryInterval: 600 };
  const reader = await RawClient.enter(port, { ...wish, properties });
  await reader.subscribe("a", 2);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const life = { messageExpiryInterval: 10 };
  for (const qos of [1, 2] as const) {
    client.publish("a", `${qos}`, { qos, messageId: qos, properties: life });
  }
  await reader.expect("publish");
  const { messageId } = await reader.expect("publish");
  await reader.vanish();
  clock.advance(60_000);
  const again = await RawClient.enter(port, { ...wish, properties });
  const got = await again.expect("publish");
  assert.deepEqual([got.messageId, got.dup, String(got.payload)], [messageId, true, "2"]);
  assert.equal(got.properties?.messageExpiryInterval, 0);
  await again.expectNothing();
});

test("who shares gets each message with the QoS that it was granted", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  for (const granted of [0, 1] as const) {
    const client = await RawClient.enter(port, { clientId: `${granted}` });
    await client.subscribe("$share/g/a", granted);
    await send(broker, "a", "x", 2);
    assert.equal((await client.expect("publish")).qos, granted);
    await client.leave();
  }
});

test("a shared message that its member refuses goes to nobody else", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const [one, two] = [await member(port, "1"), await member(port, "2")];
  for (const [text, qos] of [
    ["1", 1],
    ["2", 2],
  ] as const) {
    await send(broker, "a", text, qos);
  }
  for (const client of [one, two]) {
    const { messageId = 0, qos } = await client.expect("publish");
    client.send({ cmd: qos === 1 ? "puback" : "pubrec", messageId, reasonCode: 0x83 });
    await client.expectNothing();
  }
  await one.vanish();
  await two.expectNothing();
});

test("a shared QoS 2 delivery stays with its member, even where that is gone for ever", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const one = await member(port, "1");
  await send(broker, "a", "x", 2);
  const { messageId } = await one.expect("publish");
  const two = await member(port, "2");
  await one.vanish();
  await two.expectNothing();
  const back = await member(port, "1", false);
  const again = await back.expect("publish");
  assert.deepEqual([again.messageId, again.dup], [messageId, true]);
  back.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  await back.closed;
  await until(() => broker.clients().length === 1);
  await two.expectNothing();
});

async function member(port: number, clientId: string, isNew = true): Promise<RawClient> {
  const properties = { sessionExpiryInterval: 60 };
  const wish = { clientId, protocolVersion: 5, clean: false, properties } as const;
  const client = await RawClient.enter(port, wish);
  if (isNew) await client.subscribe("$share/g/a", 2);
  return client;
}

/** One of QoS 1 and one of QoS 2, for a reader whose session outlives its connection. */
async function twoOnTheirWay(t: TestContext) {
  const { broker, port } = await new TestHouse().open(t);
  const properties = { sessionExpiryInterval: 60 };
  const enter = () => RawClient.enter(port, { clean: false, protocolVersion: 5, properties });
  const client = await enter();
  await client.subscribe("a", 2);
  await send(broker, "a", "1", 1);
  await send(broker, "a", "2", 2);
  return { client, enter };
}

async function send(broker: Broker, topic: string, text: string, qos: 0 | 1 | 2): Promise<void> {
  const sent = await broker.send({ topic, payload: Buffer.from(text), qos });
  assert.ok(sent.ok);
}
