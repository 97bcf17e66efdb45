import assert from "node:assert/strict";
import { test } from "node:test";
import type { Packet } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import type { AgentId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";
import type { Broker } from "./broker.ts";
import { Sessions } from "./embedded/sessions.ts";

test("a client that is away gets its messages when it is back, in order", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const away = await RawClient.enter(port, { clean: false });
  await away.subscribe("a", 1);
  await away.leave();
  for (let index = 0; index < 50; index += 1) await send(broker, "a", String(index));
  await send(broker, "a", "not sure to arrive", 0);
  const back = await RawClient.open(port);
  back.connect({ clean: false });
  assert.equal((await back.expect("connack")).sessionPresent, true);
  for (let index = 0; index < 50; index += 1) {
    const { payload, messageId = 0 } = await back.expect("publish");
    assert.equal(String(payload), String(index));
    back.send({ cmd: "puback", messageId });
  }
  await back.expectNothing();
});

test("a clean session leaves nothing behind", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const first = await RawClient.enter(port, { clean: false });
  await first.subscribe("a", 1);
  await first.leave();
  const clean = await RawClient.enter(port, { clean: true });
  await send(broker, "a", "1");
  await clean.expectNothing();
  await clean.leave();
  const again = await RawClient.open(port);
  again.connect({ clean: false });
  assert.equal((await again.expect("connack")).sessionPresent, false);
});

test("what was not acknowledged is sent again, marked, before what waits", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const first = await RawClient.enter(port, { clean: false });
  await first.subscribe("a", 2);
  await send(broker, "a", "1", 1);
  await send(broker, "a", "2", 2);
  await send(broker, "a", "3", 2);
  const one = await first.expect("publish");
  const two = await first.expect("publish");
  await first.expect("publish");
  first.send({ cmd: "pubrec", messageId: two.messageId ?? 0 });
  await first.expect("pubrel");
  await first.vanish();
  await until(() => broker.clients().length === 0);
  await send(broker, "a", "4", 1);
  const again = await RawClient.enter(port, { clean: false });
  const seen = [await again.next(), await again.next(), await again.next(), await again.next()];
  assert.deepEqual(seen.map(described), [
    `publish 1 dup ${one.messageId}`,
    `pubrel ${two.messageId}`,
    "publish 3 dup 3",
    "publish 4 4",
  ]);
});

test("QoS 2 to a client: sent once, released, completed", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port);
  await client.subscribe("a", 2);
  await send(broker, "a", "1", 2);
  const { messageId = 0 } = await client.expect("publish");
  client.send({ cmd: "pubrec", messageId });
  assert.equal((await client.expect("pubrel")).messageId, messageId);
  client.send({ cmd: "pubcomp", messageId });
  await client.expectNothing();
});

test("MQTT 5 hears that a packet id is unknown", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.send({ cmd: "pubrel", messageId: 5 });
  assert.equal((await client.expect("pubcomp")).reasonCode, 0x92);
  client.send({ cmd: "pubrec", messageId: 6 });
  assert.equal((await client.expect("pubrel")).reasonCode, 0x92);
});

test("a client gets no more at once than it said it takes", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const properties = { receiveMaximum: 2 };
  const client = await RawClient.enter(port, { protocolVersion: 5, properties });
  await client.subscribe("a", 1);
  for (let index = 1; index <= 5; index += 1) await send(broker, "a", String(index));
  const { messageId = 0 } = await client.expect("publish");
  await client.expect("publish");
  await client.expectNothing();
  client.send({ cmd: "puback", messageId });
  assert.equal(String((await client.expect("publish")).payload), "3");
  await client.expectNothing();
});

test("a refusing PUBREC ends a delivery", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const properties = { receiveMaximum: 1 };
  const client = await RawClient.enter(port, { protocolVersion: 5, properties });
  await client.subscribe("a", 2);
  await send(broker, "a", "1", 2);
  await send(broker, "a", "2", 2);
  const { messageId = 0 } = await client.expect("publish");
  client.send({ cmd: "pubrec", messageId, reasonCode: 0x80 });
  assert.equal(String((await client.expect("publish")).payload), "2");
});

test("a packet larger than the client takes is dropped and counted", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const properties = { maximumPacketSize: 100 };
  const client = await RawClient.enter(port, { protocolVersion: 5, properties });
  await client.subscribe("a", 1);
  await send(broker, "a", "x".repeat(100));
  await send(broker, "a", "small");
  assert.equal(String((await client.expect("publish")).payload), "small");
  assert.equal(house.gauges.get('mqtt_dropped_total{reason="packet_too_large"}'), 1);
});

test("a session is forgotten when its client is away for too long", async (t) => {
  const clock = new TestClock();
  const { broker, port } = await new TestHouse(clock).open(t);
  const wish = { protocolVersion: 5, clean: false } as const;
  const properties = { sessionExpiryInterval: 60 };
  const first = await RawClient.enter(port, { ...wish, properties });
  await first.subscribe("a", 1);
  await first.leave();
  clock.advance(59_000);
  const second = await RawClient.open(port, 5);
  second.connect({ ...wish, properties });
  assert.equal((await second.expect("connack")).sessionPresent, true);
  await second.leave();
  clock.advance(60_000);
  await send(broker, "a", "1");
  const third = await RawClient.open(port, 5);
  third.connect({ ...wish, properties });
  assert.equal((await third.expect("connack")).sessionPresent, false);
});

