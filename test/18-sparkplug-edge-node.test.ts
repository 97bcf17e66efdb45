import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { DeviceReply, PointReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasPaho, Paho } from "./paho.ts";
import { hasProtoc, protoDecode, protoEncode } from "./protoc.ts";

const skip = !hasPaho || !hasProtoc;
const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const agent = await enrol(house, { kind: "sparkplug", tenant: "plant", name: "edge-1" });
const COMMANDS = "spBv1.0/plant/NCMD/edge-1";
const PUMP = "plant/edge-1/pump";

const willOf = () => ({
  topic: "spBv1.0/plant/NDEATH/edge-1",
  hex: protoEncode('metrics { name: "bdSeq" datatype: 4 long_value: 0 }').toString("hex"),
  qos: 1,
  retain: false,
});
let edge: Paho;

test("an edge node finds its host, is born, and its pump waits in the inbox", {
  skip,
}, async () => {
  edge = await Paho.enter({ ...agent.plain, will: willOf() });
  await edge.subscribe("spBv1.0/STATE/fieldline");
  await edge.subscribe("spBv1.0/plant/+/edge-1/#");
  const state = await until("the host's state", () => said("spBv1.0/STATE/fieldline")[0]);
  assert.equal(JSON.parse(state.payload).online, true);
  assert.equal(state.retain, true);
  await beBorn();
  const pump = await until("the pump waits, as its birth declares it", async () => {
    const waiting = await inInbox();
    return waiting?.channels.some(({ proposal }) => proposal.unit === "1/min")
      ? waiting
      : undefined;
  });
  assert.deepEqual(
    pump.channels.map(({ name, dataType, proposal }) => [name, dataType, proposal.unit ?? ""]),
    [
      ["Motor/Speed", "integer", "1/min"],
      ["Running", "boolean", ""],
    ],
  );
});

test("the page of a device has what its birth says of a metric", { skip }, async () => {
  const { id } = (await inInbox()) ?? {};
  const { device }: { device: DeviceReply } = await house.call("GET", `/devices/${id}`);
  const [speed, running] = device.channels;
  assert.deepEqual([speed?.form, running?.form], ["Int16", "Boolean"]);
  assert.deepEqual(speed?.properties, { engLow: "-1500", engHigh: "1500" });
  assert.equal(running?.properties, undefined);
});

test("adopted, it has history from its birth on, and data by alias go on with it", {
  skip,
}, async () => {
  const pump = await inInbox();
  const { assetId } = await house.call("POST", `/inbox/${pump?.id}/adopt`, { name: "Pump" });
  await edge.publishBytes(
    "spBv1.0/plant/DDATA/edge-1/pump",
    protoEncode(`timestamp: ${Date.now()} seq: 2 metrics { alias: 7 int_value: 4294967246 }`),
  );
  const speed = await until("the new speed", async () => {
    const found = await pointOf(assetId, "Speed");
    return found.latest?.value === -50 ? found : undefined;
  });
  assert.equal(speed.latest?.quality, "good");
  assert.equal(speed.variable.unit, "1/min");
  const span = `from=0&to=${Date.now() + 1}`;
  const history = await house.call("GET", `/points/${speed.id}/history?${span}`);
  assert.deepEqual(history.value, [1450, -50]);
});

test("a metric is written by command, as protoc reads it", { skip }, async () => {
  const pump = await deviceAt(PUMP);
  await edge.subscribe("spBv1.0/plant/DCMD/edge-1/#");
  const parameters = { metric: "Motor/Speed", type: "Int16", value: -5 };
  await house.call("POST", "/commands", { deviceId: pump.id, name: "write", parameters });
  const command = await until("the command", () => said("spBv1.0/plant/DCMD/edge-1/pump")[0]);
  const text = protoDecode(Buffer.from(command.hex, "hex"));
  assert.match(text, /name: "Motor\/Speed"\s+datatype: 2\s+int_value: 4294967291/);
});

