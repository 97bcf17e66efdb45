import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { isPast, PAST } from "../../../domain/reading.ts";
import { KIND, type Samples, valueAt } from "../../../domain/samples.ts";
import { chances } from "../../../lib/chance.ts";
import type { Run } from "../run/run.ts";
import { Memtable } from "./memtable.ts";

const SERIES = 4;
const ROWS = 300;

test("memory that was asked for stays in order of time, whatever arrives between two questions", () => {
  const random = chances(11);
  const memtable = memoryOf(30_000);
  for (let round = 0; round < 60; round += 1) {
    if (round === 30) memtable.freeze();
    memtable.insert(arrivals(random, round));
    for (let series = 0; series < SERIES; series += 1) assertWhole(memtable, series);
  }
});

test("of each time memory has what arrived last, however late and wherever it belongs", () => {
  const random = chances(14);
  const memtable = memoryOf(30_000);
  const told = new Map<number, number>();
  const lateBy = [1, 2, 30, 400, 2_000];
  for (let row = 0; row < 5_000; row += 1) {
    const late = random() < 0.01 ? (lateBy[Math.floor(random() * lateBy.length)] ?? 0) : 0;
    const at = row * 2 - late - Math.floor(random() * 2) * Number(late > 0);
    told.set(at, row);
    memtable.insert(oneAt(at, row));
  }
  for (const [from, to] of [
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1_003, 2_999],
    [-50, 17],
  ] as const) {
    const run = memtable.collect(0, from, to);
    const expected = [...told].filter(([at]) => at >= from && at < to).sort(([a], [b]) => a - b);
    assert.deepEqual(
      Array.from(run.at.subarray(0, run.count)),
      expected.map(([at]) => at),
    );
    assert.deepEqual(
      Array.from(run.value.subarray(0, run.count)),
      expected.map(([, row]) => row),
    );
  }
});

test("rows are counted in small whole numbers, whichever times were asked for", () => {
  const memtable = memoryOf(30_000);
  for (let row = 0; row < 40; row += 1) memtable.insert(oneAt(row + 0.5, row));
  const run = memtable.collect(0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  assert.ok(isSmall(run.count));
});

test("series for which there is no room are answered as well", () => {
  const random = chances(12);
  const memtable = memoryOf(3_000);
  for (let round = 0; round < 12; round += 1) memtable.insert(arrivals(random, round));
  for (let series = 0; series < SERIES; series += 1) {
    assertWhole(memtable, series);
    assertWhole(memtable, series);
  }
});

test("memory of a generation that is in the database is not answered again", () => {
  const memtable = memoryOf(30_000);
  for (let round = 0; round < 8; round += 1) memtable.insert(arrivals(chances(13), round));
  assertWhole(memtable, 0);
  memtable.freeze().flushed(1);
  assert.equal(memtable.whole(0, Number.POSITIVE_INFINITY).count, 0);
  assert.equal(memtable.whole(1, Number.NEGATIVE_INFINITY).count, 0);
  assertWhole(memtable, 1);
  memtable.drop();
  assertWhole(memtable, 1);
});

test("the newest of a series is the last of its newest time that was not told afterwards", () => {
  const random = chances(14);
  const memtable = memoryOf(30_000);
  const newest = new Map<number, number>();
  const shown = new Map<number, string>();
  for (let round = 0; round < 40; round += 1) {
    if (round % 9 === 4) memtable.freeze();
    if (round % 9 === 7) memtable.drop();
    const samples = mixedWithPast(arrivals(random, round), random);
    memtable.insert(samples);
    noteEach(samples, newest, shown);
    if (round % 4 === 0) assertNewest(memtable, newest, shown);
  }
  assertNewest(memtable, newest, shown);
});

function memoryOf(rowsMax: number): Memtable {
  return new Memtable({ rowsFirst: rowsMax, rowsMax }, () => 0);
}

function oneAt(at: number, value: number): Samples {
  return {
    count: 1,
    series: Uint32Array.of(0),
    at: Float64Array.of(at),
    value: Float64Array.of(value),
    kind: Uint8Array.of(KIND.number),
    quality: Uint8Array.of(0),
    texts: [],
  };
}

/** Mostly newer ones; some are late, some come again, some correct what was there. */
function arrivals(random: () => number, round: number): Samples {
  const samples = {
    count: ROWS,
    series: Uint32Array.from({ length: ROWS }, () => Math.floor(random() * SERIES)),
    at: Float64Array.from({ length: ROWS }, (_, row) =>
      random() < 0.9 ? round * ROWS + row : Math.floor(random() * (round + 1) * ROWS),
    ),
    value: Float64Array.from({ length: ROWS }, () => Math.floor(random() * 1_000)),
    kind: Uint8Array.from({ length: ROWS }, () => (random() < 0.1 ? KIND.text : KIND.number)),
    quality: Uint8Array.from({ length: ROWS }, () => (random() < 0.1 ? 1 : 0)),
    texts: ["RUN", "STOP", `round ${round}`],
  };
  for (let row = 0; row < ROWS; row += 1) {
    if (samples.kind[row] === KIND.text) samples.value[row] = row % samples.texts.length;
  }
  return samples;
}

/** As it is when everything is gathered anew. */
function assertWhole(memtable: Memtable, series: number): void {
  const kept = rowsOf(memtable.whole(series, Number.POSITIVE_INFINITY));
  const [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  assert.deepEqual(kept, rowsOf(memtable.collect(series, from, to)));
}

function rowsOf({ count, at, value, kind, quality, texts }: Run) {
  return Array.from({ length: count }, (_, row) => ({
    at: at[row],
    value: kind[row] === KIND.text ? texts[value[row] ?? 0] : value[row],
    kind: kind[row],
    quality: quality[row],
  }));
}

/** Most are told afterwards, so that the newest is not always near the end. */
function mixedWithPast(samples: Samples, random: () => number): Samples {
  return { ...samples, quality: samples.quality.map((one) => (random() < 0.7 ? PAST : one)) };
}

function noteEach(samples: Samples, newest: Map<number, number>, shown: Map<number, string>): void {
  for (let row = 0; row < samples.count; row += 1) {
    const series = samples.series[row] ?? 0;
    const at = samples.at[row] ?? 0;
    if (isPast(samples.quality[row]) || at < (newest.get(series) ?? 0)) continue;
    newest.set(series, at);
    shown.set(series, String(valueAt(samples, row)));
  }
}

function assertNewest(
  memtable: Memtable,
  newest: ReadonlyMap<number, number>,
  shown: ReadonlyMap<number, string>,
): void {
  const found = memtable.newest(Uint32Array.from({ length: SERIES }, (_, series) => series));
  assert.equal(found.count, newest.size);
  for (let row = 0; row < found.count; row += 1) {
    const series = found.series[row] ?? 0;
    assert.equal(found.at[row], newest.get(series));
    assert.equal(String(valueAt(found, row)), shown.get(series));
  }
}

/** Whether V8 has it as a small whole number, and not as a double in memory of its own. */
function isSmall(number: number): boolean {
  setFlagsFromString("--allow-natives-syntax");
  const ask: (number: number) => boolean = runInThisContext("(number) => %IsSmi(number)");
  return ask(number);
}
