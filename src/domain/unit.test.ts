import assert from "node:assert/strict";
import { test } from "node:test";
import { conversionOf, unitsLike } from "./unit.ts";

function turned(value: number, from: string, to: string): number | undefined {
  const conversion = conversionOf(from, to);
  return conversion && value * conversion.factor + conversion.offset;
}

test("a value in one unit is turned into another of the same kind", () => {
  assert.equal(turned(1.5, "kWh", "Wh"), 1_500);
  assert.equal(turned(2, "bar", "kPa"), 200);
  for (const [value, from, to, wanted] of [
    [212, "°F", "°C", 100],
    [-40, "°F", "°C", -40],
    [20, "°C", "°F", 68],
    [300, "K", "°C", 26.85],
    [60, "l/min", "m³/h", 3.6],
  ] as const) {
    assert.ok(Math.abs((turned(value, from, to) ?? 0) - wanted) < 1e-9, `${value} ${from}`);
  }
});

test("a unit is the same however it is written, and leaves every bit of a value", () => {
  for (const [from, to] of [
    ["degC", "°C"],
    ["C", "°C"],
    ["m^3", "m³"],
    ["% rH", "%"],
    ["lx", "lx"],
  ] as const) {
    assert.deepEqual(conversionOf(from, to), { factor: 1, offset: 0 }, from);
  }
});

test("what measures something else is not turned", () => {
  assert.equal(conversionOf("kWh", "°C"), undefined);
  assert.equal(conversionOf("apples", "ppm"), undefined);
  assert.equal(conversionOf("mW", "MWh"), undefined);
});

test("the units that a value may come in begin with its own", () => {
  assert.deepEqual(unitsLike("degC"), ["degC", "K", "°F"]);
  assert.deepEqual(unitsLike("lx"), ["lx"]);
});
