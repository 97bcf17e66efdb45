import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_MS, HOUR_MS } from "./calendar.ts";
import { harbourWorks } from "./plant.ts";

const SITE = { utcOffsetMs: HOUR_MS, seed: 1 };
const NOW = Date.UTC(2026, 10, 24, 10, 17, 3, 123);
const plant = harbourWorks(SITE);
const batches = [...plant.history(NOW - 2 * DAY_MS, NOW)];
const readings = batches.flatMap((batch) => batch.readings);

test("every asset is below one that came before it, and the site is on top", () => {
  const known = new Set<string>();
  for (const { reference, parent } of plant.assets) {
    assert.ok(parent === null ? known.size === 0 : known.has(parent), reference);
    known.add(reference);
  }
  assert.equal(known.size, plant.assets.length);
  assert.equal(plant.assets[0]?.name, "Harbour Works");
});

test("every device has an asset, and every channel of a device without units is described", () => {
  const spoken = new Map<string, Set<string>>();
  for (const { device, channel } of readings) {
    spoken.set(device, (spoken.get(device) ?? new Set()).add(channel));
  }
  const devices = plant.assets.flatMap(({ device }) => device ?? []);
  assert.deepEqual(
    [...spoken.keys()].toSorted(),
    devices.map((one) => `${one.address}`).toSorted(),
  );
  for (const { driver, address, variables } of devices) {
    if (driver === "viasens") continue;
    assert.deepEqual(
      variables.map(({ channel }) => channel).toSorted(),
      [...(spoken.get(address) ?? [])].toSorted(),
    );
    const names = variables.map(({ aspect, name }) => `${aspect}/${name}`);
    assert.equal(new Set(names).size, names.length);
  }
});

test("values are of the type and on the scale that the plant says", () => {
  const variables = new Map(
    plant.assets.flatMap(({ device }) =>
      (device?.variables ?? []).map((variable) => [
        `${device?.address} ${variable.channel}`,
        variable,
      ]),
    ),
  );
  for (const { device, channel, value } of readings) {
    const variable = variables.get(`${device} ${channel}`);
    if (!variable) continue;
    const type = variable.dataType === "integer" ? "number" : variable.dataType;
    assert.equal(typeof value, type, channel);
    if (variable.dataType === "integer") assert.ok(Number.isInteger(value), channel);
    const [low, high] = variable.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (typeof value === "number") assert.ok(value >= low && value <= high, `${channel} ${value}`);
  }
});

test("history is in order of time for each channel and ends before the live plant begins", () => {
  const last = new Map<string, number>();
  for (const { device, channel, at } of readings) {
    const key = `${device} ${channel}`;
    assert.ok(at > (last.get(key) ?? NOW - 2 * DAY_MS - 1), key);
    assert.ok(at < NOW);
    last.set(key, at);
  }
});

test("the live plant goes on where history ends", () => {
  const newest = new Map(readings.map((one) => [`${one.device} ${one.channel}`, one]));
  const first = new Map<string, unknown>();
  const live = plant.installations(NOW).flatMap((one) => one.advance(NOW + 6_000));
  for (const { device, readings: said } of live.toReversed()) {
    for (const { channel, value } of said) first.set(`${device} ${channel}`, value);
  }
  assert.equal(first.size, newest.size);
  for (const [key, value] of first) {
    const step = Number(value) - Number(newest.get(key)?.value);
    if (/energy$|énergie/i.test(key)) assert.ok(step >= 0 && step < 3_000, `${key}: ${step}`);
    if (key.endsWith("temperature.temperature")) assert.ok(Math.abs(step) < 0.5, `${key}: ${step}`);
  }
});

test("the same seed is the same history", () => {
  const again = [...harbourWorks(SITE).history(NOW - 2 * HOUR_MS, NOW)];
  const once = [...harbourWorks(SITE).history(NOW - 2 * HOUR_MS, NOW)];
  assert.deepEqual(again, once);
  const other = [...harbourWorks({ ...SITE, seed: 2 }).history(NOW - 2 * HOUR_MS, NOW)];
  assert.notDeepEqual(other, once);
});

test("three connections speak for the plant", () => {
  assert.deepEqual(
    plant.agents.map(({ kind, tenant, name, clientId }) => [kind, tenant, name, clientId]),
    [
      ["viasens", "harbour", "harbour", "viasens-harbour"],
      ["mindsphere", "harbour", "energy_gateway_1", "harbour_energy_gateway_1"],
      ["scorp-io", "harbour", "utilities", "harbour-utilities"],
    ],
  );
});
