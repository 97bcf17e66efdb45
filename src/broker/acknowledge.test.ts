import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { AssertionError } from "../lib/assert.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog } from "../lib/log.ts";
import { type Arrival, Intake } from "./embedded/intake.ts";
import { knownTopic } from "./embedded/topic-table.ts";

test("a message is acknowledged when the house says that it is safe, and not before", async (t) => {
  const house = new TestHouse();
  const safe = promised();
  house.store = () => safe.promise;
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.publish("a", "1", { qos: 1, messageId: 7 });
  await until(() => house.received.length === 1);
  await client.expectNothing();
  safe.resolve();
  assert.equal((await client.expect("puback")).messageId, 7);
});

test("acknowledgements leave in the order of the messages, whichever batch is safe first", async (t) => {
  const house = new TestHouse();
  const batches: { resolve: () => void }[] = [];
  house.store = () => {
    const safe = promised();
    batches.push(safe);
    return safe.promise;
  };
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.publish("a", "1", { qos: 1, messageId: 1 });
  await until(() => batches.length === 1);
  client.publish("a", "2", { qos: 2, messageId: 2 });
  await until(() => batches.length === 2);
  client.publish("a", "3", { qos: 1, messageId: 3 });
  await until(() => batches.length === 3);
  batches[2]?.resolve();
  batches[1]?.resolve();
  await client.expectNothing();
  batches[0]?.resolve();
  const order = [await client.next(), await client.next(), await client.next()];
  assert.deepEqual(
    order.map(({ cmd, messageId }) => `${cmd} ${messageId}`),
    ["puback 1", "pubrec 2", "puback 3"],
  );
});

test("nothing is passed on before it is safe", async (t) => {
  const house = new TestHouse();
  const safe = promised();
  house.store = () => safe.promise;
  const { port } = await house.open(t);
  const reader = await RawClient.enter(port, { clientId: "reader" });
  await reader.subscribe("a");
  const client = await RawClient.enter(port);
  client.publish("a", "1", { qos: 0, retain: true });
  await until(() => house.received.length === 1);
  await reader.expectNothing();
  safe.resolve();
  assert.equal(String((await reader.expect("publish")).payload), "1");
});

test("what could not be stored is not acknowledged: its sender is closed and repeats", async (t) => {
  const house = new TestHouse();
  house.store = () => Promise.reject(new Error("disk full"));
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.publish("a", "1", { qos: 1, messageId: 1 });
  await client.closed;
  assert.deepEqual(
    client.packets.map(({ cmd }) => cmd),
    ["connack"],
  );
  assert.equal(house.gauges.get("mqtt_batches_failed_total"), 1);
  assert.equal(house.presence.at(-1)?.cause, "not stored");
});

test("a QoS 2 message is not complete before it is safe, even for a client that does not wait", async (t) => {
  const house = new TestHouse();
  const safe = promised();
  house.store = () => safe.promise;
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.publish("a", "1", { qos: 2, messageId: 1 });
  client.send({ cmd: "pubrel", messageId: 1 });
  assert.equal((await client.expect("disconnect")).reasonCode, 0x82);
  safe.resolve();
});

test("a QoS 2 message that could not be stored is taken when it is repeated", async (t) => {
  const house = new TestHouse();
  house.store = () => Promise.reject(new Error("disk full"));
  const { port } = await house.open(t);
  const first = await RawClient.enter(port, { clean: false });
  first.publish("a", "1", { qos: 2, messageId: 1 });
  await first.closed;
  house.store = async () => {};
  const second = await RawClient.enter(port, { clean: false });
  second.publish("a", "1", { qos: 2, messageId: 1, dup: true });
  await second.expect("pubrec");
  assert.deepEqual(house.texts, ["1", "1"]);
});

test("a sender without acknowledgement stays connected, and its loss is counted", async (t) => {
  const house = new TestHouse();
  house.store = () => Promise.reject(new Error("disk full"));
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.publish("a", "1");
  await until(() => house.gauges.get('mqtt_dropped_total{reason="not_stored"}') === 1);
  await client.expectNothing();
});

test("messages of one turn are one batch, whoever sent them", async (t) => {
  const house = new TestHouse();
  const sizes: number[] = [];
  house.store = async ({ length }) => void sizes.push(length);
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  const packets = Array.from({ length: 50 }, (_, index) =>
    client.encode({
      ...{ cmd: "publish", topic: "a", payload: "x", qos: 1, messageId: index + 1 },
      ...{ dup: false, retain: false },
    }),
  );
  client.send(Buffer.concat(packets));
  for (let index = 1; index <= 50; index += 1) {
    assert.equal((await client.expect("puback")).messageId, index);
  }
  assert.deepEqual(sizes, [50]);
});

