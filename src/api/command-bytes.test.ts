import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import type { AgentId, DeviceAddress, Timestamp } from "../domain/brand.ts";
import { drivers } from "../driver/registry.ts";

/*
 * Sparkplug's messages are bytes that no text holds: what is shown of a command, and kept of it in
 * the journal, must be these bytes and not what a decoder makes of them.
 */

const PUMP = "plant/edge/pump" as DeviceAddress;
const sparkplug = drivers.find(({ id }) => id === "sparkplug") ?? assert.fail();

let house: ApiHouse;
let deviceId: string;
before(async () => {
  house = await ApiHouse.open();
  const at = house.parts.clock.now() as Timestamp;
  const born = sparkplug.twin(PUMP).emit([{ channel: "speed", at, value: 1, quality: "good" }]);
  const from = { agent: "edge" as AgentId, receivedAt: at, retain: false };
  await house.parts.ingest.receive(born.map((message) => ({ ...message, ...from })));
  const [pump] = house.parts.ingest.devices().filter(({ address }) => address === PUMP);
  deviceId = pump?.id ?? "";
});
after(() => house.close());

test("a preview of bytes that are no text has them in hex, as the device will read them", async () => {
  const parameters = { metric: "speed", type: "Int64", value: -5 };
  const wish = { deviceId, name: "write", parameters };
  const { json } = await house.send("viewer", "POST /commands/preview", wish);
  assert.equal(json.payload, undefined);
  const understood = sparkplug
    .twin(PUMP)
    .obey({ topic: json.topic, payload: Buffer.from(json.hex, "hex") });
  assert.deepEqual(understood, { ok: true, value: { name: "write", parameters } });
});

test("what was sent is kept as these bytes, too", async () => {
  const wish = { deviceId, name: "rebirth", parameters: {} };
  const { json } = await house.send("operator", "POST /commands", wish);
  assert.match(json.payload, /^0x[0-9a-f]+$/);
  const payload = Buffer.from(json.payload.slice(2), "hex");
  const understood = sparkplug.twin(PUMP).obey({ topic: json.topic, payload });
  assert.deepEqual(understood, { ok: true, value: { name: "rebirth", parameters: {} } });
});
