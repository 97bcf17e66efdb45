import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR_MS } from "./calendar.ts";
import type { DeviceReport } from "./installation.ts";
import { roomsOf, SensorNetwork } from "./sensor-network.ts";
import { TroubledNetwork, type Troubles } from "./troubled-network.ts";

const BOOT = Date.UTC(2026, 10, 24);
const NONE: Troubles = { dead: 0, lost: 0, doubled: 0, late: 0, seed: 5 };

function mesh(): SensorNetwork {
  const site = { utcOffsetMs: 0, seed: 11 };
  return new SensorNetwork({ network: "mesh", rooms: roomsOf(40, 11), site, bootAt: BOOT });
}

/** In steps, as whoever lives it calls it. */
function hourOf(troubles: Partial<Troubles>): DeviceReport[] {
  const network = new TroubledNetwork(mesh(), { ...NONE, ...troubles }, BOOT);
  const reports: DeviceReport[] = [];
  for (let at = BOOT; at <= BOOT + HOUR_MS; at += 5_000) reports.push(...network.advance(at));
  return reports;
}

const calm = hourOf({});

test("without troubles nothing is lost, and nothing said twice", () => {
  assert.equal(calm.length, new Set(calm).size);
  assert.ok(calm.length > 40 * 8);
});

test("a mesh that loses a tenth of its messages loses about that", () => {
  const share = hourOf({ lost: 0.1 }).length / calm.length;
  assert.ok(share > 0.85 && share < 0.95, `${share}`);
});

test("a message that is doubled comes twice at once", () => {
  const reports = hourOf({ doubled: 0.2 });
  const twice = reports.filter((report, index) => report === reports[index + 1]).length;
  assert.equal(reports.length, calm.length + twice);
  assert.ok(twice > 0.15 * calm.length);
});

test("what is late comes all the same, behind what was said after it", () => {
  const reports = hourOf({ late: 0.2 });
  assert.ok(reports.length > 0.99 * calm.length);
  const times = reports.map(({ readings }) => readings[0]?.at ?? 0);
  assert.ok(times.some((at, index) => at < (times[index - 1] ?? 0)));
});

test("a node that dies has spoken before, and never does again", () => {
  const reports = hourOf({ dead: 0.25 });
  const last = new Map(reports.map(({ device, readings }) => [device, readings[0]?.at ?? 0]));
  const silent = [...last.values()].filter((at) => at < BOOT + HOUR_MS / 2).length;
  assert.equal(last.size, 40);
  assert.ok(silent > 3 && silent < 20, `${silent}`);
});

test("of a node that is dead its gateway says that an order failed", () => {
  const site = { utcOffsetMs: 0, seed: 11 };
  const own = {
    network: "mesh",
    rooms: roomsOf(1, 11),
    site,
    bootAt: BOOT,
    firmware: "2.1",
  } as const;
  const network = new TroubledNetwork(new SensorNetwork(own), { ...NONE, dead: 1 }, BOOT);
  const [node] = network.devices;
  assert.ok(node);
  const said = (at: number) =>
    network.answer(node, true, at).map(({ payload }) => new TextDecoder().decode(payload));
  assert.deepEqual(said(BOOT), ['{"state":"ack"}']);
  assert.deepEqual(said(BOOT + HOUR_MS), ['{"state":"fail"}']);
});

test("the same seed brings the same troubles", () => {
  const devices = (reports: DeviceReport[]) => reports.map(({ device }) => device).join();
  assert.equal(
    devices(hourOf({ lost: 0.3, dead: 0.1 })),
    devices(hourOf({ lost: 0.3, dead: 0.1 })),
  );
});
