import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { DeviceReply, PointReply } from "../src/api/contract.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasPaho, Paho } from "./paho.ts";
import { hasProtoc, protoEncode } from "./protoc.ts";

const skip = !hasPaho || !hasProtoc;
const house = await (await House.open()).signIn();
after(() => house.close());
const agent = await enrol(house, { kind: "sparkplug", tenant: "plant", name: "edge-1" });
const TANK = "plant/edge-1/tank";
/** When the tank is born: what it kept is from before it and from after it. */
const BORN = Date.now() - 60_000;
const MINUTE = 60_000;
const KEPT = [
  [BORN - 3 * MINUTE, 11],
  [BORN - MINUTE, 12],
  [BORN + 20_000, 13],
  [BORN + 40_000, 14],
] as const;
let edge: Paho;
let assetId: string;

test("what an edge kept during an outage is history, and no value of now", { skip }, async () => {
  await enter(0);
  await beBorn({ session: 0, at: BORN, level: 20 });
  const tank = await until("the tank waits", async () => {
    const { items } = await house.call("GET", "/inbox");
    return items.find(({ address }: DeviceReply) => address === TANK);
  });
  ({ assetId } = await house.call("POST", `/inbox/${tank.id}/adopt`, { name: "Tank" }));
  const { lastSeenAt } = await device();
  await flush({ seq: 2 });
  await until("the whole history", async () => (await history()).length === 5);
  assert.deepEqual(await history(), [11, 12, 20, 13, 14]);
  const { latest } = await level();
  assert.deepEqual([latest?.value, latest?.quality, latest?.at], [20, "good", iso(BORN)]);
  assert.equal((await device()).lastSeenAt, lastSeenAt, "it told of then, and not of now");
  const told = await house.call("GET", `/points/${(await level()).id}/history?${span()}`);
  assert.deepEqual(told.toldAfterwards, [true, true, false, true, true]);
  const { items } = await house.call("GET", `/devices/${tank.id}/messages`);
  const marks = items[0].readings.map((one: { toldAfterwards?: true }) => one.toldAfterwards);
  assert.deepEqual(marks, [true, true, true, true]);
});

test("after a cut it is the same, and who has left stays away while it tells", {
  skip,
}, async () => {
  await house.killAndRestart();
  const atEnd = await until("the end of the session that was cut", async () => {
    const { latest } = await level();
    return latest?.quality === "bad" ? latest : undefined;
  });
  assert.equal(atEnd.value, 20);
  await enter(1);
  await flush({ seq: 9, more: [BORN + 50_000, 15] });
  await until("what is told anew", async () => (await history()).includes(15));
  assert.deepEqual(await history(), [11, 12, 20, 13, 14, 15, 20]);
  const { latest } = await level();
  assert.deepEqual([latest?.value, latest?.quality, latest?.at], [20, "bad", atEnd.at]);
});

test("its birth says what is so now, and what it kept stays beside it", { skip }, async () => {
  const at = Date.now();
  await beBorn({ session: 1, at, level: 30 });
  await until("the level of now", async () => (await level()).latest?.value === 30);
  await flush({ seq: 2 });
  const live = 'seq: 3 metrics { name: "Level" datatype: 10 double_value: 31 }';
  await edge.publishBytes(data(), protoEncode(`timestamp: ${at + 1} ${live}`));
  await until("the next level", async () => (await level()).latest?.value === 31);
  assert.deepEqual(await history(), [11, 12, 20, 13, 14, 15, 20, 30, 31]);
  assert.equal((await level()).latest?.quality, "good");
  await edge.leave();
});

async function enter(session: number): Promise<void> {
  const topic = "spBv1.0/plant/NDEATH/edge-1";
  const hex = protoEncode(numberOf(session)).toString("hex");
  const will = { topic, hex, qos: 1, retain: false };
  edge = await Paho.enter({ ...agent.plain, port: house.ports.mqtt, will });
}

type Birth = { readonly session: number; readonly at: number; readonly level: number };

async function beBorn({ session, at, level: value }: Birth): Promise<void> {
  const node = `timestamp: ${at} seq: 0 ${numberOf(session)}
    metrics { name: "Node Control/Rebirth" datatype: 11 boolean_value: false }`;
  const tank = `timestamp: ${at} seq: 1
    metrics { name: "Level" timestamp: ${at} datatype: 10 double_value: ${value} }`;
  await edge.publishBytes("spBv1.0/plant/NBIRTH/edge-1", protoEncode(node));
  await edge.publishBytes("spBv1.0/plant/DBIRTH/edge-1/tank", protoEncode(tank));
}

function numberOf(session: number): string {
  return `metrics { name: "bdSeq" datatype: 4 long_value: ${session} }`;
}

type Flush = { readonly seq: number; readonly more?: readonly [at: number, value: number] };

/** Specification 6.4.6: what is historical is not to be taken for a current value. */
async function flush({ seq, more }: Flush): Promise<void> {
  const metrics = [...KEPT, ...(more ? [more] : [])].map(
    ([at, value]) => `metrics {
      name: "Level" timestamp: ${at} datatype: 10 is_historical: true double_value: ${value} }`,
  );
  const text = `timestamp: ${Date.now()} seq: ${seq} ${metrics.join("\n")}`;
  await edge.publishBytes(data(), protoEncode(text));
}

function data(): string {
  return "spBv1.0/plant/DDATA/edge-1/tank";
}

async function history(): Promise<number[]> {
  const { id } = await level();
  return (await house.call("GET", `/points/${id}/history?${span()}`)).value;
}

function span(): string {
  return `from=0&to=${Date.now() + MINUTE}`;
}

async function level(): Promise<PointReply> {
  const { items } = await house.call("GET", `/points?assetId=${assetId}`);
  const found = items.find(({ variable }: PointReply) => variable.name === "Level");
  assert.ok(found, JSON.stringify(items));
  return found;
}

async function device(): Promise<DeviceReply> {
  const { items } = await house.call("GET", "/devices");
  return items.find(({ address }: DeviceReply) => address === TANK);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
