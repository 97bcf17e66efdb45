import assert from "node:assert/strict";
import { test } from "node:test";
import { EVER } from "../../../domain/time.ts";
import { batchOf, ramp, row } from "../../tale.ts";
import { DIFFERENCE_MAX, isWhole } from "../bytes/bytes.ts";
import { storableBoundsOf } from "./batch.ts";
import { boundsOf, boundsOfBoth, NO_BOUNDS } from "./bounds.ts";

const at = (time: number, series = 1) => ({ ...row(series, 0, 0), at: time });
const timesOf = (...times: readonly number[]) => batchOf(times.map((time) => at(time)));

test("bounds of parts together are those of the whole, in any order of times", () => {
  const rows = [...ramp(40), at(-7, 900), at(12.5, 3)];
  const parts = [rows.slice(0, 5), [], rows.slice(5, 41), rows.slice(41)];
  const joined = parts.map((some) => boundsOf(batchOf(some))).reduce(boundsOfBoth, NO_BOUNDS);
  assert.deepEqual(joined, boundsOf(batchOf(rows)));
  assert.deepEqual([joined.seriesEnd, joined.firstAt, joined.isWhole], [901, -7, false]);
  assert.deepEqual(boundsOf(batchOf([])), NO_BOUNDS);
});

test("times are whole exactly where all can be kept as differences", () => {
  const many = [0, -0, -1, 0.5, -0.25, 1_700_000_000_000, 2 ** 49 + 0.5];
  const edges = [DIFFERENCE_MAX, DIFFERENCE_MAX + 1, -DIFFERENCE_MAX, -DIFFERENCE_MAX - 1, 2 ** 60];
  for (const time of [...many, ...edges, Number.MIN_VALUE, -Number.MIN_VALUE]) {
    const samples = timesOf(5, time, 6);
    assert.equal(boundsOf(samples).isWhole, isWhole(samples.at, 0, 3), String(time));
  }
});

test("samples without a time, of too high a series or without a column are not storable", () => {
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    assert.throws(() => storableBoundsOf(timesOf(5, time, 6)), /every sample has a time/);
  for (const time of [EVER.from - 1, EVER.to])
    assert.throws(() => storableBoundsOf(timesOf(5, time, 6)), /a time that is possible/);
  assert.throws(() => storableBoundsOf(batchOf([at(5, 2 ** 31)])), /small and dense/);
  const short = { ...timesOf(5, 6), count: 3 };
  assert.throws(() => storableBoundsOf(short), /small and dense/);
  assert.throws(() => storableBoundsOf({ ...short, series: new Uint32Array(3) }), /has a time/);
  assert.deepEqual(storableBoundsOf(timesOf()), NO_BOUNDS);
});
