import assert from "node:assert/strict";
import { test } from "node:test";
import type { IConnectPacket } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { TestClock } from "../lib/clock.ts";

const will = { topic: "state", payload: "lost", qos: 1, retain: true } as const;

test("the will of a client that is lost reaches the house, the readers, and is kept", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const reader = await RawClient.enter(port, { clientId: "reader" });
  await reader.subscribe("state", 1);
  const client = await RawClient.enter(port, { username: "meter", will });
  await client.vanish();
  assert.equal(String((await reader.expect("publish")).payload), "lost");
  const [message] = house.received;
  assert.deepEqual([message?.agent, message?.text, message?.retain], ["meter", "lost", true]);
  assert.equal(broker.retained("state").length, 1);
});

test("a client that says goodbye takes its will back, unless MQTT 5 says otherwise", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  await (await RawClient.enter(port, { will })).leave();
  const five = await RawClient.enter(port, { will, protocolVersion: 5 });
  await five.leave();
  assert.deepEqual(house.texts, []);
  const other = await RawClient.enter(port, { will, protocolVersion: 5 });
  other.send({ cmd: "disconnect", reasonCode: 4 });
  await other.closed;
  await until(() => house.texts.length === 1);
});

test("a will on a topic that the agent may not publish on keeps it out", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: ["own/#"], subscribe: [] };
  const { port } = await house.open(t);
  const client = await RawClient.open(port, 5);
  client.connect({ protocolVersion: 5, will });
  assert.equal((await client.expect("connack")).reasonCode, 0x87);
  const three = await RawClient.open(port);
  three.connect({ will: { ...will, topic: "a/+" } });
  assert.equal((await three.expect("connack")).returnCode, 5);
});

test("a take-over publishes the will of the old connection", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  await RawClient.enter(port, { will });
  await RawClient.enter(port);
  await until(() => house.texts.length === 1);
  assert.deepEqual(house.texts, ["lost"]);
});

test("a delayed will waits for the client to come back", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { broker, port } = await house.open(t);
  const properties = { willDelayInterval: 10, contentType: "text/plain" };
  const wish = delayed(600, { ...will, properties });
  await (await RawClient.enter(port, wish)).vanish();
  await until(() => broker.clients().length === 0);
  clock.advance(9_000);
  await (await RawClient.enter(port, wish)).vanish();
  await until(() => broker.clients().length === 0);
  clock.advance(9_000);
  assert.deepEqual(house.texts, []);
  clock.advance(1_000);
  await until(() => house.texts.length === 1);
  const reader = await RawClient.enter(port, { clientId: "reader", protocolVersion: 5 });
  await reader.subscribe("state");
  const { properties: got } = await reader.expect("publish");
  assert.deepEqual(JSON.parse(JSON.stringify(got)), { contentType: "text/plain" });
});

test("a delayed will does not outlive the session", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { broker, port } = await house.open(t);
  const wish = delayed(5, { ...will, properties: { willDelayInterval: 10 } });
  await (await RawClient.enter(port, wish)).vanish();
  await until(() => broker.clients().length === 0);
  clock.advance(5_000);
  await until(() => house.texts.length === 1);
  assert.deepEqual(house.texts, ["lost"]);
});

test("closing the broker is no reason to announce a loss", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  await RawClient.enter(port, { will });
  await broker.close();
  assert.deepEqual(house.texts, []);
});

function delayed(
  sessionExpiryInterval: number,
  will: NonNullable<IConnectPacket["will"]>,
): Partial<IConnectPacket> {
  return { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval }, will };
}