test("an MQTT 3 session is kept for a week, not for ever", async (t) => {
  const clock = new TestClock();
  const { port } = await new TestHouse(clock).open(t);
  await (await RawClient.enter(port, { clean: false })).leave();
  for (const { awayMs, isKept } of [
    { awayMs: LIMIT.sessionAwayMs - 1_000, isKept: true },
    { awayMs: LIMIT.sessionAwayMs, isKept: false },
  ]) {
    // Nobody looks at the connections of a whole week, second by second.
    clock.sleep(awayMs);
    const back = await RawClient.open(port);
    back.connect({ clean: false });
    assert.equal((await back.expect("connack")).sessionPresent, isKept);
    await back.leave();
  }
});

test("at goodbye a client may change how long its session is kept, but not revive it", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const wish = { protocolVersion: 5, clean: false } as const;
  const properties = { sessionExpiryInterval: 60 };
  const first = await RawClient.enter(port, { ...wish, properties });
  first.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  await first.closed;
  const second = await RawClient.open(port, 5);
  second.connect(wish);
  assert.equal((await second.expect("connack")).sessionPresent, false);
  second.send({ cmd: "disconnect", reasonCode: 0, properties });
  assert.equal((await second.expect("disconnect")).reasonCode, 0x82);
  assert.deepEqual(broker.clients(), []);
});

test("messages whose life is over are not delivered, others say how long they live", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { port } = await house.open(t);
  const wish = { clientId: "away", protocolVersion: 5, clean: false } as const;
  const properties = { sessionExpiryInterval: 600 };
  const away = await RawClient.enter(port, { ...wish, properties });
  await away.subscribe("a", 1);
  await away.leave();
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  for (const [messageId, messageExpiryInterval] of [
    [1, 10],
    [2, 100],
  ] as const) {
    const life = { messageExpiryInterval };
    client.publish("a", `${messageExpiryInterval}`, { qos: 1, messageId, properties: life });
    await client.expect("puback");
  }
  clock.advance(30_000);
  const back = await RawClient.enter(port, { ...wish, properties });
  const { payload, properties: got } = await back.expect("publish");
  assert.equal(String(payload), "100");
  assert.equal(got?.messageExpiryInterval, 70);
  assert.equal(house.gauges.get('mqtt_dropped_total{reason="expired"}'), 1);
});

test("a full queue loses its oldest messages, counted, and says so once", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const away = await RawClient.enter(port, { clean: false });
  await away.subscribe("a", 1);
  await away.leave();
  const sent = LIMIT.queuedPerSession + 100;
  for (let index = 0; index < sent; index += 1) await send(broker, "a", String(index));
  assert.equal(house.gauges.get('mqtt_dropped_total{reason="queue_full"}'), 100);
  assert.deepEqual(house.gaps, ["client client"]);
  assert.deepEqual(house.warnings, ["a client loses its oldest messages"]);
  const back = await RawClient.enter(port, { clean: false });
  assert.equal(String((await back.expect("publish")).payload), "100");
  assert.equal(broker.clients()[0]?.dropped, 100);
});

test("rights that were narrowed while a client was away hold for what waits for it", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const first = await RawClient.enter(port, { clean: false });
  await first.subscribe("secret", 1);
  await first.subscribe("public", 1);
  await send(broker, "secret", "unacknowledged");
  await first.expect("publish");
  await first.leave();
  await send(broker, "secret", "1");
  await send(broker, "public", "2");
  house.rights = { publish: [], subscribe: ["public"] };
  const back = await RawClient.enter(port, { clean: false });
  assert.equal(String((await back.expect("publish")).payload), "2");
  await back.expectNothing();
  assert.deepEqual(broker.clients()[0]?.subscriptions, ["public"]);
});

test("sessions above the limit: the one that is away longest has to go", () => {
  const house = new TestHouse();
  const ended: string[] = [];
  const onEnd = ({ clientId }: { clientId: string }) => void ended.push(clientId);
  const sessions = new Sessions({ ...house.parts, archive: null, onEnd });
  const agent = "agent" as AgentId;
  for (let index = 0; index <= LIMIT.sessions; index += 1) {
    const session = sessions.begin(agent, `c${index}`, null);
    session.expirySeconds = 60;
    if (index > 0) sessions.leave(session);
  }
  assert.deepEqual(ended, []);
  const first = sessions.find(agent, "c0");
  assert.ok(first);
  sessions.leave(first);
  assert.deepEqual(ended, ["c1"]);
  assert.deepEqual(house.warnings, ["session ended to make room"]);
});

async function send(broker: Broker, topic: string, text: string, qos: 0 | 1 | 2 = 1) {
  const sent = await broker.send({ topic, payload: Buffer.from(text), qos });
  assert.ok(sent.ok);
}

function described(packet: Packet): string {
  const { cmd, messageId } = packet;
  if (cmd !== "publish") return `${cmd} ${messageId}`;
  return `${cmd} ${packet.payload}${packet.dup ? " dup" : ""} ${messageId}`;
}
