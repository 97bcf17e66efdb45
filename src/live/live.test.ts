import assert from "node:assert/strict";
import { test } from "node:test";
import type { Series } from "../domain/brand.ts";
import type { Value } from "../domain/reading.ts";
import { type Samples, SamplesBuilder } from "../domain/samples.ts";
import { TestClock } from "../lib/clock.ts";
import { type Live, openLive, type Watch } from "./live.ts";

/** The words of a series are a hundred further on. */
const WORDS = {
  withWords: (series: number) => [series, series + 100],
  valuesOf: (words: number) => (words > 100 ? words - 100 : undefined),
};
const OVERLOAD = 3_080_192;

type Row = readonly [series: number, at: number, value: Value | null];

test("a viewer gets what the historian has first, then what changes", async () => {
  const { live, look, clock } = house([1, 1_000, 20.5]);
  const viewer = look([1, 2]);
  await viewer.watch.opened;
  clock.advance(100);
  live.stored(rows([2, 1_500, true]));
  assert.deepEqual(viewer.frames, [
    { snapshot: true, rows: [[0, 1_000, 20.5]] },
    { snapshot: false, rows: [[1, 1_500, 1]] },
  ]);
});

test("a snapshot comes although nothing is stored yet, so that nobody waits for it", async () => {
  const viewer = house().look([1]);
  await viewer.watch.opened;
  assert.deepEqual(viewer.frames, [{ snapshot: true, rows: [] }]);
});

test("what is stored while the historian is asked is in the snapshot, the newest of both", async () => {
  const { live, look } = house([1, 1_000, 1], [2, 5_000, 2]);
  const viewer = look([1, 2]);
  live.stored(rows([1, 2_000, 10], [2, 4_000, 20]));
  await viewer.watch.opened;
  assert.deepEqual(viewer.frames, [
    {
      snapshot: true,
      rows: [
        [0, 2_000, 10],
        [1, 5_000, 2],
      ],
    },
  ]);
});

test("the first change after a quiet interval goes at once, the next ones at the rate", async () => {
  const { live, look, clock } = house();
  const viewer = look([1]);
  await viewer.watch.opened;
  clock.advance(100);
  live.stored(rows([1, 1, 1]));
  assert.equal(viewer.frames.length, 2);
  live.stored(rows([1, 2, 2]));
  live.stored(rows([1, 3, 3]));
  assert.equal(viewer.frames.length, 2);
  clock.advance(99);
  assert.equal(viewer.frames.length, 2);
  clock.advance(1);
  assert.deepEqual(viewer.frames[2], { snapshot: false, rows: [[0, 3, 3]] });
  clock.advance(10_000);
  assert.equal(viewer.frames.length, 3);
  assert.deepEqual(viewer.missed, []);
});

test("a viewer that is not ready gets the newest values later and is told of the hole", async () => {
  const { live, look, clock } = house();
  const viewer = look([1, 2]);
  await viewer.watch.opened;
  viewer.isReady = false;
  for (let at = 100; at <= 1_000; at += 100) {
    clock.advance(100);
    live.stored(rows([1, at, at], [2, at, -at]));
  }
  assert.equal(viewer.frames.length, 1);
  viewer.isReady = true;
  clock.advance(100);
  assert.deepEqual(viewer.frames.slice(1), [
    {
      snapshot: false,
      rows: [
        [0, 1_000, 1_000],
        [1, 1_000, -1_000],
      ],
    },
  ]);
  assert.deepEqual(viewer.missed, [[100, 1_000]]);
});

test("samples that come all at once after an outage are told as a hole", async () => {
  const { live, look, clock } = house();
  const viewer = look([1]);
  await viewer.watch.opened;
  clock.advance(100);
  live.stored(rows([1, 60_000, 1], [1, 120_000, 2], [1, 180_000, 3]));
  assert.deepEqual(viewer.frames[1]?.rows, [[0, 180_000, 3]]);
  assert.deepEqual(viewer.missed, [[60_000, 180_000]]);
});

