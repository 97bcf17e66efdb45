import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { IConnectPacket } from "mqtt-packet";
import { copied, newFolder } from "../../test/data-folder.ts";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { TestClock } from "../lib/clock.ts";
import type { Broker } from "./broker.ts";

const SOME_TIME = { sessionExpiryInterval: 600 };
const LASTING = { clientId: "away", clean: false } as const;

test("subscriptions and what waits are there after a restart, in order", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "plant/+", 1);
  for (let index = 0; index < 5; index += 1) await send(first.broker, "plant/1", `before ${index}`);
  await first.broker.close();
  const second = await new TestHouse().open(t, folder);
  await send(second.broker, "plant/2", "after");
  const back = await comeBack(second.port);
  const texts = await take(back, 6);
  assert.deepEqual(texts, [...[0, 1, 2, 3, 4].map((index) => `before ${index}`), "after"]);
});

test("at PUBACK a message is on disk for every session that wants it", async (t) => {
  const folder = newFolder();
  const { port } = await new TestHouse().open(t, folder);
  await leaveSubscribed(port, "a", 1);
  const publisher = await RawClient.enter(port, { clientId: "publisher" });
  publisher.publish("a", "kept", { qos: 1, messageId: 1 });
  await publisher.expect("puback");
  const { port: later } = await new TestHouse().open(t, copied(folder));
  assert.deepEqual(await take(await comeBack(later), 1), ["kept"]);
});

test("what was acknowledged by its reader does not come again after a restart", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "a", 1);
  await send(first.broker, "a", "1");
  await send(first.broker, "a", "2");
  const reader = await comeBack(first.port);
  await take(reader, 1);
  await reader.expect("publish");
  await reader.expectNothing();
  await first.broker.close();
  const second = await new TestHouse().open(t, folder);
  const back = await comeBack(second.port);
  const { payload, dup } = await back.expect("publish");
  assert.deepEqual([String(payload), dup], ["2", true]);
  await back.expectNothing();
});

test("a QoS 2 message is taken once, though the broker restarts before its PUBREL", async (t) => {
  const folder = newFolder();
  const house = new TestHouse();
  const { port, broker } = await house.open(t, folder);
  const first = await RawClient.enter(port, LASTING);
  first.publish("a", "1", { qos: 2, messageId: 9 });
  await first.expect("pubrec");
  await broker.close();
  const after = new TestHouse();
  const again = await RawClient.enter((await after.open(t, folder)).port, LASTING);
  again.publish("a", "1", { qos: 2, messageId: 9, dup: true });
  await again.expect("pubrec");
  again.send({ cmd: "pubrel", messageId: 9 });
  await again.expect("pubcomp");
  assert.deepEqual([house.texts, after.texts], [["1"], []]);
});

test("a restart goes on with PUBREL where PUBREC came before it", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "a", 2);
  await send(first.broker, "a", "1", 2);
  const reader = await comeBack(first.port);
  const { messageId = 0 } = await reader.expect("publish");
  reader.send({ cmd: "pubrec", messageId });
  await reader.expect("pubrel");
  const { port } = await new TestHouse().open(t, copied(folder));
  const back = await comeBack(port);
  assert.equal((await back.expect("pubrel")).messageId, messageId);
  await back.expectNothing();
});

test("time that passes while the broker is down counts for a session's end", async (t) => {
  const folder = newFolder();
  const clock = new TestClock();
  const wish = { ...LASTING, protocolVersion: 5 } as const;
  const properties = { sessionExpiryInterval: 60 };
  const first = await new TestHouse(clock).open(t, folder);
  await (await RawClient.enter(first.port, { ...wish, properties })).leave();
  await first.broker.close();
  clock.advance(60_000);
  const second = await new TestHouse(clock).open(t, folder);
  const back = await RawClient.open(second.port, 5);
  back.connect({ ...wish, properties });
  assert.equal((await back.expect("connack")).sessionPresent, false);
});

