import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { DeviceReply, PointReply } from "../src/api/contract.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, subscribe } from "./mosquitto.ts";
import { hasPaho, Paho } from "./paho.ts";
import { METER_BIRTH, METER_FRAME } from "./seeds.ts";

const skip = !hasMosquitto || !hasPaho;
const house = await (await House.open()).signIn();
after(() => house.close());
const edge = await enrol(house, { kind: "scorp-io", tenant: "camexia", name: "gateway_1" });
const METER = "camexia/gateway_1/2F1A4C0012B7";
const OTHER = "camexia/gateway_1/00000000BEEF";

test("a birth and its data, as the seed's gateway sends them, wait in the inbox", {
  skip,
}, async () => {
  const paho = await Paho.enter({ ...edge.plain, version: 5 });
  await paho.publish(METER_BIRTH.topic, METER_BIRTH.payload, { retain: true });
  await paho.publish(METER_FRAME.topic, METER_FRAME.payload);
  await paho.leave();
  const device = await waiting(METER);
  assert.equal(device.channels.length, 15);
  const voltage = device.channels.find(({ name }) => name === "Tension/Phase 1");
  assert.equal(voltage?.proposal.unit, "V");
  assert.equal(voltage?.latest?.at, "2022-12-01T20:05:10.000Z");
});

test("adopted, its points keep their accents and folders, and their history", {
  skip,
}, async () => {
  const { id } = await waiting(METER);
  const { assetId } = await house.call("POST", `/inbox/${id}/adopt`, { name: "Compteur général" });
  const points = await pointsOf(assetId);
  assert.equal(points.length, 15);
  const active = points.find(({ aspect, variable }) => {
    return aspect === "Énergie active" && variable.name === "Phase 1";
  });
  assert.ok(active, points.map(({ aspect, variable }) => `${aspect}/${variable.name}`).join());
  assert.equal(active.variable.unit, "Wh");
  assert.equal(active.latest?.value, valueInFrame("Énergie active/Phase 1"));
  const pressed = points.find(({ variable }) => variable.name === "Bouton pressé");
  assert.equal(pressed?.variable.dataType, "boolean");
});

test("a metric that no birth declared is kept, and offered", { skip }, async () => {
  await publish(edge.plain, METER_FRAME.topic, frameOf("Fréquence", 49.98));
  const channel = await until("the new channel is there", async () => {
    const { items } = await house.call("GET", "/devices");
    const device = items.find(({ address }: DeviceReply) => address === METER);
    return device.channels.find(({ name }: { name: string }) => name === "Fréquence");
  });
  assert.equal(channel.latest.value, 49.98);
  assert.equal(channel.proposal.unit, "Hz");
});

test("data before any birth is kept as well, from its first value on", { skip }, async () => {
  const topic = "mqtts/camexia/DDATA/gateway_1/00000000BEEF";
  await publish(edge.plain, topic, frameOf("Débit", 3.5));
  const { id } = await waiting(OTHER);
  const { assetId } = await house.call("POST", `/inbox/${id}/adopt`, {});
  const [point] = await pointsOf(assetId);
  assert.equal(point?.latest?.value, 3.5);
  assert.equal(point?.variable.unit, "m³/h");
});

test("the birth is kept by the broker for whoever of the edge comes later", { skip }, async () => {
  const late = await subscribe(edge.plain, "mqtts/camexia/DBIRTH/gateway_1/#");
  await until("the birth comes", () => late.lines.length > 0);
  late.close();
  assert.equal(late.lines[0], `${METER_BIRTH.topic} ${METER_BIRTH.payload}`);
});

test("a command goes back to the edge, journalled, and to no other", { skip }, async () => {
  const heard = await subscribe(edge.plain, "mqtts/camexia/DCMD/gateway_1/#");
  const { items } = await house.call("GET", "/devices");
  const device = items.find(({ address }: DeviceReply) => address === METER);
  const parameters = { metric: "Relais/Pompe", type: "Boolean", value: true };
  const command = { deviceId: device.id, name: "write", parameters };
  const { state } = await house.call("POST", "/commands", command);
  await until("the edge hears it", () => heard.lines.length > 0);
  heard.close();
  assert.equal(state, "sent");
  const payload = '{"metrics":[{"name":"Relais/Pompe","dataType":"Boolean","value":true}]}';
  assert.deepEqual(heard.lines, [`mqtts/camexia/DCMD/gateway_1/2F1A4C0012B7 ${payload}`]);
});

async function waiting(address: string): Promise<DeviceReply> {
  return until(`${address} waits in the inbox`, async () => {
    const { items } = await house.call("GET", "/inbox");
    return items.find((device: DeviceReply) => device.address === address);
  });
}

async function pointsOf(assetId: string): Promise<PointReply[]> {
  return (await house.call("GET", `/points?assetId=${assetId}`)).items;
}

function frameOf(name: string, value: number): string {
  const timestamp = 1_669_925_170_000;
  return JSON.stringify({ metrics: [{ name, dataType: "Double", timestamp, value }] });
}

function valueInFrame(name: string): unknown {
  const { metrics } = JSON.parse(METER_FRAME.payload);
  return metrics.find((metric: { name: string }) => metric.name === name).value;
}