test("a sample that comes late does not replace a newer one, and is told as a hole", async () => {
  const { live, look, clock } = house([1, 90_000, 9]);
  const viewer = look([1]);
  await viewer.watch.opened;
  clock.advance(100);
  live.stored(rows([1, 30_000, 3]));
  assert.equal(viewer.frames.length, 1);
  assert.deepEqual(viewer.missed, [[30_000, 30_001]]);
});

test("holes are told together, not one by one", async () => {
  const { live, look, clock } = house([1, 90_000, 9]);
  const viewer = look([1]);
  await viewer.watch.opened;
  for (let at = 0; at < 20_000; at += 1_000) {
    clock.advance(100);
    live.stored(rows([1, at, 0]));
  }
  clock.advance(2_000);
  assert.deepEqual(viewer.missed, [
    [0, 1],
    [1_000, 19_001],
  ]);
});

test("what was told afterwards is never shown as live, and is told as a hole", async () => {
  const { live, look, clock } = house([1, 10_000, 1]);
  const viewer = look([1, 2]);
  await viewer.watch.opened;
  clock.advance(100);
  live.stored(told([1, 90_000, 7], [2, 20_000, 8], [1, 5_000, 9], [101, 90_000, OVERLOAD]));
  clock.advance(10_000);
  assert.deepEqual(viewer.frames, [{ snapshot: true, rows: [[0, 10_000, 1]] }]);
  assert.deepEqual(viewer.missed, [[5_000, 90_001]]);
  live.stored(rows([1, 11_000, 2]));
  assert.deepEqual(viewer.frames.at(-1), { snapshot: false, rows: [[0, 11_000, 2]] });
});

test("the same time again brings the later value, as the historian keeps it", async () => {
  const { live, look, clock } = house([1, 1_000, 1]);
  const viewer = look([1]);
  await viewer.watch.opened;
  clock.advance(100);
  live.stored(rows([1, 1_000, 2]));
  assert.deepEqual(viewer.frames[1]?.rows, [[0, 1_000, 2]]);
  assert.deepEqual(viewer.missed, []);
});

test("what is deleted is nobody's newest: who looks next gets the one before it", async () => {
  const { live, look, clock } = house([1, 1_000, 1]);
  const first = look([1]);
  await first.watch.opened;
  clock.advance(100);
  live.stored(rows([1, 2_000, 2]));
  live.stored(rows([1, 3_000, 3]));
  await live.forget({ series: 1, from: 5_000, to: 6_000 });
  await live.forget({ series: 1, from: 2_000, to: 3_001 });
  clock.advance(100);
  assert.equal(first.frames.length, 2, "nothing is sent of what is gone");
  const next = look([1]);
  await next.watch.opened;
  assert.deepEqual(next.frames, [{ snapshot: true, rows: [[0, 1_000, 1]] }]);
  clock.advance(100);
  live.stored(rows([1, 4_000, 4]));
  assert.deepEqual(first.frames.at(-1)?.rows, [[0, 4_000, 4]]);
});

test("texts travel beside the frame, and what has no number says so", async () => {
  const { look } = house([1, 1_000, "open"], [2, 1_000, null], [3, 1_000, Number.NaN]);
  const viewer = look([1, 2, 3]);
  await viewer.watch.opened;
  assert.deepEqual(viewer.frames[0]?.rows, [
    [0, 1_000, Number.NaN],
    [1, 1_000, Number.NaN],
    [2, 1_000, Number.NaN],
  ]);
  assert.deepEqual(viewer.texts, [{ position: 0, at: 1_000, text: "open" }]);
});

test("a point may stand in a list twice", async () => {
  const { live, look, clock } = house();
  const viewer = look([1, 1]);
  await viewer.watch.opened;
  clock.advance(100);
  live.stored(rows([1, 5, 5]));
  assert.deepEqual(viewer.frames[1]?.rows, [
    [0, 5, 5],
    [1, 5, 5],
  ]);
});

test("a new rate holds at once", async () => {
  const { live, look, clock } = house();
  const viewer = look([1], 1);
  await viewer.watch.opened;
  live.stored(rows([1, 1, 1]));
  viewer.watch.setRate(10);
  clock.advance(99);
  assert.equal(viewer.frames.length, 1);
  clock.advance(1);
  assert.equal(viewer.frames.length, 2);
});

