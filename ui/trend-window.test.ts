import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnAt, joined, stepFor, TrendWindow } from "./trend-window.ts";

const ones = (values: (number | null)[]) => values.map((value) => (value === null ? 0 : 1));
const good = (at: number, value: number) => ({ at, value, isGood: true });
const reply = (from: number, avg: (number | null)[]) => ({
  from: new Date(from).toISOString(),
  widthMs: 1000,
  items: [
    {
      pointId: "a",
      columns: { avg, min: avg, max: avg, last: avg, count: ones(avg), all: ones(avg) },
    },
  ],
});

test("a bucket is as wide as people count, and there are never too many", () => {
  assert.equal(stepFor(15 * 60_000, 480), 2_000);
  assert.equal(stepFor(3_600_000, 480), 10_000);
  assert.equal(stepFor(40_000, 480), 100);
  assert.equal(stepFor(7 * 24 * 3_600_000, 480), 30 * 60_000);
});

test("the live feed goes on where the history ends, without counting anything twice", () => {
  const window = new TrendWindow(1, 1000, 2_500);
  window.load(reply(0, [1, 2, 3]), [0]);
  window.add(0, good(2_400, 99));
  window.add(0, good(2_900, 5));
  window.add(0, good(3_100, 7));
  const { at, pens } = window.columns(0, 4_000, [60_000]);
  assert.deepEqual(at, [0.5, 1.5, 2.5, 3.5]);
  assert.deepEqual(pens[0]?.avg, [1, 2, 4, 7]);
  assert.deepEqual(pens[0]?.max, [1, 2, 5, 7]);
});

test("what is no number is not counted, and spoils nothing beside it", () => {
  const window = new TrendWindow(1, 1000, 0);
  for (const [at, value] of [
    [100, Number.NaN],
    [200, 4],
    [300, Number.NaN],
    [1_500, Number.NaN],
  ]) {
    window.fill(0, good(at ?? 0, value ?? 0));
  }
  const [pen] = window.columns(0, 2_000, [0]).pens;
  assert.deepEqual([pen?.avg[0], pen?.min[0], pen?.max[0]], [4, 4, 4]);
  assert.deepEqual(
    [pen?.good, pen?.all],
    [
      [1, 0],
      [3, 1],
    ],
  );
});

test("the bucket that is under way is drawn within what is seen, so that the scale has it", () => {
  assert.deepEqual(drawnAt([0.5, 1.5, 2.5], 700, 2_200), [0.7, 1.5, 2.2]);
  assert.deepEqual(drawnAt([0.5, 1.5, 2.5], 0, 3_000), [0.5, 1.5, 2.5]);
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
  const window = new TrendWindow(2, 1000, 0);
  window.load(reply(0, [1]), [0]);
  assert.deepEqual(window.columns(0, 1_000, [1000, 1000]).pens[1]?.avg, [null]);
});

test("what was said before the window holds at its left edge, while it is not too old", () => {
  const window = new TrendWindow(1, 1000, 0);
  window.load(reply(0, [4, null, null, null, 5]), [0]);
  assert.deepEqual(window.columns(2_000, 5_000, [60_000]).pens[0]?.avg, [4, undefined, 5]);
  assert.deepEqual(window.columns(2_000, 5_000, [2_000]).pens[0]?.avg, [null, null, 5]);
});

test("a sample that is not good is counted and not drawn", () => {
  const window = new TrendWindow(1, 1000, 0);
  window.add(0, { at: 100, value: 99, isGood: false });
  window.add(0, good(200, 1));
  window.add(0, good(300, 2));
  window.add(0, { at: 1_100, value: 99, isGood: false });
  const [pen] = window.columns(0, 2_000, [0]).pens;
  assert.deepEqual(pen?.avg, [1.5, 1.5]);
  assert.deepEqual(
    [pen?.good, pen?.all],
    [
      [2, 0],
      [3, 1],
    ],
  );
});

test("of a state the last of a bucket stands, and whether there were others", () => {
  const window = new TrendWindow(1, 1000, 0);
  for (const [at, value] of [
    [10, 2],
    [20, 0],
    [30, 1],
  ] as const)
    window.fill(0, good(at, value));
  const [pen] = window.columns(0, 1_000, [1_000]).pens;
  assert.deepEqual([pen?.last, pen?.min, pen?.max], [[1], [0], [2]]);
});
