import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { generate, type IConnectPacket, type Packet } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { LIMIT } from "../domain/limit.ts";
import { chances } from "../lib/chance.ts";
import { systemClock } from "../lib/clock.ts";

const SEED = 18;
const MUTATED = 10_000;
const AT_ONCE = 20;
const HEAP_GROWTH_MAX = 50 * 1024 * 1024;
/** PUBLISH that announces 268,435,455 bytes. */
const HUGE = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);

test("10,000 mutated packets leave the broker alive, and every refusal has a culprit", async (t) => {
  const house = new TestHouse(systemClock);
  house.rights = { publish: ["own/#", "state"], subscribe: ["own/#"] };
  const { broker, port } = await house.open(t);
  const chance = chances(SEED);
  const before = heapBytes();
  let served = 0;
  const attackers = Array.from({ length: AT_ONCE }, async (_, attacker) => {
    for (let sent = 0; sent < MUTATED / AT_ONCE; sent += 1) {
      const version = chance() < 0.5 ? 4 : 5;
      const client = await RawClient.open(port, version);
      client.mute();
      const clientId = `attacker ${attacker}`;
      const connect = generate(connectPacket(clientId, version));
      const isFirst = chance() < 0.2;
      const packets = isFirst ? [mutated(connect, chance)] : [connect, mutant(version, chance)];
      client.send(Buffer.concat(packets));
      client.socket.end();
      await client.closed;
      served += 1;
    }
  });
  await Promise.all(attackers);
  assert.equal(served, MUTATED);
  assert.ok(house.refused.length > MUTATED / 10, `${house.refused.length} refusals`);
  assert.ok(house.refused.every(({ remote }) => remote === "127.0.0.1"));
  const nameless = house.refused.filter(({ agent, clientId }) => agent !== null && clientId === "");
  assert.deepEqual(nameless, []);
  assert.equal(refusals(house), house.refused.length);
  await until(() => broker.clients().length === 0);
  assert.equal(house.gauges.get("mqtt_connections"), 0);
  const client = await RawClient.enter(port);
  client.publish("own/a", "alive", { qos: 1, messageId: 1 });
  await client.expect("puback");
  assert.ok(heapBytes() - before < HEAP_GROWTH_MAX, `${(heapBytes() - before) >> 20} MiB more`);
});

test("a packet of 256 MB is refused by its announcement", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.send(HUGE);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x95);
  await client.closed;
  const stranger = await RawClient.open(port);
  stranger.send(HUGE);
  await stranger.closed;
  assert.deepEqual(
    house.refused.map(({ problem }) => problem.code),
    ["payload_too_large", "payload_too_large"],
  );
});

test("topics of 500 and of 32,000 levels are refused, the connection stays", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  for (const [messageId, levels] of [
    [1, 500],
    [2, 32_000],
  ] as const) {
    client.publish("a/".repeat(levels), "x", { qos: 1, messageId });
    assert.equal((await client.expect("puback")).reasonCode, 0x90);
  }
  assert.deepEqual(house.texts, []);
});

test("a packet with a thousand user properties is passed on, one with more ends its connection", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const reader = await RawClient.enter(port, { clientId: "reader", protocolVersion: 5 });
  await reader.subscribe("bomb");
  const client = await RawClient.enter(port, { clientId: "bomber", protocolVersion: 5 });
  const many = { n: Array.from({ length: LIMIT.propertiesPerPacket }, (_, index) => `${index}`) };
  client.publish("bomb", "x", { properties: { userProperties: many } });
  const { properties } = await reader.expect("publish");
  assert.deepEqual(properties?.userProperties?.["n"], many.n);
  const more = { n: [...many.n, "one too many"] };
  client.publish("bomb", "y", { properties: { userProperties: more } });
  assert.equal((await client.expect("disconnect")).reasonCode, 0x81);
  await client.closed;
  assert.deepEqual(house.texts, ["x"]);
  assert.deepEqual(
    house.refused.map(({ clientId }) => clientId),
    ["bomber"],
  );
});

test("names of JavaScript's own are client ids, topics and properties like any other", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const wish = { clientId: "__proto__", protocolVersion: 5, clean: false } as const;
  const client = await RawClient.enter(port, wish);
  await client.subscribe("__proto__/+", 1);
  const userProperties = Object.assign(Object.create(null), { ["__proto__"]: "x" });
  client.publish("__proto__/constructor", "x", { properties: { userProperties } });
  assert.equal((await client.expect("publish")).topic, "__proto__/constructor");
  assert.deepEqual(Object.keys(broker.clients()[0] ?? {}).includes("clientId"), true);
  assert.equal(broker.clients()[0]?.clientId, "__proto__");
});

test("100,000 topics of one client pass, and are not all remembered", async (t) => {
  const house = new TestHouse(systemClock);
  house.store = async () => void house.received.splice(0);
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.mute();
  const before = heapBytes();
  for (let index = 0; index < 100_000; index += 1) client.publish(`t/${index}`, "x");
  await until(() => house.gauges.get("mqtt_messages_received_total") === 100_000);
  assert.ok(heapBytes() - before < HEAP_GROWTH_MAX);
});

