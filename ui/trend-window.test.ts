import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, stepFor, TrendWindow } from "./trend-window.ts";

const reply = (from: number, avg: (number | null)[]) => ({
  from: new Date(from).toISOString(),
  widthMs: 1000,
  items: [{ pointId: "a", columns: { avg, min: avg, max: avg, count: avg.map(() => 1) } }],
});

test("a bucket is as wide as people count, and there are never too many", () => {
  assert.equal(stepFor(15 * 60_000, 480), 2_000);
  assert.equal(stepFor(3_600_000, 480), 10_000);
  assert.equal(stepFor(7 * 24 * 3_600_000, 480), 30 * 60_000);
});

test("the live feed goes on where the history ends, without counting anything twice", () => {
  const window = new TrendWindow(1, 1000);
  window.load(reply(0, [1, 2, 3]), 2_500);
  window.add(0, 2_400, 99);
  window.add(0, 2_900, 5);
  window.add(0, 3_100, 7);
  const { at, pens } = window.columns(0, 4_000, [60_000]);
  assert.deepEqual(at, [0.5, 1.5, 2.5, 3.5]);
  assert.deepEqual(pens[0]?.avg, [1, 2, 4, 7]);
  assert.deepEqual(pens[0]?.max, [1, 2, 5, 7]);
});

test("a short hole is a value that stayed, a long one is silence", () => {
  assert.deepEqual(joined([1, null, 2], 2), [1, undefined, 2]);
  assert.deepEqual(joined([1, null, null, 2], 2), [1, null, null, 2]);
});

test("the last value holds until now while it is fresh, and no longer", () => {
  assert.deepEqual(joined([1, null, null], 2), [1, undefined, 1]);
  assert.deepEqual(joined([1, null, null, null], 2), [1, null, null, null]);
  assert.deepEqual(joined([null, null], 2), [null, null]);
});

test("a point that the history does not know is an empty line", () => {
  const window = new TrendWindow(2, 1000);
  window.load(reply(0, [1]), 1_000);
  assert.deepEqual(window.columns(0, 1_000, [1000, 1000]).pens[1]?.avg, [null]);
});
