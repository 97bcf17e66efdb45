import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatAge,
  formatAlike,
  formatBytes,
  formatCount,
  formatDateTime,
  formatName,
  formatNumber,
  formatSpan,
  formatUnit,
  formatValue,
  NO_VALUE,
} from "./format.ts";

test("a number has the decimals of its variable, thin thousands and a true minus", () => {
  assert.equal(formatNumber(1234567.891, 2), "1\u202f234\u202f567.89");
  assert.equal(formatNumber(999, 0), "999");
  assert.equal(formatNumber(-3.25, 1), "\u22123.3");
  assert.equal(formatNumber(1000, 0), "1\u202f000");
});

test("what rounds to zero has no sign", () => {
  assert.equal(formatNumber(-0.04, 1), "0.0");
  assert.equal(formatNumber(-0), "0");
});

test("where decimals are unknown a number has at most four significant digits", () => {
  assert.equal(formatNumber(2.34567), "2.346");
  assert.equal(formatNumber(21.5), "21.5");
  assert.equal(formatNumber(0.000123456), "0.0001235");
  assert.equal(formatNumber(12345.678), "12\u202f346");
});

test("numbers beside each other have as many decimals each, and none looks like 0", () => {
  const number = { dataType: "number" } as const;
  assert.deepEqual(formatAlike([9.98, 10.5, 10.236], number), ["9.98", "10.50", "10.24"]);
  assert.deepEqual(formatAlike([3, 120, 50], number), ["3", "120", "50"]);
  assert.deepEqual(formatAlike([0, 120, 50.25], number), ["0.0", "120.0", "50.3"]);
  assert.deepEqual(formatAlike([0.0004, 120, 50], number), ["0.0004", "120", "50"]);
  assert.deepEqual(formatAlike([1, 1e300], number), ["1", "1 × 10³⁰⁰"]);
  assert.deepEqual(formatAlike([1, 2.5], { ...number, decimals: 2 }), ["1.00", "2.50"]);
});

test("what is very large or very small has a power of ten, and never looks like 0", () => {
  assert.equal(formatNumber(Number.MAX_VALUE), "1.798 × 10³⁰⁸");
  assert.equal(formatNumber(-1e21, 2), "−1 × 10²¹");
  assert.equal(formatNumber(-4.2e-12), "−4.2 × 10⁻¹²");
  assert.equal(formatNumber(5e-324), "4.941 × 10⁻³²⁴");
  assert.equal(formatNumber(2 ** 53, 0), "9.007 × 10¹⁵", "its last digit may be another one");
  assert.equal(formatNumber(2 ** 53 - 1, 0), "9\u202f007\u202f199\u202f254\u202f740\u202f991");
  const exact = formatValue(2n ** 60n, { dataType: "integer" });
  assert.equal(exact.text, "1\u202f152\u202f921\u202f504\u202f606\u202f846\u202f976");
  assert.equal(formatNumber(0.0000012), "0.0000012");
  assert.equal(formatNumber(1e-9, 1), "0.0", "a model that wants one decimal has it");
  assert.equal(formatNumber(999_999_999_999, 0), "999 999 999 999");
});

test("nothing that is no number reaches a screen", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, null, undefined])
    assert.equal(formatNumber(value, 1), NO_VALUE);
  for (const value of [Number.NaN, null, undefined, ""])
    assert.equal(formatValue(value, { dataType: "number" }).text, NO_VALUE);
  assert.equal(formatAge(Number.NaN), NO_VALUE);
  assert.equal(formatBytes(Number.NaN).text, NO_VALUE);
});

test("a state is a word, for numbers and for booleans", () => {
  const occupancy = { dataType: "integer", states: { "1": "Vacant", "4": "Occupied" } } as const;
  assert.deepEqual(formatValue(4, occupancy), { text: "Occupied", unit: "" });
  const running = { dataType: "boolean", states: { "0": "Stopped", true: "Running" } } as const;
  assert.equal(formatValue(true, running).text, "Running");
  assert.equal(formatValue(false, running).text, "Stopped");
  assert.equal(formatValue(false, { dataType: "boolean" }).text, "Off");
});

test("a mask says how many of its bits are set", () => {
  const bits = ["CO2", "Noise", "Motion"];
  assert.equal(formatValue(5, { dataType: "integer", bits }).text, "2 of 3");
});

test("without decimals in the model the scale says how fine a value is", () => {
  const on = (range: [number, number]) => formatValue(6.8765, { dataType: "number", range }).text;
  assert.equal(on([0, 2000]), "7");
  assert.equal(on([0, 100]), "6.9");
  assert.equal(on([0, 10]), "6.88");
});

test("units are written as people write them", () => {
  assert.equal(formatUnit("m3/h"), "m³/h");
  assert.equal(formatUnit("degC"), "°C");
  assert.equal(formatUnit("m^2"), "m²");
  assert.equal(formatUnit("kWh"), "kWh");
  assert.equal(formatUnit(undefined), "");
});

test("an age is said in its largest unit", () => {
  assert.equal(formatAge(400), "now");
  assert.equal(formatAge(12_300), "12 s");
  assert.equal(formatAge(4 * 60_000), "4 min");
  assert.equal(formatAge(3 * 3_600_000 + 6 * 60_000), "3 h 06");
  assert.equal(formatAge(50 * 3_600_000), "2 d");
});

test("a chosen length of time has no needless zeros", () => {
  assert.equal(formatSpan(3_600_000), "1 h");
  assert.equal(formatSpan(900_000), "15 min");
  assert.equal(formatSpan(24 * 3_600_000), "24 h");
  assert.equal(formatSpan(7 * 24 * 3_600_000), "7 d");
});

test("bytes and counts have their unit and their plural", () => {
  assert.deepEqual(formatBytes(0), { text: "0", unit: "B" });
  assert.deepEqual(formatBytes(4_821_032), { text: "4.8", unit: "MB" });
  assert.equal(formatCount(1, "device"), "1 device");
  assert.equal(formatCount(2, "device is", "devices are"), "2 devices are");
});

test("names from protocols become words, abbreviations stay", () => {
  assert.equal(formatName("powerFactor"), "Power factor");
  assert.equal(formatName("sensors-config"), "Sensors config");
  assert.equal(formatName("VOC"), "VOC");
  assert.equal(formatName("kWh"), "kWh");
  assert.equal(formatName("liaison Modbus - DASH7"), "Liaison Modbus - DASH7");
  assert.equal(formatName("CO2"), "CO₂");
  assert.equal(formatName("Énergie active"), "Énergie active");
});

test("a time of another year has its year with it", () => {
  const now = new Date(2027, 2, 3).getTime();
  assert.equal(formatDateTime(new Date(2027, 0, 5, 14, 22, 8).getTime(), now), "5 Jan, 14:22:08");
  assert.equal(
    formatDateTime(new Date(2024, 0, 5, 14, 22, 8).getTime(), now),
    "5 Jan 2024, 14:22:08",
  );
});
