import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { generate, type IConnectPacket } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import type { AgentId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { problem } from "../domain/problem.ts";
import { TestClock } from "../lib/clock.ts";
import { failure, success } from "../lib/outcome.ts";
import { openEmbeddedBroker } from "./embedded/embedded.ts";

test("the house decides who comes in, and is told what the client showed", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const password = Buffer.from("secret");
  await RawClient.enter(port, { clientId: "c", username: "meter", password });
  const remote = "127.0.0.1";
  assert.deepEqual(house.attempts, [
    { clientId: "c", username: "meter", password: "secret", certificate: null, remote },
  ]);
  assert.deepEqual(house.presence, [
    { agent: "meter", clientId: "c", remote, up: true, cause: "connected" },
  ]);
});

test("an empty user name and password count as absent", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  await RawClient.enter(port, { username: "", password: Buffer.from("") });
  const [attempt] = house.attempts;
  assert.deepEqual([attempt?.username, attempt?.password], [null, null]);
});

test("who may not come in is told so in the words of its version, and reported", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  assert.deepEqual(await refusalOf(port, { username: "nobody" }), { code: 5 });
  const five = await refusalOf(port, { username: "nobody", protocolVersion: 5 });
  assert.deepEqual(five, { code: 0x87, reason: "nobody may come in" });
  house.admit = async () => failure(problem("sign_in_wrong", "wrong password"));
  assert.deepEqual(await refusalOf(port, {}), { code: 4 });
  assert.equal((await refusalOf(port, { protocolVersion: 5 })).code, 0x86);
  house.admit = () => Promise.reject(new Error("store is gone"));
  assert.deepEqual(await refusalOf(port, {}), { code: 3 });
  assert.equal((await refusalOf(port, { protocolVersion: 5 })).code, 0x88);
  assert.deepEqual(
    house.refused.map(({ problem }) => problem.code),
    [...repeat("agent_refused", 2), ...repeat("sign_in_wrong", 2), ...repeat("internal", 2)],
  );
  assert.equal(house.gauges.get('mqtt_refused_total{code="agent_refused"}'), 2);
  assert.deepEqual(house.presence, []);
});

test("an MQTT 5 client that wants no words gets none", async (t) => {
  const { port } = await new TestHouse().open(t);
  const properties = { requestProblemInformation: false };
  const refusal = await refusalOf(port, { username: "nobody", protocolVersion: 5, properties });
  assert.deepEqual(refusal, { code: 0x87 });
});

test("a protocol level that is not spoken here is answered with code 1", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.open(port);
  client.send(Buffer.from([0x10, 12, 0, 4, 77, 81, 84, 84, 6, 2, 0, 0, 0, 0]));
  assert.equal((await client.expect("connack")).returnCode, 1);
  await client.closed;
});

test("MQTT 3.1 is spoken too", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.open(port);
  client.connect({ protocolId: "MQIsdp", protocolVersion: 3, clean: false });
  const { returnCode, sessionPresent } = await client.expect("connack");
  assert.deepEqual([returnCode, sessionPresent], [0, false]);
});

test("a client without an id is given one, unless MQTT 3 asks to be remembered", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  await RawClient.enter(port, { clientId: "" });
  assert.match(house.attempts[0]?.clientId ?? "", /^auto-/);
  const client = await RawClient.open(port, 5);
  client.send(Buffer.from([0x10, 13, 0, 4, 77, 81, 84, 84, 5, 0, 0, 0, 0, 0, 0]));
  const { properties } = await client.expect("connack");
  const assigned = properties?.assignedClientIdentifier;
  assert.ok(broker.clients().some(({ clientId }) => clientId === assigned));
  const forgotten = await RawClient.open(port);
  forgotten.send(Buffer.from([0x10, 12, 0, 4, 77, 81, 84, 84, 4, 0, 0, 0, 0, 0]));
  assert.equal((await forgotten.expect("connack")).returnCode, 2);
});