test("a viewer who has gone gets nothing, whatever was on its way", async () => {
  const { live, look, clock } = house([1, 1, 1]);
  const early = look([1]);
  early.watch.close();
  await early.watch.opened;
  const late = look([1]);
  await late.watch.opened;
  live.stored(rows([1, 2, 2]));
  late.watch.close();
  clock.advance(1_000);
  live.stored(rows([1, 3, 3]));
  assert.equal(early.frames.length, 0);
  assert.equal(late.frames.length, 1);
});

test("two viewers of one point have their own pace, and the second sees the newest", async () => {
  const { live, look, clock } = house([1, 1, 1]);
  const quick = look([1], 20);
  await quick.watch.opened;
  clock.advance(50);
  live.stored(rows([1, 2, 2]));
  const slow = look([1], 1);
  await slow.watch.opened;
  clock.advance(50);
  live.stored(rows([1, 3, 3]));
  assert.equal(quick.frames.length, 3);
  assert.deepEqual(slow.frames, [{ snapshot: true, rows: [[0, 2, 2]] }]);
});

test("a word comes with the value that it was said of, and with no other", async () => {
  const { live, look, clock } = house(
    [1, 1_000, 1],
    [101, 1_000, OVERLOAD],
    [102, 1_000, OVERLOAD],
  );
  const viewer = look([2, 1]);
  await viewer.watch.opened;
  assert.deepEqual(viewer.words, [{ position: 1, at: 1_000, word: OVERLOAD }]);
  clock.advance(100);
  live.stored(rows([2, 2_000, 2], [102, 2_000, OVERLOAD], [1, 2_000, 3], [101, 2_000, 0]));
  assert.deepEqual(viewer.words.slice(1), [{ position: 0, at: 2_000, word: OVERLOAD }]);
  clock.advance(100);
  live.stored(rows([2, 3_000, 4]));
  assert.equal(viewer.words.length, 2);
});

test("a historian that cannot answer fails the watch, not the house", async () => {
  const live = openLive({
    clock: new TestClock(),
    latest: () => Promise.reject(new Error("the disk is gone")),
    words: WORDS,
  });
  const viewer = watching(live, [1], 10);
  await assert.rejects(viewer.watch.opened, /the disk is gone/);
  live.stored(rows([1, 1, 1]));
  assert.equal(viewer.frames.length, 0);
  viewer.watch.close();
});

function house(...known: readonly Row[]) {
  const clock = new TestClock();
  const live = openLive({
    clock,
    latest: async (series) => rows(...known.filter(([one]) => series.includes(one))),
    words: WORDS,
  });
  return { clock, live, look: (list: number[], rate = 10) => watching(live, list, rate) };
}

type Seen = {
  frames: { snapshot: boolean; rows: number[][] }[];
  texts: unknown[];
  words: unknown[];
  missed: number[][];
  isReady: boolean;
  watch: Watch;
};

function watching(live: Live, series: readonly number[], rateHz: number): Seen {
  const seen: Omit<Seen, "watch"> = {
    ...{ frames: [], texts: [], words: [], missed: [] },
    isReady: true,
  };
  const watch = live.watch({
    series,
    rateHz,
    ready: () => seen.isReady,
    send(frame, texts, words) {
      const list = Array.from(frame.position, (position, row) => [
        position,
        frame.t0 + (frame.after[row] ?? 0),
        frame.value[row] ?? 0,
      ]);
      seen.frames.push({ snapshot: frame.snapshot, rows: list });
      seen.texts.push(...texts);
      seen.words.push(...words);
    },
    missed: (from, to) => void seen.missed.push([from, to]),
  });
  return Object.assign(seen, { watch });
}

function rows(...list: readonly Row[]): Samples {
  const builder = new SamplesBuilder();
  for (const [series, at, value] of list) builder.add(series as Series, at, value, "good");
  return builder.take();
}

function told(...list: readonly Row[]): Samples {
  const builder = new SamplesBuilder();
  for (const [series, at, value] of list) {
    builder.past(at);
    builder.put(series as Series, value, "good");
  }
  return builder.take();
}