test("a subscriber that stops reading costs nobody else a message", async (t) => {
  const house = new TestHouse(systemClock);
  const { broker, port } = await house.open(t);
  const frozen = [await RawClient.enter(port, { clientId: "frozen 0" })];
  frozen.push(await RawClient.enter(port, { clientId: "frozen 1" }));
  await frozen[0]?.subscribe("flood", 0);
  await frozen[1]?.subscribe("flood", 1);
  for (const client of frozen) client.socket.pause();
  const healthy = await RawClient.enter(port, { clientId: "healthy" });
  await healthy.subscribe("flood", 0);
  healthy.mute();
  const publisher = await RawClient.enter(port);
  const rounds = 400;
  const payload = Buffer.alloc(1_000, 120);
  for (let round = 0; round < rounds; round += 1) {
    for (let messageId = 1; messageId <= 100; messageId += 1) {
      publisher.publish("flood", payload, { qos: 1, messageId });
    }
    for (let messageId = 1; messageId <= 100; messageId += 1) await publisher.expect("puback");
  }
  await until(() => healthy.bytes > rounds * 100 * payload.length);
  const dropped = new Map(broker.clients().map((client) => [client.clientId, client]));
  assert.equal(dropped.get("healthy")?.dropped, 0);
  assert.ok((dropped.get("frozen 0")?.dropped ?? 0) > 10_000);
  assert.ok((dropped.get("frozen 1")?.dropped ?? 0) > 10_000);
  assert.ok((dropped.get("frozen 1")?.queued ?? 0) <= LIMIT.queuedPerSession);
  assert.ok(house.gauges.get('mqtt_dropped_total{reason="slow_subscriber"}') > 10_000);
  for (const client of frozen) client.socket.destroy();
});

function connectPacket(clientId: string, protocolVersion: 4 | 5): IConnectPacket {
  const properties = { sessionExpiryInterval: 5, receiveMaximum: 7, userProperties: { a: "b" } };
  const others = { contentType: "a", responseTopic: "b", correlationData: Buffer.from("c") };
  const delayed = { willDelayInterval: 1, userProperties: { a: ["b", "c"] }, ...others };
  const will = { topic: "state", payload: "lost", qos: 1, retain: false } as const;
  const plain = { cmd: "connect", clientId, protocolVersion, clean: true } as const;
  if (protocolVersion === 4) return { ...plain, will };
  return { ...plain, properties, will: { ...will, properties: delayed } };
}

/** A packet that a client may send, broken. */
function mutant(version: 4 | 5, chance: () => number): Buffer {
  const plain = { payload: "payload", dup: false, retain: chance() < 0.3 } as const;
  const properties = { contentType: "a", userProperties: { b: "c" }, topicAlias: 3 };
  const five = version === 5 ? { properties } : {};
  const subscriptions = [{ topic: "own/+/#", qos: 1 as const, rh: 1, nl: true, rap: true }];
  const packets: Packet[] = [
    { cmd: "publish", topic: "own/a", qos: 0, ...plain, ...five },
    { cmd: "publish", topic: "own/a/b/c", qos: 1, messageId: 5, ...plain },
    { cmd: "publish", topic: "own/a", qos: 2, messageId: 6, ...plain, ...five },
    { cmd: "subscribe", messageId: 7, subscriptions },
    { cmd: "unsubscribe", messageId: 8, unsubscriptions: ["own/a", "own/b"] },
    { cmd: "pubrel", messageId: 6, ...(version === 5 && { reasonCode: 0x92 }) },
    { cmd: "puback", messageId: 9, ...(version === 5 && { reasonCode: 0x80 }) },
    {
      cmd: "disconnect",
      reasonCode: 4,
      ...(version === 5 && { properties: { reasonString: "x" } }),
    },
    { cmd: "pingreq" },
  ];
  const packet = packets[Math.floor(chance() * packets.length)] ?? { cmd: "pingreq" };
  return mutated(generate(packet, { protocolVersion: version }), chance);
}

function mutated(bytes: Buffer, chance: () => number): Buffer {
  let result = bytes;
  for (let change = 0; change <= chance() * 4; change += 1) {
    const at = Math.floor(chance() * result.length);
    const before = result.subarray(0, at);
    const kind = Math.floor(chance() * 5);
    if (kind === 0) result = Buffer.concat([before, result.subarray(at + 1)]);
    else if (kind === 1) result = before;
    else if (kind === 2) result = Buffer.concat([result, result.subarray(at)]);
    else {
      const value = chance() < 0.3 ? 0xff : Math.floor(chance() * 256);
      result = Buffer.concat([before, Buffer.from([value]), result.subarray(at + kind - 3)]);
    }
  }
  return result;
}

function refusals({ gauges }: TestHouse): number {
  const lines = gauges.text().matchAll(/mqtt_refused_total\{[^}]*\} (\d+)/g);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
