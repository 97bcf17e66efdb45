import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";

// Packets byte by byte: what no client library would send. The numbers of the statements that each
// test shows are in vectors/mqtt-5.json and vectors/mqtt-3-1-1.json.

const SURROGATE = [0, 3, 0xed, 0xa0, 0x80];
const NUL = [0, 1, 0];

test("text that is no UTF-8 or has a NUL ends the connection, wherever it stands", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  for (const bad of [SURROGATE, NUL]) {
    const wrong: Record<string, [number, readonly number[]]> = {
      "a topic": [0x30, [...bad, 0]],
      "a content type": [0x30, [...text("a"), 1 + bad.length, 0x03, ...bad]],
      "a response topic": [0x30, [...text("a"), 1 + bad.length, 0x08, ...bad]],
      "the name of a user property": [
        0x30,
        [...text("a"), 4 + bad.length, 0x26, ...bad, ...text("v")],
      ],
      "a user property": [0x30, [...text("a"), 4 + bad.length, 0x26, ...text("n"), ...bad]],
      "a filter to subscribe": [0x82, [0, 1, 0, ...bad, 0]],
      "a filter to unsubscribe": [0xa2, [0, 1, 0, ...bad]],
      "a reason for going": [0xe0, [0, 1 + bad.length, 0x1f, ...bad]],
      "a reason for refusing": [0x40, [0, 1, 0x80, 1 + bad.length, 0x1f, ...bad]],
    };
    for (const [name, [first, body]] of Object.entries(wrong)) {
      const client = await RawClient.enter(port, { clientId: name, protocolVersion: 5 });
      client.send(packet(first, body));
      await client.closed;
      const refusal = house.refused.at(-1);
      assert.deepEqual([refusal?.clientId, refusal?.problem.code], [name, "packet_malformed"]);
    }
  }
  assert.deepEqual(house.texts, []);
});

test("a response topic has no wildcard", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.send(packet(0x30, [...text("a"), 6, 0x08, ...text("b/#")]));
  assert.equal((await client.expect("disconnect")).reasonCode, 0x81);
});

test("a byte order mark in a topic is a character like any other", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.publish("\ufeffa", "x", { qos: 1, messageId: 1 });
  await client.expect("puback");
  assert.equal(house.received[0]?.topic, "\ufeffa");
});

test("topics and filters are compared as they are written, character by character", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port);
  const filters = ["a//b", "/a/b", "A/b", "\u00e9", "\ufeffa"];
  for (const filter of filters) await client.subscribe(filter);
  for (const topic of ["a/b", "a/b/", "a/B", "e\u0301", "a"]) {
    await broker.send({ topic, payload: Buffer.from("other") });
  }
  for (const topic of filters) await broker.send({ topic, payload: Buffer.from("same") });
  for (const filter of filters) assert.equal((await client.expect("publish")).topic, filter);
  await client.expectNothing();
});

test("what readers get is marked as sent again only where it is sent again", async (t) => {
  const { port } = await new TestHouse().open(t);
  const reader = await RawClient.enter(port, { clientId: "reader" });
  await reader.subscribe("a", 2);
  const client = await RawClient.enter(port);
  for (const qos of [1, 2] as const) {
    client.publish("a", "x", { qos, messageId: qos, dup: true });
    const { dup, qos: got } = await reader.expect("publish");
    assert.deepEqual([dup, got], [false, qos]);
  }
  client.publish("a", "x");
  assert.equal((await reader.expect("publish")).dup, false);
});

test("only a message with the flag takes the place of what is retained", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port);
  const kept = () => broker.retained("#").map(({ payload }) => String(payload));
  const say = async (payload: string, retain: boolean) => {
    client.publish("a", payload, { qos: 1, messageId: 1, retain });
    await client.expect("puback");
  };
  await say("one", true);
  await say("two", false);
  assert.deepEqual(kept(), ["one"]);
  await say("three", true);
  assert.deepEqual(kept(), ["three"]);
  await say("", false);
  assert.deepEqual(kept(), ["three"]);
});

test("a publisher's properties reach MQTT 5 readers byte for byte, in their order", async (t) => {
  const { port } = await new TestHouse().open(t);
  const reader = await RawClient.enter(port, { clientId: "reader", protocolVersion: 5 });
  await reader.subscribe("a");
  const users = ["b", "10", "b", "2"].flatMap((name) => [0x26, ...text(name), ...text("v")]);
  const others = [0x01, 1, 0x03, ...text("text/é"), 0x08, ...text("r"), 0x09, 0, 2, 0, 0xff];
  const properties = [...users, ...others];
  const bytes: Buffer[] = [];
  reader.socket.on("data", (chunk: Buffer) => bytes.push(chunk));
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.send(packet(0x30, [...text("a"), properties.length, ...properties, 120]));
  await reader.expect("publish");
  const expected = packet(0x30, [...text("a"), properties.length, ...properties, 120]);
  assert.deepEqual(Buffer.concat(bytes), expected);
});

