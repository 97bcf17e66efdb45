import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { test } from "node:test";
import type { IConnectPacket } from "mqtt-packet";
import { copied, newFolder } from "../../test/data-folder.ts";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { TestClock } from "../lib/clock.ts";

const WILL = { topic: "state", payload: "lost", qos: 1 } as const;
const RETURN_MS = 30_000;

for (const { whose, wish, passMs } of [
  { whose: "of a lasting session", wish: lasting(0, 600), passMs: 0 },
  { whose: "that waited for its client", wish: lasting(10, 600), passMs: 10_000 },
  { whose: "whose session is over", wish: lasting(10, 5), passMs: 5_000 },
]) {
  test(`a will ${whose} outlives a power cut until what it has become is safe`, async (t) => {
    const folder = newFolder();
    const clock = new TestClock();
    const house = new TestHouse(clock);
    let makeSafe = (): void => {};
    const safe = new Promise<void>((resolve) => {
      makeSafe = resolve;
    });
    house.store = () => safe;
    const { broker, port } = await house.open(t, folder);
    await (await RawClient.enter(port, wish)).vanish();
    await until(() => broker.clients().length === 0);
    clock.advance(passMs);
    await until(() => house.texts.length === 1);
    await safeByNow(port, "during");
    const during = copied(folder);
    makeSafe();
    const behind = await RawClient.enter(port, { clientId: "behind" });
    behind.publish("behind", "it", { qos: 1, messageId: 1 });
    await behind.expect("puback");
    await safeByNow(port, "afterwards");
    assert.deepEqual(await textsAfter(copied(folder)), []);
    assert.deepEqual(await textsAfter(during), ["lost"]);

    async function textsAfter(cut: string): Promise<readonly string[]> {
      const next = new TestHouse(clock);
      const { broker } = await next.open(t, cut);
      clock.advance(RETURN_MS);
      await broker.close();
      return next.texts;
    }
  });
}

test("CONNACK waits until the will is written; what the client says meanwhile is not lost", async (t) => {
  const folder = newFolder();
  const clock = new TestClock();
  const house = new TestHouse(clock);
  const { port } = await house.open(t, folder);
  rmSync(folder, { recursive: true });
  const passing = await RawClient.open(port);
  passing.connect({ clientId: "passing", will: WILL });
  passing.publish("state", "here", { qos: 1, messageId: 1 });
  const staying = await RawClient.open(port, 5);
  staying.connect({ clientId: "staying", ...lasting(0, 600) });
  await until(() => house.texts.length === 1 && house.presence.length === 2);
  await until(() => house.gauges.get("mqtt_session_writes_failed_total") > 0);
  const other = await RawClient.enter(port, { clientId: "without a will" });
  await other.expectNothing();
  assert.deepEqual([...passing.packets, ...staying.packets], []);
  mkdirSync(folder);
  const heard = until(() => passing.packets.length === 2 && staying.packets.length === 1);
  clock.advance(1_000);
  await heard;
  await passing.expect("connack");
  await passing.expect("puback");
  await staying.expect("connack");
});

/** What was written before is on the disk when a lasting subscription is acknowledged. */
async function safeByNow(port: number, clientId: string): Promise<void> {
  const client = await RawClient.enter(port, { clientId, clean: false });
  await client.subscribe("witness", 1);
}

function lasting(willDelayInterval: number, expiry: number): Partial<IConnectPacket> {
  const properties = { sessionExpiryInterval: expiry };
  const will = { ...WILL, properties: { willDelayInterval } };
  return { protocolVersion: 5, clean: false, properties, will };
}
