import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";
import { Turnstile } from "./embedded/turnstile.ts";

const LARGE = Buffer.alloc(128 * 1024);
const SENTENCE = "x".repeat(200);

test("a client that sends more than it may is not read until it has waited", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  house.store = async () => void house.received.splice(0);
  const { port } = await house.open(t);
  const flood = await RawClient.enter(port, { clientId: "flood" });
  const burst = LIMIT.bytesPerBurst / LARGE.length;
  for (let index = 0; index < burst + 8; index += 1) flood.publish("a", LARGE);
  await until(() => house.gauges.get("mqtt_throttled_total") === 1);
  const modest = await RawClient.enter(port, { clientId: "modest" });
  await modest.expectNothing();
  assert.ok(house.gauges.get("mqtt_messages_received_total") < burst + 8);
  clock.advance(1_000);
  await until(() => house.gauges.get("mqtt_messages_received_total") === burst + 8);
});

test("publishers wait for a subscriber that falls behind, once, and not for long", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { broker, port } = await house.open(t);
  const slow = await RawClient.enter(port, { clientId: "slow" });
  await slow.subscribe("a", 1);
  slow.mute();
  const publisher = await RawClient.enter(port, { clientId: "publisher" });
  const messages = LIMIT.queuedPerSession * 2;
  for (let index = 0; index < messages; index += 1) {
    publisher.publish("a", "x", { qos: 1, messageId: (index % 65_000) + 1 });
  }
  await until(() => house.gauges.get("mqtt_back_pressure_total") === 1);
  const other = await RawClient.enter(port, { clientId: "other" });
  other.publish("b", "not for the slow one", { qos: 1, messageId: 1 });
  await other.expect("puback");
  clock.advance(LIMIT.subscriberPatienceMs);
  await until(() => house.received.length === messages + 1);
  await until(() => house.gaps.length === 1);
  assert.deepEqual(house.gaps, ["slow slow"]);
  assert.equal(house.gauges.get("mqtt_back_pressure_total"), 1);
  const dropped = broker.clients().map(({ clientId, dropped }) => `${clientId} ${dropped > 0}`);
  assert.deepEqual(dropped, ["slow true", "publisher false", "other false"]);
});

test("a subscriber that catches up in time loses nothing", async (t) => {
  const house = new TestHouse(new TestClock());
  const { port } = await house.open(t);
  const slow = await RawClient.enter(port, { clientId: "slow" });
  await slow.subscribe("a", 1);
  let got = 0;
  const waiting: number[] = [];
  let acknowledge = (messageId: number): void => void waiting.push(messageId);
  slow.listen((packet) => {
    if (packet.cmd !== "publish") return;
    got += 1;
    acknowledge(packet.messageId ?? 0);
  });
  const publisher = await RawClient.enter(port, { clientId: "publisher" });
  const messages = LIMIT.queuedPerSession * 2;
  // What one read brings is less than what the queue still takes when it is half full.
  for (let sent = 1; sent <= messages; sent += 1) {
    publisher.publish("a", SENTENCE, { qos: 1, messageId: sent });
  }
  await until(() => house.gauges.get("mqtt_back_pressure_total") === 1);
  acknowledge = (messageId) => slow.send({ cmd: "puback", messageId });
  for (const messageId of waiting) acknowledge(messageId);
  await until(() => got === messages);
  assert.deepEqual(house.gaps, []);
});

test("what waited for days is dropped, and said to be a gap", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { broker, port } = await house.open(t);
  const away = await RawClient.enter(port, { clean: false });
  await away.subscribe("a", 1);
  await away.leave();
  await broker.send({ topic: "a", payload: Buffer.from("old") });
  clock.advance(LIMIT.queuedMs);
  await broker.send({ topic: "a", payload: Buffer.from("new") });
  clock.advance(60_000);
  assert.equal(house.gauges.get('mqtt_dropped_total{reason="too_old"}'), 1);
  assert.deepEqual(house.gaps, ["client client"]);
  const back = await RawClient.enter(port, { clean: false });
  assert.equal(String((await back.expect("publish")).payload), "new");
});

test("new connections of one address wait for their turn, those of others pass", () => {
  const clock = new TestClock();
  const turnstile = new Turnstile(clock, { all: 1_000, ofAddress: 100, burst: 100 });
  const entered = { flood: 0, other: 0 };
  const total = 100 + 50;
  for (let index = 0; index < total; index += 1) {
    turnstile.enter("flood", (done) => {
      entered.flood += 1;
      done();
    });
  }
  assert.equal(entered.flood, 100);
  assert.equal(turnstile.waiting, 50);
  clock.advance(100);
  turnstile.enter("other", (done) => {
    entered.other += 1;
    done();
  });
  assert.equal(entered.other, 1);
  assert.ok(entered.flood < 100 + 15, `${entered.flood} of one address`);
  clock.advance(500);
  assert.deepEqual([entered.flood, turnstile.waiting, turnstile.delayed], [total, 0, 50]);
});

test("an address waits until some of its handshakes are done, but not for those that drag on", () => {
  const clock = new TestClock();
  const turnstile = new Turnstile(clock, { all: 1e6, ofAddress: 1e6, burst: 1e6 });
  const begun: (() => void)[] = [];
  const many = LIMIT.entriesOfAddress;
  for (let index = 0; index < many + 3; index += 1) {
    turnstile.enter("plant", (done) => begun.push(done));
  }
  assert.deepEqual([begun.length, turnstile.waiting], [many, 3]);
  const first = begun[0] ?? (() => {});
  first();
  first();
  clock.advance(100);
  assert.deepEqual([begun.length, turnstile.waiting], [many + 1, 2], "one is done, once");
  turnstile.enter("elsewhere", (done) => begun.push(done));
  assert.equal(begun.length, many + 2, "others need not wait");
  clock.advance(LIMIT.entryPatienceMs);
  assert.equal(turnstile.waiting, 0);
});