test("a metric is chosen from the birth's list and written with its type", {
  skip: skip || !hasChromium,
}, async () => {
  const { id } = await deviceAt(PUMP);
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/devices/${id}?tab=declared`);
  await page.getByText("engLow −1500 · engHigh 1500").last().waitFor();
  await visitor.visit(`/devices/${id}?tab=settings`);
  await page.getByRole("searchbox", { name: "Search its metrics" }).fill("motor 1/min");
  await page.getByText("1 metric. Choose one").waitFor();
  await page.getByRole("button", { name: "Motor/Speed" }).click();
  const value = page.getByRole("textbox", { name: "Value" });
  assert.equal(await value.inputValue(), "-50");
  await value.fill("40000");
  await page.getByText("From -32768 to 32767 1/min.").waitFor();
  await value.fill("1200");
  await page.getByRole("button", { name: "Send …" }).first().click();
  await page.getByRole("button", { name: "Send to device" }).click();
  const command = await until("the command", () => said("spBv1.0/plant/DCMD/edge-1/pump")[1]);
  const text = protoDecode(Buffer.from(command.hex, "hex"));
  assert.match(text, /name: "Motor\/Speed"\s+datatype: 2\s+int_value: 1200/);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("a message that is missing makes the host ask for a rebirth", { skip }, async () => {
  await edge.publishBytes(
    "spBv1.0/plant/DDATA/edge-1/pump",
    protoEncode(`timestamp: ${Date.now()} seq: 9 metrics { alias: 8 boolean_value: false }`),
  );
  const asked = await until("the wish", () => said(COMMANDS)[0]);
  assert.match(protoDecode(Buffer.from(asked.hex, "hex")), /Node Control\/Rebirth/);
  const { items } = await house.call("GET", "/rejected");
  assert.equal(items[0].code, "sequence_broken");
});

test("when its node goes without a word, no value of the pump stays good", { skip }, async () => {
  const { assetId } = await deviceAt(PUMP);
  assert.ok(assetId);
  await edge.vanish();
  const speed = await until("the speed is bad", async () => {
    const found = await pointOf(assetId, "Speed");
    return found.latest?.quality === "bad" ? found : undefined;
  });
  assert.equal(speed.latest?.value, -50);
});

test("a node speaks for itself, and a device that leaves says so itself", { skip }, async () => {
  edge = await Paho.enter({ ...agent.plain, will: willOf() });
  await beBorn();
  const { assetId } = await deviceAt(PUMP);
  const turnsTo = (quality: string) =>
    until(`the speed is ${quality}`, async () => {
      const { latest } = await pointOf(assetId ?? "", "Speed");
      return latest?.quality === quality;
    });
  await turnsTo("good");
  const load = 'metrics { name: "Load" datatype: 10 double_value: 0.5 }';
  const at = `timestamp: ${Date.now()}`;
  await edge.publishBytes("spBv1.0/plant/NDATA/edge-1", protoEncode(`${at} seq: 2 ${load}`));
  await edge.publishBytes("spBv1.0/plant/DDEATH/edge-1/pump", protoEncode(`${at} seq: 3`));
  await turnsTo("bad");
  const { items } = await house.call("GET", "/inbox");
  const node: DeviceReply = items.find(({ address }: DeviceReply) => address === "plant/edge-1");
  assert.equal(node.channels.find(({ name }) => name === "Load")?.latest?.value, 0.5);
  await edge.leave();
});

async function beBorn(): Promise<void> {
  const node = `seq: 0 metrics { name: "bdSeq" datatype: 4 long_value: 0 }
    metrics { name: "Node Control/Rebirth" datatype: 11 boolean_value: false }`;
  const pump = `seq: 1
    metrics { name: "Motor/Speed" alias: 7 datatype: 2 int_value: 1450 properties {
      keys: "engUnit" values { type: 12 string_value: "1/min" }
      keys: "engLow" values { type: 2 int_value: 4294965796 }
      keys: "engHigh" values { type: 2 int_value: 1500 } } }
    metrics { name: "Running" alias: 8 datatype: 11 boolean_value: true }`;
  const at = `timestamp: ${Date.now()}`;
  await edge.publishBytes("spBv1.0/plant/NBIRTH/edge-1", protoEncode(`${at} ${node}`));
  await edge.publishBytes("spBv1.0/plant/DBIRTH/edge-1/pump", protoEncode(`${at} ${pump}`));
}

function said(topic: string) {
  return edge.messages.filter((message) => message.topic === topic);
}

async function inInbox(): Promise<DeviceReply | undefined> {
  const { items } = await house.call("GET", "/inbox");
  return items.find(({ address }: DeviceReply) => address === PUMP);
}

async function deviceAt(address: string): Promise<DeviceReply> {
  const { items } = await house.call("GET", "/devices");
  const found = items.find((device: DeviceReply) => device.address === address);
  assert.ok(found, address);
  return found;
}

async function pointOf(assetId: string, name: string): Promise<PointReply> {
  const { items } = await house.call("GET", `/points?assetId=${assetId}`);
  const found = items.find(({ variable }: PointReply) => variable.name === name);
  assert.ok(found, JSON.stringify(items));
  return found;
}
