import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { problem } from "../domain/problem.ts";
import { failure } from "../lib/outcome.ts";

// Packets byte by byte: what no client library would send. The numbers of the statements that each
// test shows are in vectors/mqtt-5.json and vectors/mqtt-3-1-1.json.

const NAME = [0, 4, ...ascii("MQTT")];
const ID = text("c");
const NO_PROPERTIES = [0];
const SURROGATE = [0, 3, 0xed, 0xa0, 0x80];
const NUL = [0, 1, 0];
const [CLEAN, WILL, PASSWORD, USERNAME] = [0x02, 0x04, 0x40, 0x80];

test("CONNECT that is not made as the protocol says ends the connection, and no one is asked", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const will = [...NO_PROPERTIES, ...text("w"), ...text("lost")];
  const wrong: Record<string, number[]> = {
    "PINGREQ before it": [0xc0, 0],
    "PUBLISH before it": [0x30, 3, ...text("a")],
    "AUTH before it": [0xf0, 0],
    "flags in the fixed header": connect([...ID], { first: 0x11 }),
    "another protocol": connect([...ID], { name: [0, 4, ...ascii("MQTX")] }),
    "the reserved flag": connect([...ID], { flags: CLEAN | 1 }),
    "the will's QoS without a will": connect([...ID], { flags: CLEAN | 0x08 }),
    "the will's QoS is 3": connect([...ID, ...will], { flags: CLEAN | WILL | 0x18 }),
    "the will's retain without a will": connect([...ID], { flags: CLEAN | 0x20 }),
    "a will without its fields": connect([...ID], { flags: CLEAN | WILL }),
    "a will's topic with half a character": connect(
      [...ID, ...NO_PROPERTIES, ...SURROGATE, ...text("lost")],
      { flags: CLEAN | WILL },
    ),
    "a user name that its flag denies": connect([...ID, ...text("u")], {}),
    "a user name that is not there": connect([...ID], { flags: CLEAN | USERNAME }),
    "a user name with half a character": connect([...ID, ...SURROGATE], {
      flags: CLEAN | USERNAME,
    }),
    "a password that its flag denies": connect([...ID, ...text("u"), ...text("p")], {
      flags: CLEAN | USERNAME,
    }),
    "a password that is not there": connect([...ID, ...text("u")], {
      flags: CLEAN | USERNAME | PASSWORD,
    }),
    "fields in another order": connect([...text("u"), ...ID, ...will], {
      flags: CLEAN | WILL | USERNAME,
    }),
    "no client id": connect([], {}),
    "a client id with half a character": connect([...SURROGATE], {}),
    "a client id with a NUL": connect([...NUL], {}),
    "a user property with half a character": connect([...ID], {
      properties: [0x26, ...text("a"), ...SURROGATE],
    }),
    "a property of another packet": connect([...ID], { properties: [0x23, 0, 1] }),
    "a property twice": connect([...ID], { properties: [0x21, 0, 5, 0x21, 0, 6] }),
    "a receive maximum of 0": connect([...ID], { properties: [0x21, 0, 0] }),
  };
  for (const [name, bytes] of Object.entries(wrong)) {
    const client = await RawClient.open(port, 5);
    client.send(Buffer.from(bytes));
    await client.closed;
    assert.deepEqual(client.packets, [], name);
  }
  assert.deepEqual(house.attempts, []);
  assert.equal(house.refused.length, Object.keys(wrong).length);
});

test("a password needs a user name in MQTT 3.1.1, and may stand alone in MQTT 5", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const three = await RawClient.open(port);
  const body = [...NAME, 4, CLEAN | PASSWORD, 0, 0, ...ID, ...text("p")];
  three.send(Buffer.from([0x10, body.length, ...body]));
  await three.closed;
  assert.equal(house.attempts.length, 0);
  const five = await RawClient.open(port, 5);
  five.send(Buffer.from(connect([...ID, ...text("p")], { flags: CLEAN | PASSWORD })));
  assert.equal((await five.expect("connack")).reasonCode, 0);
  assert.equal(house.attempts[0]?.password, "p");
});

test("CONNACK comes once, before all else, with no flag but the session's", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const lasting = [0x11, 0, 0, 0, 60];
  for (const isThere of [0, 1]) {
    const client = await RawClient.open(port, 5);
    const bytes: number[] = [];
    client.socket.on("data", (chunk: Buffer) => bytes.push(...chunk));
    client.send(Buffer.from(connect([...ID], { flags: 0, properties: lasting })));
    await client.expect("connack");
    await client.expectNothing();
    assert.deepEqual([bytes[0], bytes[2], bytes[3]], [0x20, isThere, 0]);
    await client.vanish();
    await until(() => broker.clients().length === 0);
  }
  const clean = await RawClient.open(port, 5);
  clean.connect({ clientId: "c", protocolVersion: 5, clean: true });
  assert.equal((await clean.expect("connack")).sessionPresent, false);
  await clean.expectNothing();
  assert.equal(clean.packets.filter(({ cmd }) => cmd === "connack").length, 1);
});

test("who is refused hears of no session, though there is one, and is closed", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const wish = { clean: false, protocolVersion: 5 } as const;
  const properties = { sessionExpiryInterval: 60 };
  await (await RawClient.enter(port, { ...wish, properties })).leave();
  house.admit = async () => failure(problem("agent_refused", "not now"));
  const refused = await RawClient.open(port, 5);
  refused.connect({ ...wish, properties });
  const { sessionPresent, reasonCode } = await refused.expect("connack");
  assert.deepEqual([sessionPresent, reasonCode], [false, 0x87]);
  await refused.closed;
  assert.equal(refused.packets.length, 1);
});

