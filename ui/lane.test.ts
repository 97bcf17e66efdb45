import assert from "node:assert/strict";
import { test } from "node:test";
import { runsOf, sharesOf } from "./lane.ts";
import type { Cell } from "./trend-window.ts";

const lane = (last: Cell[], { min = last, max = last, before = null as number | null } = {}) => ({
  at: last.map((_, row) => row + 0.5),
  widthMs: 1_000,
  last,
  min,
  max,
  before,
});
const run = (from: number, to: number, value: number) => ({
  ...{ from, to, value },
  ...{ isMixed: false, isOld: false },
});

test("a state is one run from where it began to where another began", () => {
  assert.deepEqual(runsOf(lane([0, 0, 1, 1]), 0, 4_000), [run(0, 2_000, 0), run(2_000, 4_000, 1)]);
});

test("a state that nobody repeated holds on, and is old where it was silent for too long", () => {
  assert.deepEqual(runsOf(lane([1, undefined, null, null, 1]), 0, 5_000), [
    run(0, 2_000, 1),
    { ...run(2_000, 4_000, 1), isOld: true },
    run(4_000, 5_000, 1),
  ]);
});

test("what was said before the lane begins is what it begins with", () => {
  assert.deepEqual(runsOf(lane([null, 1]), 0, 2_000), [run(1_000, 2_000, 1)]);
  assert.deepEqual(runsOf(lane([null, 1], { before: 2 }), 0, 2_000), [
    { ...run(0, 1_000, 2), isOld: true },
    run(1_000, 2_000, 1),
  ]);
});

test("what changed within a bucket says so, and what it became holds on behind it", () => {
  const mixed = lane([1, undefined], { min: [0, undefined], max: [1, undefined] });
  assert.deepEqual(runsOf(mixed, 0, 2_000), [
    { ...run(0, 1_000, 1), isMixed: true },
    run(1_000, 2_000, 1),
  ]);
});

test("a lane ends where its view ends", () => {
  assert.deepEqual(runsOf(lane([1, 1]), 400, 1_500), [run(400, 1_500, 1)]);
});

test("shares are of the time that is known", () => {
  assert.deepEqual(sharesOf(runsOf(lane([0, 1, 1, null, 1]), 0, 5_000)), [
    [1, 0.75],
    [0, 0.25],
  ]);
  assert.deepEqual(sharesOf([]), []);
});
