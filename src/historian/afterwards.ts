import assert from "node:assert/strict";
import type { Series } from "../domain/brand.ts";
import { isPast } from "../domain/reading.ts";
import { type Samples, SamplesBuilder } from "../domain/samples.ts";
import type { Row } from "./expected.ts";
import type { Historian } from "./historian.ts";
import {
  ALL,
  allOf,
  batchOf,
  columnOf,
  query,
  row,
  rowsOf,
  START,
  type Subject,
  testClaim,
} from "./tale.ts";

/*
 * Tests for every historian: samples that a device kept while it could not send, and told
 * afterwards.
 */

const told = Array.from({ length: 400 }, (_, index) => row(1, index * 10, index));
/** Of each ten the first is live, up to the half; the rest, newer too, was told afterwards. */
const isLive = (_: Row, index: number) => index < 200 && index % 10 === 0;
const bad = { ...row(2, 5, 7), quality: "bad" as const };
const uncertain = { ...row(2, 6, 8), quality: "uncertain" as const };
const now = row(1, 2_005, -1);
const again = row(1, 3_990, -2);

/** What any historian makes of samples that a device kept and told afterwards (`PAST`). */
export function testAfterwards(subject: Subject): void {
  testHistory(subject);
  testLatest(subject);
}

function testHistory(subject: Subject): void {
  testClaim(subject, "what is told afterwards is history, once, and not the latest", {
    store: storeMixed,
    check: async (it) => {
      assert.deepEqual(await allOf(it, 1), told);
      assert.deepEqual(await latestOf(it, 1), [told[190]]);
      const marks = (await it.range({ series: 1, ...ALL })).quality;
      const wasLive = Array.from(marks, (byte) => !isPast(byte));
      assert.deepEqual(wasLive, told.map(isLive));
      const backward = await it.range({ series: 1, ...ALL, order: -1, limit: 5 });
      assert.deepEqual(rowsOf(backward), told.slice(-5).toReversed());
    },
  });
  testClaim(subject, "what is told afterwards counts in sums like any other", {
    store: storeMixed,
    check: async (it) => {
      const span = query({ from: START, to: START + 4_000, everyMs: 2_000 });
      const asked = { ...span, series: Uint32Array.of(1), weighted: true };
      const [buckets] = await it.aggregate(asked);
      assert.deepEqual(columnOf(buckets, "count"), [200, 200]);
      assert.deepEqual(columnOf(buckets, "last"), [199, 399]);
      assert.deepEqual(columnOf(buckets, "increase"), [199, 200]);
      assert.deepEqual(columnOf(buckets, "known"), [2_000, 2_000]);
    },
  });
  testClaim(subject, "what is told afterwards keeps its quality", {
    store: async (it) => void (await it.append(pastOf([bad, uncertain]))),
    check: async (it) => {
      assert.deepEqual(await allOf(it, 2), [bad, uncertain]);
      assert.deepEqual(await latestOf(it, 2), []);
      const span = query({ from: START, to: START + 10, everyMs: 10 });
      const asked = { ...span, series: Uint32Array.of(2) };
      const [good] = await it.aggregate(asked);
      assert.deepEqual([columnOf(good, "count"), columnOf(good, "all")], [[0], [2]]);
      const [all] = await it.aggregate({ ...asked, quality: "all" });
      assert.deepEqual(columnOf(all, "count"), [2]);
    },
  });
}

function testLatest(subject: Subject): void {
  testClaim(subject, "what is said now is the latest, whatever was told afterwards", {
    store: async (it) => {
      await storeMixed(it);
      await it.append(batchOf([now]));
    },
    check: async (it) => assert.deepEqual(await latestOf(it, 1), [now]),
  });
  testClaim(subject, "a moment that was told afterwards and is said now is the latest", {
    store: async (it) => {
      await storeMixed(it);
      await it.append(batchOf([again]));
    },
    check: async (it) => {
      assert.deepEqual(await latestOf(it, 1), [again]);
      assert.deepEqual(await allOf(it, 1), [...told.slice(0, -1), again]);
    },
  });
  testClaim(subject, "where the latest is deleted, the latest is what was said live before it", {
    store: async (it) => {
      await storeMixed(it);
      await it.deleteRange({ series: 1, from: START + 1_850, to: START + 1_950 });
    },
    check: async (it) => assert.deepEqual(await latestOf(it, 1), [told[180]]),
  });
  testClaim(subject, "the latest are told in the order of the question, whatever came afterwards", {
    store: async (it) => {
      await storeMixed(it);
      await it.append(batchOf([row(3, 1, "open"), row(4, 1, 2n ** 60n + 1n)]));
      await it.append(pastOf([row(3, 2, "shut"), row(5, 1, true)]));
    },
    check: async (it) => {
      const rows = rowsOf(await it.latest(Uint32Array.of(4, 5, 3, 99, 1)));
      assert.deepEqual(rows, [row(4, 1, 2n ** 60n + 1n), row(3, 1, "open"), told[190]]);
    },
  });
}

async function storeMixed(historian: Historian): Promise<void> {
  await historian.append(batchOf(told.filter(isLive)));
  const others = told.filter((one, index) => !isLive(one, index));
  for (const some of [others, others.slice(100, 300)]) await historian.append(pastOf(some));
}

async function latestOf(historian: Historian, series: number): Promise<Row[]> {
  return rowsOf(await historian.latest(Uint32Array.of(series)));
}

function pastOf(rows: readonly Row[]): Samples {
  const builder = new SamplesBuilder();
  for (const { series, at, value, quality } of rows) {
    builder.past(at);
    builder.put(series as Series, value, quality);
  }
  return builder.take();
}