test("a client id or a password above its limit is refused before the house is asked", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const clientId = "x".repeat(LIMIT.clientIdBytes + 1);
  assert.deepEqual(await refusalOf(port, { clientId }), { code: 2 });
  const password = Buffer.alloc(LIMIT.passwordBytes + 1, 120);
  assert.deepEqual(await refusalOf(port, { username: "u", password }), { code: 4 });
  assert.deepEqual(house.attempts, []);
});

test("an MQTT 5 client is told the limits that it has to keep", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.open(port, 5);
  client.connect({ protocolVersion: 5, properties: { sessionExpiryInterval: 0xffffffff } });
  assert.deepEqual(
    { ...(await client.expect("connack")).properties },
    {
      sessionExpiryInterval: LIMIT.sessionAwayMs / 1000,
      receiveMaximum: LIMIT.unacknowledgedPerClient,
      maximumPacketSize: LIMIT.packetBytes,
      topicAliasMaximum: LIMIT.topicAliases,
    },
  );
});

test("what a client sends right behind CONNECT is heard when it was let in", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.open(port);
  client.connect();
  for (let messageId = 1; messageId <= 60; messageId += 1) {
    client.publish("a", String(messageId), { qos: 1, messageId });
  }
  await client.expect("connack");
  for (let messageId = 1; messageId <= 60; messageId += 1) {
    assert.equal((await client.expect("puback")).messageId, messageId);
  }
});

test("what a client sends right behind CONNECT is not heard when it was refused", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.open(port);
  client.connect({ username: "nobody" });
  client.publish("a", "1", { qos: 1, messageId: 1 });
  await client.closed;
  assert.deepEqual(house.texts, []);
});

test("the newest connection of a client wins, and the old one is told why", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const old = await RawClient.enter(port, { protocolVersion: 5 });
  await RawClient.enter(port, { protocolVersion: 5 });
  assert.equal((await old.expect("disconnect")).reasonCode, 0x8e);
  await old.closed;
  assert.deepEqual(
    house.presence.map(({ up, cause }) => `${up} ${cause}`),
    ["true connected", "false taken over", "true connected"],
  );
  assert.equal(broker.clients().length, 1);
});

test("who lost its connection and is back has taken over nothing", async (t) => {
  const house = new TestHouse();
  const { broker } = await house.open(t);
  const hello = generate({ cmd: "connect", clientId: "meter", clean: true, keepalive: 0 });
  const line = () => new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
  const [old, next] = [line(), line()];
  broker.accept(old, "old");
  old.push(hello);
  await until(() => broker.clients().length === 1);
  broker.accept(next, "next");
  old.push(null);
  next.push(hello);
  await until(() => house.presence.length === 3);
  assert.deepEqual(
    house.presence.map(({ up, cause, remote }) => `${up} ${cause} ${remote}`),
    ["true connected old", "false connection lost old", "true connected next"],
  );
  assert.equal(house.gauges.get("mqtt_take_overs_total"), 0);
});

test("two clients that fight over one identity are slowed down, and logged once", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { port } = await house.open(t);
  for (let round = 0; round <= LIMIT.takeOversPerMinute; round += 1) await RawClient.enter(port);
  assert.deepEqual(house.warnings, []);
  const held = await RawClient.open(port);
  held.connect();
  await until(() => house.gauges.get("mqtt_take_overs_held_total") === 1);
  assert.deepEqual(held.packets, []);
  clock.advance(LIMIT.takeOverPauseMs);
  await held.expect("connack");
  assert.deepEqual(house.warnings, ["two clients fight over one identity"]);
  assert.equal(house.gauges.get("mqtt_take_overs_total"), LIMIT.takeOversPerMinute + 1);
});

test("an agent's clients above its limit stay out, and those of others come in", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  for (let index = 0; index < LIMIT.sessionsPerAgent; index += 1) {
    await RawClient.enter(port, { clientId: `${index}`, username: "greedy" });
  }
  const surplus = await RawClient.open(port, 5);
  surplus.connect({ clientId: "surplus", username: "greedy", protocolVersion: 5 });
  assert.equal((await surplus.expect("connack")).reasonCode, 0x97);
  await RawClient.enter(port, { clientId: "other", username: "modest" });
  assert.equal(broker.clients().length, LIMIT.sessionsPerAgent + 1);
});

