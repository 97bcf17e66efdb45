import assert from "node:assert/strict";
import { test } from "node:test";
import { runsOf, sharesOf } from "./lane.ts";
import type { Cell } from "./trend-window.ts";

const lane = (last: Cell[], min = last, max = last) => ({
  at: last.map((_, row) => row + 0.5),
  widthMs: 1_000,
  last,
  min,
  max,
});

test("a state is one run from where it began to where another began", () => {
  assert.deepEqual(runsOf(lane([0, 0, 1, 1]), 0, 4_000), [
    { from: 0, to: 2_000, value: 0, isMixed: false },
    { from: 2_000, to: 4_000, value: 1, isMixed: false },
  ]);
});

test("a state that nobody repeated held on, and silence is a hole", () => {
  assert.deepEqual(runsOf(lane([1, undefined, null, null, 1]), 0, 5_000), [
    { from: 0, to: 2_000, value: 1, isMixed: false },
    { from: 4_000, to: 5_000, value: 1, isMixed: false },
  ]);
});

test("what changed within a bucket says so, and what it became holds on behind it", () => {
  assert.deepEqual(runsOf(lane([1, undefined], [0, undefined], [1, undefined]), 0, 2_000), [
    { from: 0, to: 1_000, value: 1, isMixed: true },
    { from: 1_000, to: 2_000, value: 1, isMixed: false },
  ]);
});

test("a lane ends where its view ends", () => {
  assert.deepEqual(runsOf(lane([1, 1]), 400, 1_500), [
    { from: 400, to: 1_500, value: 1, isMixed: false },
  ]);
});

test("shares are of the time that is known", () => {
  const runs = runsOf(lane([0, 1, 1, null, 1]), 0, 5_000);
  assert.deepEqual(sharesOf(runs), [
    [1, 0.75],
    [0, 0.25],
  ]);
  assert.deepEqual(sharesOf([]), []);
});
