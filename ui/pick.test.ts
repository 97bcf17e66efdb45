import assert from "node:assert/strict";
import { test } from "node:test";
import type { PointReply, VariableReply } from "../src/api/contract.ts";
import { assetName, fleetsOf, inOrder, keyPoints, powerPoints } from "./pick.ts";

function point(path: string, variable: Partial<VariableReply>, value = 1): PointReply {
  const name = variable.name ?? "value";
  return {
    id: `${path}/${name}`,
    assetId: path,
    path,
    aspect: "values",
    variable: { dataType: "number", ...variable, name },
    ...{ series: 1, statusSeries: null },
    latest: { at: "2027-03-01T00:00:00Z", value, quality: "good", ageMs: 0, fresh: true },
  };
}

const rooms = [1, 2, 3, 4, 10].map((room) =>
  point(`Site/Office/R ${room}`, { name: "co2", unit: "ppm" }, 500 + room),
);
const main = point("Site/Main", { name: "powerActive", unit: "kW", range: [0, 500] }, 400);
const line = point("Site/Line", { name: "power", unit: "kW", range: [0, 200] }, 150);
const register = point("Site/Main", { name: "realEnergy", unit: "kWh", counter: true }, 9e6);
const phase = point("Site/Main", { name: "phase 1", unit: "kWh", counter: true }, 3e6);
const factor = point("Site/Main", { name: "powerFactor" }, 0.95);
const pressure = point("Site/Skid", { name: "pressure", unit: "bar" }, 6.8);
const state = point("Site/Skid", { name: "mode", dataType: "integer", states: { "1": "Auto" } });
const all = [...rooms, line, main, register, phase, factor, pressure, state];

test("the site's figures are one of each unit, the largest power first", () => {
  assert.deepEqual(keyPoints(all, 4), [main, factor, pressure]);
  assert.deepEqual(keyPoints(all, 1), [main]);
});

test("what many assets have is a fleet, in the order of their places, and no key figure", () => {
  const [fleet, ...others] = fleetsOf(all);
  assert.deepEqual(others, []);
  assert.deepEqual(fleet?.points.map(assetName), ["R 1", "R 2", "R 3", "R 4", "R 10"]);
  assert.ok(!keyPoints(all, 9).some(({ variable }) => variable.unit === "ppm"));
});

test("powers are drawn together, the largest first", () => {
  assert.deepEqual(powerPoints(all, 4), [main, line]);
});

test("an asset shows its figures first, then what it counts, then its states", () => {
  const l2 = point("Site/Main", { name: "current L2", unit: "A" });
  const l10 = point("Site/Main", { name: "current L10", unit: "A" });
  const order = inOrder([state, register, l10, pressure, l2, main]);
  assert.deepEqual(order, [main, pressure, l2, l10, register, state]);
});

test("an empty model has nothing to show and fails at nothing", () => {
  assert.deepEqual(keyPoints([], 4), []);
  assert.deepEqual(fleetsOf([]), []);
});
