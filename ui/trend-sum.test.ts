import assert from "node:assert/strict";
import { test } from "node:test";
import { isBlank, trendSum } from "./trend-sum.ts";

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
