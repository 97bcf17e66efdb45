import assert from "node:assert/strict";
import { test } from "node:test";
import { badCount, badRows, isBlank, trendSum } from "./trend-sum.ts";

test("a line's mean counts each sample once, not each bucket", () => {
  const pen = { avg: [1, null, 4], min: [0, null, 4], max: [2, null, 4], good: [3, 0, 1] };
  assert.deepEqual(trendSum(pen), { min: 0, max: 4, mean: 1.75 });
});

test("what only held from before is not counted again", () => {
  const pen = { avg: [5, undefined, 5], min: [5], max: [5], good: [0, 0, 0] };
  assert.equal(trendSum(pen), null);
});

test("a time is blank where nobody said anything, before or within it", () => {
  const nothing = { avg: [null], last: [null], all: [0], before: null };
  assert.equal(isBlank([nothing, nothing]), true);
  assert.equal(isBlank([nothing, { ...nothing, before: 1 }]), false, "a state still holds");
  assert.equal(isBlank([{ ...nothing, all: [1] }]), false, "a bad sample is one, too");
  assert.equal(isBlank([{ ...nothing, last: [7] }]), false, "a value holds while it is fresh");
});

test("a stretch without a good sample is told from one without any", () => {
  const pen = { good: [2, 1, 0, 0], all: [2, 3, 4, 0] };
  assert.equal(badCount(pen), 6);
  assert.deepEqual(badRows([pen]), [false, false, true, false]);
  const other = { good: [0, 0, 0, 0], all: [1, 0, 0, 0] };
  assert.deepEqual(badRows([pen, other]), [true, false, true, false]);
  assert.deepEqual(badRows([]), []);
});
