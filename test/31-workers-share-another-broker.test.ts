import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasMosquittoBroker, openMosquitto } from "./external-peers.ts";
import { until } from "./house.ts";
import { Workers } from "./kept-by-workers.ts";
import { RawClient } from "./mqtt-peer.ts";

const MESSAGES = 6_000;
const WINDOW = 100;
const skip = hasMosquittoBroker ? false : "mosquitto is not installed";

test("two workers share Mosquitto's messages; one is killed, and nothing is lost", {
  skip,
}, async () => {
  const mosquitto = await openMosquitto();
  after(() => mosquitto.close());
  const workers = new Workers([mosquitto.port]);
  after(() => workers.close());
  await Promise.all([workers.start(0), workers.start(1)]);
  const device = await RawClient.enter(mosquitto.port, { clientId: "device" });
  let restarted: Promise<void> | undefined;
  for (let number = 0; number < MESSAGES; number += 1) {
    const messageId = (number % 60_000) + 1;
    device.publish(`plant/${number % 7}`, `${number}`, { qos: 1, messageId });
    if (number % WINDOW === WINDOW - 1) {
      for (let each = 0; each < WINDOW; each += 1) await device.expect("puback");
    }
    if (number === MESSAGES / 3) await workers.kill(1);
    if (number === (MESSAGES * 2) / 3) restarted = workers.start(1);
  }
  await restarted;
  const kept = () => new Set([...workers.kept(0), ...workers.kept(1)]);
  await until("all is kept", () => kept().size === MESSAGES, 60_000);
  assert.ok(workers.kept(0).length > MESSAGES / 4, "the first had its share");
  assert.ok(workers.kept(1).length > MESSAGES / 4, "so had the second");
});
