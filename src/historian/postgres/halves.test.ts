import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, row } from "../tale.ts";
import { HALVED_MIN, type Half, Halves } from "./halves.ts";
import { split } from "./split.ts";

const DAY_MS = 86_400_000;

type Counts = { late?: number; least?: number };

function shared(halves: Halves, series: readonly number[], counts?: Counts) {
  const rows = series.flatMap((one) => [row(one, 1, 0), row(one, DAY_MS, 0), row(one, DAY_MS, 1)]);
  const samples = batchOf(rows);
  const all = split(samples, { newest: new Map(), gone: new Map() });
  const told = ({ fresh, raised, over }: Half) => ({
    fresh: Array.from(fresh, (index) => samples.series[index]),
    raised: [...raised.keys()],
    over: over.map((day) => day.series),
  });
  const { own, beside, isAsBefore } = halves.share(all, samples.series, counts);
  return { halves: [told(own), told(beside)], isAsBefore };
}

const halvesOf = (series: readonly number[], counts?: Counts) =>
  shared(new Halves(), series, counts).halves;

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

test("a series goes over to the other half only where they would differ much, and that is told", () => {
  const halves = new Halves();
  const share = (...series: readonly number[]) => shared(halves, series, { least: 8 });
  const eleven = Array.from({ length: 11 }, (_, one) => one);
  const five = eleven.slice(0, 5);
  assert.equal(share(...eleven).isAsBefore, false, "in the beginning none is beside");
  const [, beside] = share(...eleven).halves;
  assert.deepEqual(beside, told(...five));
  assert.deepEqual(share(...eleven, 11), {
    halves: [told(...eleven.slice(5), 11), told(...five)],
    isAsBefore: true,
  });
  const more = [11, 12, 13, 14, 15, 16];
  const { halves: moved, isAsBefore } = share(...eleven, ...more);
  assert.equal(isAsBefore, false);
  assert.deepEqual(moved[1], told(...five, 5, 6, 7));
});
