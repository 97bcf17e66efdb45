import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { IConnectPacket } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import type { Rights } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { TestClock } from "../lib/clock.ts";
import { success } from "../lib/outcome.ts";

const METER = "meter" as AgentId;
const ALL: Rights = { publish: ["#"], subscribe: ["#"] };
const five = { protocolVersion: 5, username: "meter" } as const;
const lasting = { clean: false, properties: { sessionExpiryInterval: 3_600 } } as const;

test("a client that loses nothing by other rights goes on, and is judged by them", async (t) => {
  const { broker, house, port } = await opened(t);
  const client = await RawClient.enter(port, five);
  await client.subscribe("a/b", 1);
  client.publish("b/1", "before", { qos: 1, messageId: 1 });
  assert.equal((await client.expect("puback")).reasonCode ?? 0, 0);
  broker.regrant({ publish: ["c/#"], subscribe: ["a/#"] });
  client.publish("b/1", "after", { qos: 1, messageId: 2 });
  assert.equal((await client.expect("puback")).reasonCode, 0x87);
  client.publish("c/1", "granted", { qos: 1, messageId: 3 });
  assert.equal((await client.expect("puback")).reasonCode ?? 0, 0);
  assert.deepEqual(house.texts, ["before", "granted"]);
  assert.deepEqual(await client.subscribe("b/#"), [0x87]);
});

test("a topic alias stands for its topic, and not for a right that is over", async (t) => {
  const { broker, house, port } = await opened(t);
  const client = await RawClient.enter(port, five);
  const properties = { topicAlias: 1 };
  client.publish("b/1", "before", { qos: 1, messageId: 1, properties });
  await client.expect("puback");
  broker.regrant({ publish: [], subscribe: [] });
  client.publish("", "after", { qos: 1, messageId: 2, properties });
  assert.equal((await client.expect("puback")).reasonCode, 0x87);
  assert.deepEqual(house.texts, ["before"]);
});

test("a client that loses a subscription is sent away, and told when it asks again", async (t) => {
  const { broker, house, port } = await opened(t);
  const client = await RawClient.enter(port, { ...five, ...lasting });
  await client.subscribe("a/#", 1);
  await client.subscribe("b/#", 1);
  house.rights = { publish: ["#"], subscribe: ["b/#"] };
  broker.regrant(house.rights);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x87);
  await client.closed;

  await broker.send("a/1");
  await broker.send("b/1");
  const again = await RawClient.enter(port, { ...five, ...lasting });
  assert.equal((await again.expect("publish")).topic, "b/1");
  assert.deepEqual(await again.subscribe("a/#", 1), [0x87]);
});

test("what waits for a client that is away goes when it may not have it any more", async (t) => {
  const { broker, port } = await opened(t);
  const client = await RawClient.enter(port, { ...five, ...lasting });
  await client.subscribe("a/#", 1);
  await client.subscribe("b/#", 1);
  await client.leave();
  await broker.send("a/1");
  await broker.send("b/1");
  broker.regrant({ publish: [], subscribe: ["b/#"] });
  broker.regrant(ALL);
  const again = await RawClient.enter(port, { ...five, ...lasting });
  assert.equal((await again.expect("publish")).topic, "b/1");
  again.send({ cmd: "puback", messageId: 1 });
  await again.expectNothing();
});

test("what is retained is only replayed to those who may have it now", async (t) => {
  const { broker, port } = await opened(t);
  await broker.send("a/1", true);
  await broker.send("b/1", true);
  const client = await RawClient.enter(port, five);
  broker.regrant({ publish: [], subscribe: ["b/#"] });
  assert.deepEqual(await client.subscribe("#"), [0x87]);
  await client.subscribe("b/#");
  assert.equal((await client.expect("publish")).topic, "b/1");
  await client.expectNothing();
});

test("a will is not said that its agent may not say any more", async (t) => {
  const clock = new TestClock();
  const { broker, house, port } = await opened(t, clock);
  const will = { topic: "state", payload: "lost", qos: 1, retain: false } as const;
  const here = await RawClient.enter(port, { ...five, clientId: "here", will });
  const delayed = { ...will, payload: "late", properties: { willDelayInterval: 10 } };
  const away: Partial<IConnectPacket> = { ...five, ...lasting, clientId: "away", will: delayed };
  await (await RawClient.enter(port, away)).vanish();
  await until(() => house.presence.some(({ up }) => !up));
  broker.regrant({ publish: ["b/#"], subscribe: [] });
  assert.equal((await here.expect("disconnect")).reasonCode, 0x87);
  await here.closed;
  clock.advance(11_000);
  const last = await RawClient.enter(port, { clientId: "last" });
  last.publish("b/1", "the end", { qos: 1, messageId: 1 });
  await last.expect("puback");
  assert.deepEqual(house.texts, ["the end"]);
});

test("rights that change while a client is let in are asked for again", async (t) => {
  const { broker, house, port } = await opened(t);
  let isAsked = 0;
  let decide = () => {};
  house.admit = async () => {
    isAsked += 1;
    const { rights } = house;
    if (isAsked === 1) await new Promise<void>((resolve) => (decide = resolve));
    return success({ agent: METER, rights });
  };
  const client = await RawClient.open(port, 5);
  client.connect(five);
  await until(() => isAsked === 1);
  house.rights = { publish: [], subscribe: ["b/#"] };
  broker.regrant(house.rights);
  decide();
  await client.expect("connack");
  assert.deepEqual(await client.subscribe("a/#"), [0x87]);
});

test("a connection ends when what its client signed in with expires", async (t) => {
  const clock = new TestClock();
  const { house, port } = await opened(t, clock);
  const endsAt = (clock.now() + 60_000) as Timestamp;
  house.admit = async () => success({ agent: METER, rights: ALL, endsAt });
  const client = await RawClient.enter(port, five);
  clock.advance(59_000);
  await client.expectNothing();
  clock.advance(1_000);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x87);
  await client.closed;
  assert.equal(house.gauges.get('mqtt_closed_total{reason="sign_in_expired"}'), 1);
});

async function opened(t: TestContext, clock = new TestClock()) {
  const house = new TestHouse(clock);
  const { broker, port } = await house.open(t);
  const regrant = (rights: Rights) => broker.regrant?.(METER, rights);
  const send = (topic: string, retain = false) =>
    broker.send({ topic, payload: Buffer.from("x"), retain });
  return { house, port, broker: { regrant, send } };
}