test("an ended session and an ended subscription do not come back", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "a", 1);
  await (await RawClient.enter(first.port, { ...LASTING, clean: true })).leave();
  const other = await RawClient.enter(first.port, { ...LASTING, clientId: "other" });
  await other.subscribe("a", 1);
  other.send({ cmd: "unsubscribe", messageId: 1, unsubscriptions: ["a"] });
  await other.expect("unsuback");
  await first.broker.close();
  const second = await new TestHouse().open(t, folder);
  await send(second.broker, "a", "1");
  const back = await RawClient.open(second.port);
  back.connect(LASTING);
  assert.equal((await back.expect("connack")).sessionPresent, false);
  const again = await RawClient.enter(second.port, { ...LASTING, clientId: "other" });
  await again.expectNothing();
});

test("a retained message that waits for its reader waits over a restart too", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  const payload = Buffer.from("{}");
  await first.broker.send({ topic: "configure", payload, retain: true });
  const reader = await RawClient.enter(first.port, LASTING);
  await reader.subscribe("configure", 1);
  await reader.expect("publish");
  const { port } = await new TestHouse().open(t, copied(folder));
  assert.deepEqual(await take(await comeBack(port), 1), ["{}"]);
});

test("a will waits over a restart, for its delay or half a minute, for its client", async (t) => {
  const clock = new TestClock();
  const folder = newFolder();
  const first = await new TestHouse(clock).open(t, folder);
  await (await RawClient.enter(first.port, withWill("gone", 60))).vanish();
  for (const clientId of ["lost", "back"]) await RawClient.enter(first.port, withWill(clientId, 0));
  await until(() => first.broker.clients().length === 2);
  clock.advance(20_000);
  await first.broker.close();
  const house = new TestHouse(clock);
  const { port } = await house.open(t, folder);
  await RawClient.enter(port, withWill("back", 0));
  clock.advance(29_999);
  assert.deepEqual(house.texts, []);
  clock.advance(1);
  await until(() => house.texts.length === 1);
  clock.advance(10_000);
  await until(() => house.texts.length === 2);
  assert.deepEqual(house.texts, ["lost is lost", "gone is lost"]);
});

test("a will of who was there at a power cut is published once, however often it restarts", async (t) => {
  const clock = new TestClock();
  const folder = newFolder();
  const { port } = await new TestHouse(clock).open(t, folder);
  const client = await RawClient.enter(port, withWill("meter", 0));
  await client.subscribe("safe by then", 1);
  const cut = copied(folder);
  const second = new TestHouse(clock);
  const { broker } = await second.open(t, cut);
  clock.advance(30_000);
  await until(() => second.texts.length === 1);
  await broker.close();
  const third = new TestHouse(clock);
  const { broker: last } = await third.open(t, cut);
  clock.advance(30_000);
  await send(last, "other", "behind it");
  assert.deepEqual(third.texts, []);
});

test("what the power cut off at the end was never acknowledged, and is ignored", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "a", 1);
  await send(first.broker, "a", "1");
  await first.broker.close();
  appendFileSync(segments(folder).at(-1) ?? "", Buffer.from([0, 0, 0, 40, 1, 2, 3, 4, 3, 0, 0]));
  const second = await new TestHouse().open(t, folder);
  await send(second.broker, "a", "2");
  await second.broker.close();
  const { port } = await new TestHouse().open(t, folder);
  assert.deepEqual(await take(await comeBack(port), 2), ["1", "2"]);
});

test("zeros that a power cut left are no records, and a segment of nothing else is none", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "a", 1);
  await send(first.broker, "a", "1");
  await first.broker.close();
  const last = segments(folder).at(-1) ?? "";
  appendFileSync(last, Buffer.alloc(4_096));
  const number = Number(/(\d+)\.log$/.exec(last)?.[1]) + 1;
  const begun = last.replace(/\d+\.log$/, `${`${number}`.padStart(10, "0")}.log`);
  appendFileSync(begun, Buffer.alloc(4_096));
  const { port } = await new TestHouse().open(t, folder);
  assert.deepEqual(await take(await comeBack(port), 1), ["1"]);
});

