import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { LIMIT } from "../domain/limit.ts";

const FOREIGN = "tc/acme/other/o/mc_v3/ts";
const OWN = { publish: ["tc/acme/agent/o/#"], subscribe: ["tc/acme/agent/i/#"] };

test("a message reaches the house with its agent, its time and its retain flag", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { username: "meter" });
  client.publish("plant/1", "x", { qos: 1, messageId: 1, retain: true });
  await client.expect("puback");
  const receivedAt = house.parts.clock.now();
  assert.deepEqual(house.received, [
    { topic: "plant/1", agent: "meter", receivedAt, retain: true, text: "x" },
  ]);
});

test("a message where the agent may not publish is refused in MQTT 5's words", async (t) => {
  const house = new TestHouse();
  house.rights = OWN;
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.publish(FOREIGN, "1", { qos: 1, messageId: 1 });
  const puback = await client.expect("puback");
  assert.equal(puback.reasonCode, 0x87);
  assert.match(puback.properties?.reasonString ?? "", /may not publish/);
  client.publish(FOREIGN, "2", { qos: 2, messageId: 2 });
  assert.equal((await client.expect("pubrec")).reasonCode, 0x87);
  client.publish("tc/acme/agent/o/x", "3", { qos: 2, messageId: 2 });
  assert.equal((await client.expect("pubrec")).reasonCode, 0);
  assert.deepEqual(house.texts, ["3"]);
});

test("MQTT 3 has no word for it: acknowledged, dropped, and shown to the operator", async (t) => {
  const house = new TestHouse();
  house.rights = OWN;
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { username: "agent" });
  client.publish(FOREIGN, "stolen", { qos: 1, messageId: 1 });
  await client.expect("puback");
  assert.deepEqual(house.texts, []);
  const [refusal] = house.refused;
  assert.equal(refusal?.problem.code, "topic_forbidden");
  assert.deepEqual([refusal?.agent, refusal?.clientId], ["agent", "client"]);
  assert.equal(refusal?.topic, FOREIGN);
  assert.equal(Buffer.from(refusal?.payload ?? []).toString(), "stolen");
  assert.equal(house.gauges.get('mqtt_refused_total{code="topic_forbidden"}'), 1);
});

test("a refusal keeps its place among the acknowledgements", async (t) => {
  const house = new TestHouse();
  house.rights = OWN;
  let release: () => void = () => {};
  house.store = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.publish("tc/acme/agent/o/x", "1", { qos: 1, messageId: 1 });
  await until(() => house.received.length === 1);
  client.publish(FOREIGN, "2", { qos: 1, messageId: 2 });
  await client.expectNothing();
  release();
  assert.equal((await client.expect("puback")).messageId, 1);
  assert.equal((await client.expect("puback")).messageId, 2);
});

test("of a refused payload only the beginning is kept", async (t) => {
  const house = new TestHouse();
  house.rights = OWN;
  const { port } = await house.open(t);
  const client = await RawClient.enter(port);
  client.publish(FOREIGN, "x".repeat(10_000));
  await until(() => house.refused.length === 1);
  assert.equal(house.refused[0]?.payload.length, LIMIT.rejectedPayloadBytes);
});

test("a topic alias stands for its topic", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  client.publish("long/topic", "1", { properties: { topicAlias: 3 } });
  client.publish("", "2", { properties: { topicAlias: 3 } });
  client.publish("other", "3", { properties: { topicAlias: 3 } });
  client.publish("", "4", { qos: 1, messageId: 1, properties: { topicAlias: 3 } });
  await client.expect("puback");
  assert.deepEqual(
    house.received.map(({ topic, text }) => `${topic} ${text}`),
    ["long/topic 1", "long/topic 2", "other 3", "other 4"],
  );
});

test("a topic alias that is unknown or out of range ends the connection", async (t) => {
  const { port } = await new TestHouse().open(t);
  for (const topicAlias of [9, LIMIT.topicAliases + 1]) {
    const client = await RawClient.enter(port, { protocolVersion: 5 });
    client.publish("", "1", { properties: { topicAlias } });
    assert.equal((await client.expect("disconnect")).reasonCode, 0x94);
    await client.closed;
  }
});

