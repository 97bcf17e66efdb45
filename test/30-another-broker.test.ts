import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { hasMosquittoBroker, openMosquitto } from "./external-peers.ts";
import { House, until } from "./house.ts";
import { subscribe } from "./mosquitto.ts";
import { RawClient } from "./mqtt-peer.ts";

const MESSAGES = 3_000;
const START = Date.parse("2026-01-01T00:00:00Z");
const skip = hasMosquittoBroker ? false : "mosquitto is not installed";

test("devices speak to Mosquitto, and a killed Fieldline loses none of it", { skip }, async () => {
  const mosquitto = await openMosquitto();
  after(() => mosquitto.close());
  const options = ["--broker", `mqtt://127.0.0.1:${mosquitto.port}`];
  const house = await (await House.open(options)).signIn();
  after(() => house.close());
  assert.equal(house.ports.mqtt, mosquitto.port, "what devices connect to");
  const { clientId } = await enrol(house, {
    ...{ kind: "mindsphere", tenant: "acme", name: "pump", credential: "password" },
  });
  const states = await subscribe({ port: mosquitto.port }, "spBv1.0/STATE/+");
  after(() => states.close());
  const says = (state: string) => () => states.lines.at(-1)?.includes(`"online":${state}`);
  await until("it is said that the house is here", says("true"));
  const device = await RawClient.enter(mosquitto.port, { clientId });
  for (let number = 0; number < MESSAGES; number += 1) {
    const topic = `tc/acme/${clientId}/o/mc_v3/ts`;
    device.publish(topic, timeSeries(number), { qos: 1, messageId: number + 1 });
    if (number % 100 === 99)
      for (let each = 0; each < 100; each += 1) await device.expect("puback");
    if (number === MESSAGES / 3) {
      await house.kill();
      await until("Mosquitto says that the house is gone", says("false"));
    }
    if (number === (MESSAGES * 2) / 3) await house.restart(options);
  }
  await house.signIn();
  const { items } = await until("the device is known", async () => {
    const inbox = await house.call("GET", "/inbox");
    return inbox.items.length > 0 && inbox;
  });
  await house.call("POST", `/inbox/${items[0].id}/adopt`, {});
  const points = await house.call("GET", "/points");
  const span = `from=${START}&to=${START + MESSAGES * 1_000}&limit=100000`;
  const path = `/points/${points.items[0].id}/history?${span}`;
  const stored = () => house.call("GET", path).then(({ value }) => new Set(value));
  await until("all is there", async () => (await stored()).size === MESSAGES);
  const { items: events } = await house.call("GET", "/journal");
  assert.ok(!events.some(({ kind }: { kind: string }) => kind === "broker.gap"), "a gap was told");

  await mosquitto.stop("SIGKILL");
  const health = () => house.call("GET", "/health");
  await until("that the broker is away shows", async () => (await health()).status === "degraded");
  await mosquitto.start();
  await until("it is back", async () => (await health()).status === "ready");
  const { items: later } = await house.call("GET", "/journal");
  assert.ok(
    later.some(({ kind }: { kind: string }) => kind === "broker.gap"),
    "no gap was told",
  );
});

/** Message n is of second n, and its value is n. */
function timeSeries(number: number): string {
  const values = [{ dataPointId: "level", value: number, qualityCode: "0" }];
  return JSON.stringify({ timeseries: [{ timestamp: new Date(START + number * 1_000), values }] });
}