test("segments that are not needed any more are removed, what waits is kept", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "a", 1);
  await send(first.broker, "a", "still wanted");
  await first.broker.close();
  for (let restart = 0; restart < 25; restart += 1) {
    const { broker, port } = await new TestHouse().open(t, folder);
    await (await RawClient.enter(port, { ...LASTING, clientId: "other" })).leave();
    await broker.close();
  }
  assert.ok(segments(folder).length <= 17, String(segments(folder).length));
  const { port } = await new TestHouse().open(t, folder);
  assert.deepEqual(await take(await comeBack(port), 1), ["still wanted"]);
});

test("while the disk fails nothing is acknowledged; when it is well again, all is", async (t) => {
  const folder = newFolder();
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { broker, port } = await house.open(t, folder);
  rmSync(folder, { recursive: true });
  const client = await RawClient.enter(port, LASTING);
  client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a", qos: 1 }] });
  client.publish("a", "1", { qos: 1, messageId: 2 });
  await until(() => house.gauges.get("mqtt_session_writes_failed_total") === 1);
  await client.expectNothing();
  assert.match(broker.trouble?.detail ?? "", /not acknowledged: sessions could not be written/);
  mkdirSync(folder);
  const healed = until(() => client.packets.some(({ cmd }) => cmd === "puback"));
  clock.advance(1_000);
  await client.expect("suback");
  await healed;
  assert.equal(broker.trouble, null);
});

test("a log of the version before is read", async (t) => {
  const folder = newFolder();
  const first = await new TestHouse().open(t, folder);
  await leaveSubscribed(first.port, "plant/+", 1);
  await send(first.broker, "plant/1", "before");
  await first.broker.close();
  for (const name of readdirSync(folder).filter((file) => file.startsWith("sessions-"))) {
    const bytes = readFileSync(join(folder, name));
    bytes.writeUInt16BE(1, 6);
    writeFileSync(join(folder, name), bytes);
  }
  const second = await new TestHouse().open(t, folder);
  assert.deepEqual(await take(await comeBack(second.port), 1), ["before"]);
});

test("a log of a newer version is left alone", async (t) => {
  const folder = newFolder();
  const header = Buffer.concat([Buffer.from("FLSESS"), Buffer.from([0, 3])]);
  writeFileSync(join(folder, "sessions-0000000001.log"), header);
  await assert.rejects(new TestHouse().open(t, folder), /version 3/);
});

async function leaveSubscribed(port: number, filter: string, qos: 1 | 2): Promise<void> {
  const away = await RawClient.enter(port, LASTING);
  await away.subscribe(filter, qos);
  await away.leave();
}

async function comeBack(port: number): Promise<RawClient> {
  const back = await RawClient.open(port);
  back.connect(LASTING);
  assert.equal((await back.expect("connack")).sessionPresent, true);
  return back;
}

async function take(client: RawClient, count: number): Promise<readonly string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { payload, messageId = 0 } = await client.expect("publish");
    texts.push(String(payload));
    client.send({ cmd: "puback", messageId });
  }
  return texts;
}

async function send(broker: Broker, topic: string, text: string, qos: 1 | 2 = 1): Promise<void> {
  const sent = await broker.send({ topic, payload: Buffer.from(text), qos });
  assert.ok(sent.ok);
}

function segments(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith("sessions-"));
  return names.toSorted().map((name) => join(folder, name));
}

function withWill(clientId: string, willDelayInterval: number): Partial<IConnectPacket> {
  const properties = { willDelayInterval };
  const will = { topic: "state", payload: `${clientId} is lost`, qos: 1, properties } as const;
  return { ...LASTING, clientId, protocolVersion: 5, properties: SOME_TIME, will };
}
