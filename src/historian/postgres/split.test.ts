import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, row, START } from "../tale.ts";
import { split, type Watermarks } from "./split.ts";
import { microsOf } from "./time.ts";

const DAY_MS = 86_400_000;

/** Of series 1 a minute is known, of series 2 nothing. */
const known = (): Watermarks => new Map([[1, microsOf(START + 60_000)]]);

function sidesOf(rows: Parameters<typeof batchOf>[0], newest = known(), gone = new Map()) {
  const samples = batchOf(rows);
  const sides = split(samples, { newest, gone });
  const told = (side: Uint32Array) =>
    Array.from(side, (index) => [samples.series[index], (samples.at[index] ?? 0) - START]);
  return { ...sides, fresh: told(sides.fresh), late: told(sides.late), newest };
}

test("what is newer than the watermark of its series is fresh, all else may meet what is there", () => {
  const { fresh, late, raised, newest } = sidesOf([
    row(2, 5, 1),
    row(1, 60_001, 2),
    row(1, 60_000, 3),
    row(1, 4, 4),
    row(2, -7, 5),
  ]);
  assert.deepEqual(fresh, [
    [1, 60_001],
    [2, -7],
    [2, 5],
  ]);
  assert.deepEqual(late, [
    [1, 4],
    [1, 60_000],
  ]);
  const marks = [
    [1, microsOf(START + 60_001)],
    [2, microsOf(START + 5)],
  ] as const;
  assert.deepEqual([...raised], marks);
  assert.deepEqual([...newest], marks, "the next batch is split by them");
});

test("either side is in the order of the key, each time once, whatever the order of arrival", () => {
  const rows = [7, 3, 9, 3, 1, 9].map((at, index) => row(2 - (index % 2), 100_000 + at, index));
  const { fresh, late } = sidesOf([...rows, ...rows]);
  assert.deepEqual(fresh, [
    ...[3, 9].map((at) => [1, 100_000 + at]),
    ...[1, 7, 9].map((at) => [2, 100_000 + at]),
  ]);
  assert.deepEqual(late, []);
});

test("of two samples of one time the later arrival is kept, on either side", () => {
  for (const at of [5, 90_000]) {
    const samples = batchOf([row(1, at, "first"), row(1, at + 1, "other"), row(1, at, "second")]);
    const { fresh, late } = split(samples, { newest: known(), gone: new Map() });
    assert.deepEqual([...(at === 5 ? late : fresh)], [2, 1]);
  }
});

test("what is not newer than what was let go is on neither side, and counted", () => {
  const gone = new Map([[1, microsOf(START + 50)]]);
  const { late, tooOld } = sidesOf([row(1, 50, 1), row(1, 51, 2), row(1, -9, 3)], known(), gone);
  assert.deepEqual({ late, tooOld }, { late: [[1, 51]], tooOld: 2 });
});

test("days are over that something late has come into, or that their series has gone on from", () => {
  const daysOf = (rows: Parameters<typeof batchOf>[0]) => {
    const { over, touched } = sidesOf(rows);
    const told = (days: typeof over) =>
      days.map(({ series, day }) => [series, (day - microsOf(START)) / DAY_MS / 1_000]);
    return { over: told(over), touched: told(touched) };
  };
  const late = [row(1, -DAY_MS, 2), row(1, -DAY_MS + 1, 3)];
  const goneOn = [row(1, 2 * DAY_MS, 1), row(1, DAY_MS, 1), row(2, 0, 4)];
  const over = [
    [1, 0],
    [1, 1],
  ];
  assert.deepEqual(daysOf([...goneOn, ...late]), { over, touched: [[1, -1]] });
  const both = [...goneOn, row(1, 1, 5)];
  assert.deepEqual(daysOf(both), { over: [[1, 1]], touched: [[1, 0]] }, "each is told once");
});
