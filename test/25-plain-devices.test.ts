import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { DeviceReply } from "../src/api/contract.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish } from "./mosquitto.ts";

const skip = !hasMosquitto;
const folder = mkdtempSync(join(tmpdir(), "fieldline-plain-"));
const house = await (await House.open()).signIn();
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});
const agent = await enrol(house, {
  kind: "plain",
  name: "workshop",
  grant: { publish: ["workshop/#"], subscribe: [] },
});

test("a number on a topic that nobody described waits in the inbox", { skip }, async () => {
  await publish(agent.plain, "workshop/oven/temperature", "181.5");
  const oven = await waiting("workshop/oven");
  const [channel] = oven.channels;
  assert.equal(channel?.name, "temperature");
  assert.equal(channel?.proposal.unit, "°C");
  assert.equal(channel?.latest?.value, 181.5);
});

test("an object becomes channels with folders, with its own time", { skip }, async () => {
  const body = { time: "2026-01-02T03:04:05Z", motor: { power: 750, on: true } };
  await publish(agent.plain, "workshop/lathe", JSON.stringify(body));
  const lathe = await waiting("workshop/lathe");
  assert.deepEqual(
    lathe.channels.map(({ name, latest }) => [name, latest?.value, latest?.at]).toSorted(),
    [
      ["motor/on", true, "2026-01-02T03:04:05.000Z"],
      ["motor/power", 750, "2026-01-02T03:04:05.000Z"],
    ],
  );
});

test("bytes are refused until a layout says what they mean, and read from then on", {
  skip,
}, async () => {
  const frame = Buffer.alloc(10);
  frame.writeBigInt64LE(9_007_199_254_740_993n, 0);
  frame.writeUInt16LE(2301, 8);
  await publishBytes("workshop/meter7/raw", frame);
  const refused = await until("the bytes are among the rejected", async () => {
    const { items } = await house.call("GET", "/rejected");
    return items.find(({ topic }: { topic: string }) => topic === "workshop/meter7/raw");
  });
  assert.equal(refused.code, "payload_malformed");
  assert.match(refused.detail, /layout/);

  const order = "little";
  await house.call("POST", "/layouts", {
    name: "Meter",
    filter: "workshop/+/raw",
    device: "{2}",
    fields: [
      { name: "Énergie/Total", offset: 0, form: "int64", order, unit: "Wh" },
      { name: "Tension", offset: 8, form: "uint16", order, scale: 0.1, unit: "V" },
    ],
  });
  await publishBytes("workshop/meter7/raw", frame);
  const meter = await waiting("meter7");
  assert.deepEqual(
    meter.channels
      .map(({ name, latest, proposal }) => [name, latest?.value, proposal.unit])
      .toSorted(),
    [
      ["Tension", 230.1, "V"],
      ["Énergie/Total", "9007199254740993", "Wh"],
    ],
  );
});

async function publishBytes(topic: string, bytes: Uint8Array): Promise<void> {
  const file = join(folder, "frame");
  writeFileSync(file, bytes);
  await publish(agent.plain, topic, undefined, ["-f", file]);
}

/** A device in the inbox, once all that it said can be seen. */
function waiting(address: string): Promise<DeviceReply> {
  return until(`${address} waits`, async () => {
    const { items } = await house.call("GET", "/inbox");
    return items.find((device: DeviceReply) => device.address === address);
  });
}
