import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, row } from "../tale.ts";
import { HALVED_MIN, type Half, halved } from "./halves.ts";
import { split } from "./split.ts";

const DAY_MS = 86_400_000;

function halvesOf(series: readonly number[], counts?: { late?: number; least?: number }) {
  const rows = series.flatMap((one) => [row(one, 1, 0), row(one, DAY_MS, 0), row(one, DAY_MS, 1)]);
  const samples = batchOf(rows);
  const all = split(samples, { newest: new Map(), gone: new Map() });
  const told = ({ fresh, raised, over }: Half) => ({
    fresh: Array.from(fresh, (index) => samples.series[index]),
    raised: [...raised.keys()],
    over: over.map((day) => day.series),
  });
  return halved(all, samples.series, counts).map(told);
}

const told = (...series: readonly number[]) => ({
  fresh: series.flatMap((one) => [one, one]),
  raised: [...series],
  over: [...series],
});

test("all of a series is in one half, and each is in one", () => {
  assert.deepEqual(halvesOf([7, 3, 9, 4], { least: 8 }), [told(7, 9), told(3, 4)]);
  assert.deepEqual(halvesOf([7, 3, 9], { least: 6 }), [told(7, 9), told(3)]);
});

test("whoever has late rows to replace has fewer fresh ones", () => {
  assert.deepEqual(halvesOf([7, 3, 9, 4], { late: 1, least: 8 }), [told(9), told(3, 4, 7)]);
  assert.deepEqual(halvesOf([7, 3, 9, 4], { late: 99, least: 8 }), [told(9), told(3, 4, 7)]);
});

test("a batch of few rows, or of one series, is whole", () => {
  const series = Array.from({ length: HALVED_MIN / 2 - 1 }, (_, one) => one);
  assert.deepEqual(halvesOf(series), [told(...series), told()]);
  assert.deepEqual(halvesOf([5], { least: 1 }), [told(5), told()]);
});