test("a QoS 2 message is taken once, however often it is sent before it is released", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.publish("a", "1", { qos: 2, messageId: 1 });
  await client.expect("pubrec");
  client.publish("a", "1", { qos: 2, messageId: 1, dup: true });
  await client.expect("pubrec");
  client.send({ cmd: "pubrel", messageId: 1 });
  await client.expect("pubcomp");
  client.publish("a", "2", { qos: 2, messageId: 1 });
  await client.expect("pubrec");
  assert.deepEqual(house.texts, ["1", "2"]);
});

test("a QoS 2 message repeated on a new connection is acknowledged there when it is safe", async (t) => {
  const house = new TestHouse();
  const safe = promised();
  house.store = () => safe.promise;
  const { port } = await house.open(t);
  const first = await RawClient.enter(port, { clean: false });
  first.publish("a", "1", { qos: 2, messageId: 1 });
  await until(() => house.received.length === 1);
  await first.vanish();
  const second = await RawClient.enter(port, { clean: false });
  second.publish("a", "1", { qos: 2, messageId: 1, dup: true });
  await second.expectNothing();
  safe.resolve();
  assert.equal((await second.expect("pubrec")).messageId, 1);
  assert.deepEqual(house.texts, ["1"]);
});

test("closing waits until what came is safe and acknowledged", async (t) => {
  const house = new TestHouse();
  const safe = promised();
  house.store = () => safe.promise;
  const { broker, port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.publish("a", "1", { qos: 1, messageId: 1 });
  await until(() => house.received.length === 1);
  const closed = broker.close();
  safe.resolve();
  await closed;
  await client.expect("puback");
  assert.equal((await client.expect("disconnect")).reasonCode, 0x8b);
  assert.equal(house.presence.at(-1)?.cause, "shut down");
});

test("too much on its way to the store holds senders back, until half of it is safe", async () => {
  const safe: (() => void)[] = [];
  const states: boolean[] = [];
  let acknowledged = 0;
  const intake = newIntake({
    receive: () => new Promise((resolve) => safe.push(resolve)),
    route: () => {
      acknowledged += 1;
    },
    onFull: (isFull) => states.push(isFull),
  });
  const payload = Buffer.alloc(LIMIT.packetBytes);
  const messages = Math.ceil(LIMIT.pendingBytes / LIMIT.packetBytes);
  for (let index = 0; index < messages; index += 1) {
    intake.offer(arrival(payload));
    if (index % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(states, [true]);
  const idle = intake.idle();
  for (const resolve of safe) resolve();
  await idle;
  assert.deepEqual(states, [true, false]);
  assert.equal(acknowledged, messages);
  assert.equal(intake.pendingBytes, 0);
});

test("a turn that reads long hands over on the way", async () => {
  const sizes: number[] = [];
  const intake = newIntake({ receive: async ({ length }) => void sizes.push(length) });
  for (let index = 0; index < LIMIT.messagesPerBatch + 1; index += 1) {
    intake.offer(arrival(Buffer.alloc(1)));
  }
  assert.deepEqual(sizes, [LIMIT.messagesPerBatch]);
  await intake.idle();
  assert.deepEqual(sizes, [LIMIT.messagesPerBatch, 1]);
});

test("a turn that brings large messages hands over on the way: reading them counts for its time", async () => {
  const sizes: number[] = [];
  const intake = newIntake({ receive: async ({ length }) => void sizes.push(length) });
  for (let index = 0; index < 5; index += 1) {
    intake.offer(arrival(Buffer.alloc(LIMIT.largeBytesPerBatch / 2)));
  }
  assert.deepEqual(sizes, [2, 2]);
  await intake.idle();
  assert.deepEqual(sizes, [2, 2, 1]);
});

test("a wrong program is not taken for a full disk", async (t) => {
  const faults: unknown[] = [];
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (fault) => faults.push(fault));
  t.after(() => {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
  const intake = newIntake({ receive: () => Promise.reject(new AssertionError("impossible")) });
  intake.offer(arrival(Buffer.alloc(1)));
  await until(() => faults.length > 0);
  assert.ok(faults[0] instanceof AssertionError);
});

function promised(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let settle: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: () => settle() };
}

function newIntake(parts: Partial<ConstructorParameters<typeof Intake>[0]>): Intake {
  return new Intake({
    ...{
      receive: async () => {},
      retain: async () => {},
      keep: () => null,
      route: () => {},
      onFull: () => {},
      onTrouble: () => {},
    },
    ...{ gauges: new Gauges(), log: silentLog },
    ...parts,
  });
}

function arrival(payload: Buffer): Arrival {
  return {
    ...{ topic: "t", payload, retain: false },
    ...{ agent: "agent" as AgentId, receivedAt: 0 as Timestamp },
    ...{ known: knownTopic("t"), qos: 0, properties: payload.subarray(0, 0), expiresAt: null },
    ...{ connection: null, packetId: 0, kept: [], chosen: null },
  };
}