test("an MQTT 5 client keeps to the window that it was told", async (t) => {
  const house = new TestHouse();
  const releases: (() => void)[] = [];
  house.store = () => new Promise((resolve) => releases.push(resolve));
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  for (let messageId = 1; messageId <= LIMIT.unacknowledgedPerClient + 1; messageId += 1) {
    client.publish("a", "x", { qos: messageId % 2 === 0 ? 1 : 2, messageId });
  }
  assert.equal((await client.expect("disconnect")).reasonCode, 0x93);
  await client.closed;
  for (const release of releases) release();
});

test("the publisher's properties reach MQTT 5 subscribers, and MQTT 3 ones the message", async (t) => {
  const { port } = await new TestHouse().open(t);
  const five = await RawClient.enter(port, { clientId: "five", protocolVersion: 5 });
  const three = await RawClient.enter(port, { clientId: "three" });
  await five.subscribe("a");
  await three.subscribe("a");
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const properties = {
    ...{ responseTopic: "answer", correlationData: Buffer.from("7"), contentType: "text" },
    ...{ userProperties: { unit: "kWh" }, messageExpiryInterval: 60 },
  };
  client.publish("a", "x", { properties });
  const got = (await five.expect("publish")).properties;
  assert.deepEqual(JSON.parse(JSON.stringify(got)), JSON.parse(JSON.stringify(properties)));
  assert.equal(String((await three.expect("publish")).payload), "x");
});

test("what breaks the protocol ends the connection and is attributed to its client", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const wrong = {
    "QoS 3": [0x36, 5, 0, 1, 97, 0, 1],
    "DUP without QoS": [0x38, 3, 0, 1, 97],
    "packet id 0": [0x32, 5, 0, 1, 97, 0, 0],
    "topic behind the end": [0x30, 3, 0, 9, 97],
    "wildcard in a topic": [0x30, 3, 0, 1, 35],
    "no topic": [0x30, 2, 0, 0],
    "flags of an acknowledgement": [0x41, 2, 0, 1],
    "PUBREL without its flags": [0x60, 2, 0, 1],
    "a server's packet": [0xd0, 0],
    "a second CONNECT": [0x10, 12, 0, 4, 77, 81, 84, 84, 4, 2, 0, 0, 0, 0],
    "a reserved packet": [0x00, 0],
    "a remaining length of five bytes": [0x30, 0x80, 0x80, 0x80, 0x80, 1],
    "SUBSCRIBE without a filter": [0x82, 2, 0, 1],
    "SUBSCRIBE with QoS 3": [0x82, 6, 0, 1, 0, 1, 97, 3],
    "UNSUBSCRIBE with packet id 0": [0xa2, 5, 0, 0, 0, 1, 97],
  };
  for (const [name, bytes] of Object.entries(wrong)) {
    const client = await RawClient.enter(port, { clientId: name });
    client.send(Buffer.from(bytes));
    await client.closed;
    const refusal = house.refused.at(-1);
    assert.deepEqual([refusal?.clientId, refusal?.problem.code], [name, "packet_malformed"]);
  }
  assert.deepEqual(house.texts, []);
});

test("what is known of clients counts their messages", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const client = await RawClient.enter(port, { username: "meter", protocolVersion: 5 });
  await client.subscribe("a");
  client.publish("a", "1");
  client.publish("a", "2");
  await client.expect("publish");
  await client.expect("publish");
  const connectedAt = house.parts.clock.now();
  assert.deepEqual(broker.clients(), [
    {
      ...{ agent: "meter", clientId: "client", remote: "127.0.0.1", version: 5, connectedAt },
      ...{ subscriptions: ["a"], received: 2, sent: 2, dropped: 0, queued: 0 },
    },
  ]);
  assert.equal(house.gauges.get("mqtt_messages_received_total"), 2);
  assert.equal(house.gauges.get("mqtt_messages_sent_total"), 2);
  assert.equal(house.gauges.get("mqtt_connections"), 1);
});

test("a client that remembers topics is told each of them once, and again when it is back", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const wish = { protocolVersion: 5, properties: { topicAliasMaximum: 5 } } as const;
  for (let visit = 0; visit < 2; visit += 1) {
    const client = await RawClient.enter(port, wish);
    await client.subscribe("plant/#");
    for (const payload of ["1", "2"]) {
      await broker.send({ topic: "plant/boiler", payload: Buffer.from(payload), qos: 0 });
    }
    const topics = [await client.expect("publish"), await client.expect("publish")];
    assert.deepEqual(
      topics.map(({ topic, properties }) => `${topic} ${properties?.topicAlias}`),
      ["plant/boiler 1", " 1"],
    );
    await client.leave();
  }
});
