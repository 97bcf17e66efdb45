import assert from "node:assert/strict";
import { test } from "node:test";
import { integerOf, isInt32, packInteger, unpackInteger } from "./integer.ts";

const BEYOND = [
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 62n + 1n,
  0x7ff0_0000_0000_0001n,
  2n ** 63n - 1n,
  -(2n ** 53n),
  -(2n ** 53n) - 1n,
  -(2n ** 63n) + 1n,
  -(2n ** 63n),
];

test("an integer beyond 2^53 passes through a column of doubles bit by bit", () => {
  const column = Float64Array.from(BEYOND, packInteger);
  assert.ok(!column.some(Number.isNaN), "an engine may change the bits of a NaN");
  assert.deepEqual(Array.from(column, unpackInteger), BEYOND);
});

test("an integer that a double tells from its neighbours is a number", () => {
  assert.equal(integerOf(2n ** 53n - 1n), 2 ** 53 - 1);
  assert.equal(integerOf(-7n), -7);
  assert.equal(integerOf(-(2n ** 53n) + 1n), -(2 ** 53) + 1);
  for (const exact of BEYOND) assert.equal(integerOf(exact), exact);
});

test("what needs more than 64 bits is none", () => {
  assert.equal(integerOf(2n ** 63n), undefined);
  assert.equal(integerOf(-(2n ** 63n) - 1n), undefined);
});

test("32 bits hold whole numbers from -2^31 to below 2^31", () => {
  for (const value of [0, -1, 2 ** 31 - 1, -(2 ** 31)]) assert.ok(isInt32(value));
  for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5, 2n ** 60n]) assert.ok(!isInt32(value));
});
