import assert from "node:assert/strict";
import { test } from "node:test";
import { readText } from "./text.ts";

test("a number is read with the unit behind it, powers and one by another too", () => {
  const read: readonly [text: string, value: number, unit: string][] = [
    ["21,5 °C", 21.5, "°C"],
    ["-3.5%", -3.5, "%"],
    ["1.5 m3/h", 1.5, "m3/h"],
    ["20 kg/m3", 20, "kg/m3"],
    ["7 m2", 7, "m2"],
    ["1.5 1/min", 1.5, "1/min"],
    ["1450 min-1", 1450, "min-1"],
    ["1450min^-1", 1450, "min^-1"],
    ["9.81 m/s2", 9.81, "m/s2"],
    ["1 kg/m^3", 1, "kg/m^3"],
    ["3 min⁻¹", 3, "min⁻¹"],
  ];
  for (const [text, value, unit] of read) assert.deepEqual(readText(text), { value, unit }, text);
});

test("what is a time, a date or a name stays a text", () => {
  for (const text of [
    "12h30",
    "12:30",
    "21 Nov 2026",
    "5 m24",
    "3 x2",
    "1.2.3",
    "7 m3 5",
    "3 1/2",
    "2-1",
    "5 m-2",
  ]) {
    assert.deepEqual(readText(text), { value: text, unit: "" });
  }
});

test("what a program prints where it has no number is a number that is none", () => {
  for (const text of ["nan", "-NaN"]) assert.ok(Number.isNaN(readText(text).value), text);
  assert.equal(readText(" -inf ").value, Number.NEGATIVE_INFINITY);
  assert.equal(readText("nano").value, "nano");
});