test("client ids of 1 to 23 letters and digits are let in", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const ids = ["0", "abcdefghijklmnopqrstuvw", "XYZ0123456789ABCDEFGHIJ"];
  for (const clientId of ids) await RawClient.enter(port, { clientId });
  assert.deepEqual(
    broker
      .clients()
      .map(({ clientId }) => clientId)
      .sort(),
    ids.sort(),
  );
});

test("each client without an id is given one that nobody else has", async (t) => {
  const { port } = await new TestHouse().open(t);
  const ids = new Set<unknown>();
  for (let number = 0; number < 20; number += 1) {
    const client = await RawClient.open(port, 5);
    client.connect({ clientId: "", protocolVersion: 5 });
    ids.add((await client.expect("connack")).properties?.assignedClientIdentifier);
  }
  assert.equal(ids.size, 20);
});

test("an authentication method is refused in its own words, and nobody is sent AUTH", async (t) => {
  const { port } = await new TestHouse().open(t);
  const asking = await RawClient.open(port, 5);
  const properties = { authenticationMethod: "SCRAM-SHA-1" };
  asking.connect({ protocolVersion: 5, properties });
  assert.equal((await asking.expect("connack")).reasonCode, 0x8c);
  await asking.closed;
  for (const [first, reason] of [
    [0xf0, 0x82],
    [0xf1, 0x81],
  ] as const) {
    const client = await RawClient.enter(port, { protocolVersion: 5 });
    client.send(Buffer.from([first, 2, 0x18, 0]));
    assert.equal((await client.expect("disconnect")).reasonCode, reason);
    await client.closed;
  }
});

test("nothing larger than the client takes is said, words are left out first", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: [], subscribe: ["#"] };
  const { broker, port } = await house.open(t);
  const wish = { protocolVersion: 5, properties: { maximumPacketSize: 20 } } as const;
  const client = await RawClient.enter(port, wish);
  client.publish("a", "x", { qos: 1, messageId: 1 });
  client.publish("a", "x", { qos: 2, messageId: 2 });
  for (const cmd of ["puback", "pubrec"] as const) {
    const { reasonCode, properties } = await client.expect(cmd);
    assert.deepEqual([reasonCode, properties?.reasonString], [0x87, undefined]);
  }
  const subscriptions = Array.from({ length: 20 }, () => ({ topic: "a", qos: 0 as const }));
  client.send({ cmd: "subscribe", messageId: 3, subscriptions });
  const { reasonCode, properties } = await client.expect("disconnect");
  assert.deepEqual([reasonCode, properties?.reasonString], [0x95, undefined]);
  const refused = await RawClient.open(port, 5);
  refused.connect({ ...wish, username: "nobody" });
  assert.equal((await refused.expect("connack")).properties?.reasonString, undefined);
  await until(() => broker.clients().length === 0);
});

test("a client that takes not even CONNACK is closed without a word", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const client = await RawClient.open(port, 5);
  client.connect({ protocolVersion: 5, properties: { maximumPacketSize: 4 } });
  await client.closed;
  assert.deepEqual([client.bytes, house.attempts], [0, []]);
});

test("who wants no words gets none in an acknowledgement either", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: [], subscribe: [] };
  const { port } = await house.open(t);
  const properties = { requestProblemInformation: false };
  const client = await RawClient.enter(port, { protocolVersion: 5, properties });
  client.publish("a", "x", { qos: 1, messageId: 1 });
  const puback = await client.expect("puback");
  assert.deepEqual([puback.reasonCode, puback.properties], [0x87, undefined]);
});

test("a will is kept only where it says so, and is said once", async (t) => {
  const house = new TestHouse();
  const { broker, port } = await house.open(t);
  const will = { topic: "state", payload: "lost", qos: 1, retain: false } as const;
  const wish = { clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 60 } };
  await (await RawClient.enter(port, { ...wish, protocolVersion: 5, will })).vanish();
  await until(() => house.texts.length === 1);
  assert.deepEqual(broker.retained("#"), []);
  await (await RawClient.enter(port, { ...wish, protocolVersion: 5 })).vanish();
  await until(() => broker.clients().length === 0);
  assert.deepEqual(house.texts, ["lost"]);
});

test("a will comes with its user properties as they were given, in their order", async (t) => {
  const { port } = await new TestHouse().open(t);
  const reader = await RawClient.enter(port, { clientId: "reader", protocolVersion: 5 });
  await reader.subscribe("w");
  const pairs = ["b", "10", "b", "2"].flatMap((name) => [0x26, ...text(name), ...text("v")]);
  const own = [0x18, 0, 0, 0, 0, ...pairs];
  const fields = [...ID, own.length, ...own, ...text("w"), ...text("lost")];
  const client = await RawClient.open(port, 5);
  client.send(Buffer.from(connect(fields, { flags: CLEAN | WILL })));
  await client.expect("connack");
  const bytes: Buffer[] = [];
  reader.socket.on("data", (chunk: Buffer) => bytes.push(chunk));
  await client.vanish();
  await reader.expect("publish");
  assert.ok(Buffer.concat(bytes).includes(Buffer.from([pairs.length, ...pairs])));
});

type Form = {
  readonly first?: number;
  readonly name?: readonly number[];
  readonly flags?: number;
  readonly properties?: readonly number[];
};

/** CONNECT of MQTT 5 with these fields behind its variable header. */
function connect(fields: readonly number[], form: Form): number[] {
  const { first = 0x10, name = NAME, flags = CLEAN, properties = [] } = form;
  const body = [...name, 5, flags, 0, 0, properties.length, ...properties, ...fields];
  return [first, body.length, ...body];
}

function text(characters: string): number[] {
  return [0, characters.length, ...ascii(characters)];
}

function ascii(characters: string): number[] {
  return [...Buffer.from(characters, "latin1")];
}