test("a topic alias is over with its connection, and 0 is none", async (t) => {
  const { port } = await new TestHouse().open(t);
  const wish = { protocolVersion: 5, clean: false } as const;
  const properties = { sessionExpiryInterval: 60 };
  const first = await RawClient.enter(port, { ...wish, properties });
  first.publish("a", "x", { qos: 1, messageId: 1, properties: { topicAlias: 1 } });
  await first.expect("puback");
  await first.vanish();
  const again = await RawClient.enter(port, { ...wish, properties });
  again.publish("", "x", { properties: { topicAlias: 1 } });
  assert.equal((await again.expect("disconnect")).reasonCode, 0x94);
  const zero = await RawClient.enter(port, { ...wish, properties });
  zero.send(packet(0x30, [...text("a"), 3, 0x23, 0, 0]));
  assert.equal((await zero.expect("disconnect")).reasonCode, 0x94);
});

test("every topic alias that was offered is taken", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  for (let topicAlias = 1; topicAlias <= LIMIT.topicAliases; topicAlias += 1) {
    client.publish(`t/${topicAlias}`, "", { properties: { topicAlias } });
    client.publish("", "x", { properties: { topicAlias } });
  }
  await client.expectNothing();
  const topics = house.received.filter(({ text }) => text === "x").map(({ topic }) => topic);
  assert.deepEqual(
    topics,
    Array.from({ length: LIMIT.topicAliases }, (_, index) => `t/${index + 1}`),
  );
});

test("a reader is told no alias above those that it remembers", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  for (const topicAliasMaximum of [0, 1]) {
    const wish = { protocolVersion: 5, properties: { topicAliasMaximum } } as const;
    const client = await RawClient.enter(port, wish);
    await client.subscribe("plant/#");
    for (const topic of ["plant/boiler", "plant/cooler", "plant/boiler"]) {
      await broker.send({ topic, payload: Buffer.from("x"), qos: 0 });
    }
    const told = [];
    for (let number = 0; number < 3; number += 1) told.push(await client.expect("publish"));
    const aliases = told.map(({ properties }) => properties?.topicAlias);
    assert.deepEqual(
      aliases,
      [0, 1, 2].map((place) => (topicAliasMaximum && place !== 1 ? 1 : undefined)),
    );
    await client.leave();
  }
});

test("a client that numbers a subscription in PUBLISH is sent away", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.send(packet(0x30, [...text("a"), 2, 0x0b, 1]));
  assert.equal((await client.expect("disconnect")).reasonCode, 0x81);
  await client.closed;
});

test("after PUBACK the same packet id is a new message, whatever its DUP flag", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  for (const [payload, dup] of [
    ["1", false],
    ["2", true],
    ["3", false],
  ] as const) {
    client.publish("a", payload, { qos: 1, messageId: 7, dup });
    assert.equal((await client.expect("puback")).messageId, 7);
  }
  assert.deepEqual(house.texts, ["1", "2", "3"]);
});

test("a QoS 2 exchange is completed though the life of its message is over", async (t) => {
  const clock = new TestClock();
  const { port } = await new TestHouse(clock).open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const properties = { messageExpiryInterval: 1 };
  client.publish("a", "x", { qos: 2, messageId: 1, properties });
  assert.equal((await client.expect("pubrec")).reasonCode, 0);
  clock.advance(5_000);
  client.publish("a", "x", { qos: 2, messageId: 1, dup: true, properties });
  assert.equal((await client.expect("pubrec")).reasonCode, 0);
  client.send({ cmd: "pubrel", messageId: 1 });
  const { reasonCode, messageId } = await client.expect("pubcomp");
  assert.deepEqual([reasonCode, messageId], [0, 1]);
});

test("what the broker says when it goes is the last, and has no session expiry", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const properties = { sessionExpiryInterval: 60 };
  const client = await RawClient.enter(port, { protocolVersion: 5, clean: false, properties });
  await client.subscribe("a");
  client.send(Buffer.concat([packet(0x36, [...text("a"), 0, 1, 0]), packet(0xc0, [])]));
  const said = await client.expect("disconnect");
  assert.deepEqual(Object.keys(said.properties ?? {}), ["reasonString"]);
  await broker.send({ topic: "a", payload: Buffer.from("x") });
  await client.closed;
  assert.equal(client.packets.at(-1)?.cmd, "disconnect");
});

test("a client's goodbye has no other flags and reasons than the protocol knows", async (t) => {
  const house = new TestHouse();
  const will = { topic: "w", payload: "lost", qos: 0, retain: false } as const;
  const { port } = await house.open(t);
  for (const bytes of [
    [0xe1, 0],
    [0xe0, 1, 0x01],
  ]) {
    const client = await RawClient.enter(port, { protocolVersion: 5, will });
    client.send(Buffer.from(bytes));
    assert.equal((await client.expect("disconnect")).reasonCode, 0x81);
    await client.closed;
  }
  await until(() => house.texts.length === 2);
  const three = await RawClient.enter(port, { will });
  three.send(Buffer.from([0xe0, 1, 0]));
  await three.closed;
  await until(() => house.texts.length === 3);
});

test("a ping is answered", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port);
  const bytes: number[] = [];
  client.socket.on("data", (chunk: Buffer) => bytes.push(...chunk));
  client.send(Buffer.from([0xc0, 0, 0xc0, 0]));
  await client.expect("pingresp");
  await client.expect("pingresp");
  assert.deepEqual(bytes, [0xd0, 0, 0xd0, 0]);
});

function packet(first: number, body: readonly number[]): Buffer {
  return Buffer.from([first, body.length, ...body]);
}

function text(characters: string): number[] {
  const bytes = Buffer.from(characters);
  return [0, bytes.length, ...bytes];
}
