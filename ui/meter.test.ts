import assert from "node:assert/strict";
import { test } from "node:test";
import type { PointReply } from "../src/api/contract.ts";
import {
  energyOf,
  formatEnergy,
  formatPower,
  formatRegister,
  metersOf,
  peakOf,
  powerOf,
} from "./meter.ts";

function register(asset: string, name: string, unit: string): PointReply {
  return {
    id: `${asset}/${name}`,
    assetId: asset,
    path: `Site/${asset}`,
    aspect: "Energy",
    variable: { name, unit, dataType: "integer", counter: true },
    ...{ series: 1, statusSeries: null },
    latest: null,
  };
}

const main = register("Main", "Active energy", "Wh");
const apparent = register("Main", "Apparent energy", "VAh");
const sent = register("Main", "Active energy export", "Wh");
const phases = ["L1", "L2", "L3"].map((phase) => register("Line", `Active energy ${phase}`, "kWh"));

test("a meter counts real energy: not apparent, not what goes out", () => {
  const [meter, ...others] = metersOf([main, apparent, sent]);
  assert.deepEqual(others, []);
  assert.equal(meter?.name, "Main");
  assert.deepEqual(meter?.registers, [main]);
});

test("phases make a meter where nobody counts the whole", () => {
  const [line] = metersOf(phases);
  assert.deepEqual(line?.registers, phases);
  const whole = register("Line", "Active energy", "kWh");
  assert.deepEqual(metersOf([...phases, whole])[0]?.registers, [whole]);
});

test("energy is added up in watt-hours, and not known while a part of it is not", () => {
  const [line] = metersOf(phases);
  assert.ok(line);
  assert.equal(
    energyOf(line, () => 2),
    6_000,
  );
  assert.equal(
    energyOf(line, ({ variable }) => (/L3/.test(variable.name) ? null : 2)),
    null,
  );
});

test("power is energy over time", () => {
  assert.equal(powerOf(17_500, 15 * 60_000), 70_000);
  assert.equal(powerOf(null, 1), null);
  assert.equal(powerOf(1, 0), null);
});

test("a register is read in its own quantity", () => {
  assert.deepEqual(formatRegister(126_830, apparent.variable), { text: "126.8", unit: "kVAh" });
  assert.deepEqual(formatRegister(2.5, register("Main", "Energy", "MWh").variable), {
    text: "2 500.0".replace(" ", "\u202f"),
    unit: "kWh",
  });
  const water = { ...register("Main", "Water", "m3").variable, decimals: 1 };
  assert.deepEqual(formatRegister(231, water), { text: "231.0", unit: "m³" });
});

test("the peak of a day is its highest quarter, not yesterday's", () => {
  const avg = [90, 70, null, 76, 71];
  const columns = { at: [0, 900, 1800, 2700, 3600], pens: [{ avg, min: avg, max: avg }] };
  assert.deepEqual(peakOf(columns, 900_000), { watts: 76_000, at: 2_700_000 });
  assert.equal(peakOf(columns, 9_000_000), null);
  assert.equal(peakOf({ at: [], pens: [] }, 0), null);
});

test("large figures take a prefix, unknown ones a dash", () => {
  assert.deepEqual(formatPower(70_012), { text: "70.0", unit: "kW" });
  assert.deepEqual(formatPower(640), { text: "640", unit: "W" });
  assert.deepEqual(formatEnergy(1_083_354_014), { text: "1\u202f083.4", unit: "MWh" });
  assert.deepEqual(formatEnergy(1_310), { text: "1.31", unit: "kWh" });
  assert.deepEqual(formatEnergy(null), { text: "–", unit: "" });
});
