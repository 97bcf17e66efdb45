import assert from "node:assert/strict";
import { test } from "node:test";
import { bitsIn, faultsIn } from "./health.ts";

/** viaSens health, bit 0 first. */
const NAMES = ["CO2", "occupancy", "noise", "illuminance", "VOC", "humidity", "FIR", "NTC"];

test("the specification's bytes name what is missing or faulty", () => {
  const faults: readonly (readonly [byte: number, names: readonly string[]])[] = [
    [255, []],
    [254, ["CO2"]],
    [127, ["NTC"]],
    [191, ["FIR"]],
    [192, ["humidity", "VOC", "illuminance", "noise", "occupancy", "CO2"]],
    [95, ["NTC", "humidity"]],
    [170, ["FIR", "VOC", "noise", "CO2"]],
    [0, [...NAMES].reverse()],
  ];
  for (const [byte, names] of faults) assert.deepEqual(faultsIn(byte, NAMES), names);
});

test("the highest bit comes first", () => {
  assert.deepEqual(bitsIn(128, NAMES)[0], { name: "NTC", bit: 7, is: "working" });
});

test("before the first message nothing works and nothing is faulty", () => {
  assert.ok(bitsIn(null, NAMES).every(({ is }) => is === "unknown"));
  assert.deepEqual(faultsIn(null, NAMES), []);
  assert.deepEqual(faultsIn("255", NAMES), []);
});

test("the 32nd bit is a bit like the others", () => {
  const names = Array.from({ length: 32 }, (_, bit) => String(bit));
  assert.equal(bitsIn(2 ** 31, names)[0]?.is, "working");
});

test("what never worked is taken for not fitted, what worked once for a fault", () => {
  const memory = { worked: 193, wanted: 0, unwanted: 0, idle: 0 };
  const is = (name: string, more: Partial<typeof memory> = {}) =>
    bitsIn(192, NAMES, { ...memory, ...more }).find((bit) => bit.name === name)?.is;
  assert.equal(is("CO2"), "faulty");
  assert.equal(is("VOC"), "unfitted");
  assert.equal(is("VOC", { wanted: 16 }), "faulty", "a person says that it should be there");
  assert.equal(is("CO2", { unwanted: 1 }), "unfitted", "and that it is not");
  assert.equal(is("CO2", { idle: 1 }), "unused");
  assert.equal(is("NTC"), "working");
});
