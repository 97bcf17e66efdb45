import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient, TestHouse } from "../../test/mqtt-peer.ts";
import { TestClock } from "../lib/clock.ts";

const CONNECTED = "$SYS/broker/clients/connected";

test("whoever may read $SYS is told the broker's figures at once, and when they change", async (t) => {
  const clock = new TestClock();
  const house = new TestHouse(clock);
  house.rights = { publish: ["#"], subscribe: ["$SYS/#"] };
  const { port } = await house.open(t);
  const reader = await RawClient.enter(port);
  assert.deepEqual(await reader.subscribe(CONNECTED), [0]);
  const first = await reader.expect("publish");
  assert.deepEqual([first.topic, String(first.payload), first.retain], [CONNECTED, "1", true]);
  await RawClient.enter(port, { clientId: "another" });
  clock.advance(10_000);
  const next = await reader.expect("publish");
  assert.deepEqual([next.topic, String(next.payload), next.retain], [CONNECTED, "2", false]);
  clock.advance(10_000);
  await reader.expectNothing();
});

test("a grant of everything is not one of $SYS, and nobody writes there", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: ["#", "$SYS/#"], subscribe: ["#"] };
  const { port } = await house.open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  assert.deepEqual(await client.subscribe("$SYS/#"), [0x87]);
  await client.subscribe("#");
  client.publish(CONNECTED, "9", { qos: 1, messageId: 1 });
  assert.equal((await client.expect("puback")).reasonCode, 0x87);
  assert.deepEqual(house.texts, []);
});