test("another agent's client id does not lead into its session", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const first = await RawClient.enter(port, { username: "a", clean: false });
  await first.subscribe("secret", 1);
  const other = await RawClient.open(port);
  other.connect({ username: "b", clean: false });
  assert.equal((await other.expect("connack")).sessionPresent, false);
  await first.expectNothing();
  const names = ["__proto__", "constructor", "toString"];
  for (const clientId of names) await RawClient.enter(port, { clientId });
});

test("a socket that opens and stays silent is closed", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { port } = await house.open(t);
  const client = await RawClient.open(port);
  client.send(Buffer.from([0x10]));
  const other = await RawClient.enter(port);
  clock.advance(LIMIT.connectWithinMs + 1_000);
  await client.closed;
  await other.expectNothing();
  assert.equal(house.gauges.get('mqtt_closed_total{reason="no_connect"}'), 1);
});

test("a client that is silent for one and a half keep-alives is closed", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { keepalive: 10, protocolVersion: 5 });
  clock.advance(14_000);
  await client.expectNothing();
  clock.advance(14_000);
  await client.expectNothing();
  clock.advance(17_000);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x8d);
  assert.equal(house.presence.at(-1)?.cause, "keep-alive");
  assert.equal(house.gauges.get('mqtt_closed_total{reason="keep_alive"}'), 1);
});

test("who promises to speak seldom is asked to speak more often, and told so", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.open(port, 5);
  client.connect({ protocolVersion: 5, keepalive: 65_535 });
  const { properties } = await client.expect("connack");
  assert.equal(properties?.serverKeepAlive, LIMIT.keepAliveSeconds);
});

test("bytes without a whole packet keep nobody alive", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { keepalive: 10 });
  client.send(Buffer.from([0x30, 100, 0]));
  await until(() => house.gauges.get("mqtt_bytes_received_total") > 20);
  clock.advance(17_000);
  await client.closed;
  assert.equal(house.presence.at(-1)?.cause, "keep-alive");
});

test("the house can disconnect an agent, and learns how many connections there were", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const one = await RawClient.enter(port, { clientId: "1", username: "a", protocolVersion: 5 });
  const two = await RawClient.enter(port, { clientId: "2", username: "a" });
  const other = await RawClient.enter(port, { clientId: "3", username: "b" });
  assert.equal(broker.disconnect("a" as AgentId, "revoked"), 2);
  assert.equal((await one.expect("disconnect")).reasonCode, 0x98);
  await two.closed;
  await other.expectNothing();
  assert.equal(house.presence.at(-1)?.cause, "revoked");
});

test("an agent that is revoked while it is let in is asked about again", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  let answer: () => void = () => {};
  house.admit = async ({ clientId }) => {
    house.admit = async () => failure(problem("agent_refused", "revoked"));
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return success({ agent: clientId as AgentId, rights: house.rights });
  };
  const client = await RawClient.open(port);
  client.connect();
  await until(() => house.attempts.length === 1);
  broker.disconnect("client" as AgentId, "revoked");
  answer();
  assert.equal((await client.expect("connack")).returnCode, 5);
});

test("a port that is taken is a problem that names the port and the option", async (t) => {
  const { port } = await new TestHouse().open(t);
  const mqtt = { host: "127.0.0.1", port };
  const second = await openEmbeddedBroker({ mqtt, mqtts: null }, new TestHouse().parts);
  assert.ok(!second.ok);
  assert.equal(second.problem.code, "port_taken");
  assert.match(second.problem.detail, new RegExp(`--mqtt 127.0.0.1:${port}`));
});

async function refusalOf(port: number, wish: Partial<IConnectPacket>) {
  const client = await RawClient.open(port, wish.protocolVersion ?? 4);
  client.connect(wish);
  const { reasonCode, returnCode, properties } = await client.expect("connack");
  await client.closed;
  const reason = properties?.reasonString;
  return { code: reasonCode ?? returnCode, ...(reason !== undefined && { reason }) };
}

function repeat(text: string, times: number): string[] {
  return Array.from({ length: times }, () => text);
}
