import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "../domain/reading.ts";
import { DATE_MAX, EVER } from "../domain/time.ts";
import { chances } from "../lib/chance.ts";
import { testAfterwards } from "./afterwards.ts";
import { testAnyOrder } from "./any-order.ts";
import { expectedSums, type Row } from "./expected.ts";
import { testForgetting } from "./forgetting.ts";
import {
  ALL,
  allOf,
  appendEach,
  assertSame,
  batchOf,
  type Check,
  columnOf,
  everyKind,
  inFolder,
  inPages,
  inWords,
  query,
  ramp,
  randomQuery,
  randomTale,
  remembered,
  row,
  rowsOf,
  START,
  type Subject,
  testClaim,
} from "./tale.ts";

/** What any historian must do, whatever it is made of. */
export function testHistorian(subject: Subject): void {
  const { name, open } = subject;
  const holds = (claim: string, tale: readonly (readonly Row[])[], check: Check) =>
    testClaim(subject, claim, { store: (historian) => appendEach(historian, tale), check });

  holds("every kind and quality comes back bit by bit", [everyKind()], async (historian) => {
    const expected = everyKind().filter(({ series }) => series === 1);
    assert.deepEqual(await allOf(historian, 1), expected);
  });

  const halved = ["\ud83d", "\udca7 leak", "\ud83d\udca7"];
  const cut = halved.map((text, index) => row(1, index, text));
  holds("half a character is the same at once as it is later", [cut], async (historian) => {
    const expected = ["\ufffd", "\ufffd leak", "\ud83d\udca7"];
    assert.deepEqual(
      (await allOf(historian, 1)).map(({ value }) => value),
      expected,
    );
  });

  holds("the same sample again is one sample", [ramp(300), ramp(300)], async (historian) => {
    assert.deepEqual(await allOf(historian, 1), ramp(300));
  });

  holds(
    "of two samples of one time the later arrival stays",
    [ramp(300), ramp(300).map((row) => ({ ...row, value: -1 })), ramp(100)],
    async (historian) => {
      const expected = ramp(300).map((row, index) => (index < 100 ? row : { ...row, value: -1 }));
      assert.deepEqual(await allOf(historian, 1), expected);
      const [newest] = rowsOf(await historian.latest(Uint32Array.of(1)));
      assert.equal(newest?.value, -1);
    },
  );

  const tale = randomTale(7, 3_000);
  holds("samples that come late or in any order read like others", tale, async (historian) => {
    const told = remembered(tale);
    for (const series of [1, 2, 3, 4]) {
      assert.deepEqual(await allOf(historian, series), told.get(series) ?? []);
    }
  });

  holds("a range is half open, and its order and limit are kept", tale, async (historian) => {
    const random = chances(11);
    const rows = remembered(tale).get(2) ?? [];
    const atRandom = () => rows[Math.floor(random() * rows.length)]?.at ?? 0;
    for (let round = 0; round < 40; round += 1) {
      const [from, to] = [atRandom(), atRandom() + Math.floor(random() * 2)];
      const limit = round % 2 === 0 ? 1_000 : Math.floor(random() * 20);
      const inside = rows.filter(({ at }) => at >= from && at < to);
      const forward = await historian.range({ series: 2, from, to, limit });
      assert.deepEqual(rowsOf(forward), inside.slice(0, limit));
      const backward = await historian.range({ series: 2, from, to, limit, order: -1 });
      assert.deepEqual(rowsOf(backward), inside.reverse().slice(0, limit));
    }
  });

  holds("a range is told in pages, whatever comes between them", tale, async (historian) => {
    const rows = remembered(tale).get(2) ?? [];
    for (const order of [1, -1] as const) {
      let pages = 0;
      const told = await inPages(historian, { series: 2, ...ALL, limit: 97, order }, async () => {
        // On the side that was told already: it is in no later page, and shifts none.
        pages += 1;
        const at = order === 1 ? (rows[0]?.at ?? 0) - pages : (rows.at(-1)?.at ?? 0) + pages;
        await historian.append(batchOf([{ series: 2, at, value: -1, quality: "good" }]));
        await historian.deleteRange({ series: 2, from: at, to: at + 1 });
      });
      assert.ok(pages > 3);
      assert.deepEqual(told, order === 1 ? rows : rows.toReversed());
    }
  });

  const halves = Array.from({ length: 50 }, (_, index) => row(1, index / 4 - 5, index));
  holds("a page goes on between milliseconds, too", [halves], async (historian) => {
    const after = halves[20]?.at ?? 0;
    const asked = { series: 1, ...ALL, after };
    assert.deepEqual(rowsOf(await historian.range(asked)), halves.slice(21));
    const before = rowsOf(await historian.range({ ...asked, order: -1 }));
    assert.deepEqual(before, halves.slice(0, 20).reverse());
  });

  const lasting = [0n, 3n, 5n, 4n].map((more, index) => row(5, index * 10, 2n ** 60n + more));
  holds("an integer beyond 2^53 is a state of its own", [lasting], async (historian) => {
    const asked = query({ from: START, to: START + 40, everyMs: 40 });
    const [buckets] = await historian.aggregate({ ...asked, state: 2n ** 60n + 3n });
    assert.deepEqual(columnOf(buckets, "duration"), [10]);
    assert.deepEqual(columnOf(buckets, "max"), [2 ** 60]);
  });

  holds("the latest is the newest by its time, not by its arrival", tale, async (historian) => {
    const told = remembered(tale);
    const expected = [4, 1, 3].flatMap((series) => (told.get(series) ?? []).slice(-1));
    assert.deepEqual(rowsOf(await historian.latest(Uint32Array.of(4, 1, 99, 3))), expected);
  });

  const ancient = [{ series: 1, at: -5.5, value: 1, quality: "good" as const }];
  const edges = [EVER.from, EVER.from + 0.5, EVER.to - 1].map((at) => ({ ...row(5, 0, 1), at }));
  holds("times of the years 1 to 9999 are kept, and no others", [edges], async (historian) => {
    for (const at of [EVER.from - 1, EVER.to, -DATE_MAX, DATE_MAX, Infinity, Number.NaN]) {
      const batch = batchOf([row(5, 0, 2), { ...row(5, 0, 2), at }]);
      await assert.rejects(historian.append(batch), /a time that is possible/, String(at));
    }
    assert.deepEqual(await allOf(historian, 5), edges);
    const wide = { series: 5, from: -DATE_MAX, to: DATE_MAX, limit: 10 };
    assert.deepEqual(rowsOf(await historian.range(wide)), edges);
    assert.deepEqual(rowsOf(await historian.range({ ...wide, ...EVER })), edges);
    const [buckets] = await historian.aggregate({
      ...{ ...wide, series: Uint32Array.of(5) },
      by: { buckets: 1_000 },
    });
    const filled = [...columnOf(buckets, "count").entries()].filter(([, count]) => count > 0);
    assert.deepEqual(filled, [
      [496, 2],
      [514, 1],
    ]);
  });

  holds("a sample from before 1970 can be the latest", [ancient], async (historian) => {
    assert.deepEqual(rowsOf(await historian.latest(Uint32Array.of(1))), ancient);
  });

  holds(
    "late arrivals after a restart do not become the latest",
    [ramp(200)],
    async (historian) => {
      await historian.append(
        batchOf([{ series: 1, at: START - 5, value: "late", quality: "bad" }]),
      );
      const newest = rowsOf(await historian.latest(Uint32Array.of(1)));
      assert.deepEqual(newest, ramp(200).slice(-1));
    },
  );

  holds("aggregates are what counting by hand gives", tale, async (historian) => {
    const random = chances(13);
    const told = remembered(tale);
    for (let round = 0; round < 40; round += 1) {
      const query = randomQuery(random);
      const buckets = await historian.aggregate(query);
      assert.equal(buckets.length, query.series.length);
      for (const one of buckets) {
        assertSame(one, expectedSums(told.get(one.series) ?? [], query), inWords(query));
      }
    }
  });

  const meter = [10, 12, 15, 3, 4, 4, 20].map((value, index) => row(5, index * 10, value));
  holds("an increase begins before its bucket, and a reset starts from 0", [meter], async (it) => {
    const [buckets] = await it.aggregate(query({ from: START, to: START + 80, everyMs: 20 }));
    assert.deepEqual(columnOf(buckets, "increase"), [2, 6, 1, 16]);
    const [inner] = await it.aggregate(query({ from: START + 35, to: START + 65, everyMs: 30 }));
    assert.deepEqual(columnOf(inner, "increase"), [17]);
  });

  holds("a declared rollover is no reset", [meter], async (historian) => {
    const asked = query({ from: START, to: START + 80, everyMs: 20 });
    const [buckets] = await historian.aggregate({ ...asked, rollover: 16 });
    assert.deepEqual(columnOf(buckets, "increase"), [2, 7, 1, 16]);
  });

  const odd = [10, 12, 15, 3, 20, 2, -4, 5, 1].map((value, index) => row(5, index * 10, value));
  holds("a counter above its rollover, or below 0, has been reset", [odd], async (historian) => {
    const asked = query({ from: START, to: START + 90, everyMs: 30 });
    const increase = async (rollover: number) => {
      const [buckets] = await historian.aggregate({ ...asked, rollover });
      return columnOf(buckets, "increase");
    };
    assert.deepEqual(await increase(16), [5, 4 + 17 + 2, 0 + 9 + 12]);
    assert.deepEqual(await increase(5), [5, 3 + 17 + 2, 0 + 9 + 1]);
    assert.deepEqual(await increase(0.5), [5, 3 + 17 + 2, 0 + 9 + 1]);
  });

  holds("a value holds until the next, and the newest until now", [meter], async (historian) => {
    const asked = query({ from: START + 45, to: START + 105, everyMs: 20 });
    const [buckets] = await historian.aggregate({ ...asked, weighted: true, now: START + 90 });
    assert.deepEqual(columnOf(buckets, "known"), [20, 20, 5]);
    assert.deepEqual(columnOf(buckets, "area"), [15 * 0 + 4 * 15 + 20 * 5, 400, 100]);
  });

  const pump = ["on", "off", "on", true, null, "on"].map((value, at) => row(5, at * 10, value));
  holds("a state lasts until another one is good", [pump], async (historian) => {
    await historian.append(batchOf([{ ...row(5, 25, "off"), quality: "bad" }]));
    const asked = query({ from: START + 5, to: START + 65, everyMs: 20 });
    const lasting = async (state: Value, quality: "good" | "all" = "good") => {
      const [buckets] = await historian.aggregate({ ...asked, state, quality });
      return columnOf(buckets, "duration");
    };
    assert.deepEqual(await lasting("on"), [10, 5, 15]);
    assert.deepEqual(await lasting("on", "all"), [10, 0, 15]);
    assert.deepEqual(await lasting(true), [0, 10, 0]);
  });

  const year = Array.from({ length: 9_000 }, (_, hour) => row(5, hour * 3_600_000, hour % 10));
  holds("the days of a place have 23, 24 or 25 hours", [year], async (historian) => {
    const by = { calendar: "day", timeZone: "Europe/Zurich" } as const;
    const series = Uint32Array.of(5);
    const [from, to] = [Date.parse("2025-12-31T23:00Z"), Date.parse("2026-12-31T23:00Z")];
    const [days] = await historian.aggregate({ series, from, to, by });
    const hours = columnOf(days, "count");
    assert.equal(hours.length, 365);
    assert.deepEqual(
      [23, 24, 25].map((length) => hours.filter((count) => count === length).length),
      [1 + 1, 362, 1],
      "the first day begins before the first sample",
    );
    assert.equal(days?.at[180], Date.parse("2026-06-29T22:00Z"));
  });

  holds("weeks, quarters and years are those of a place", [year], async (historian) => {
    const series = Uint32Array.of(5);
    const [from, to] = [Date.parse("2026-01-04T23:00Z"), Date.parse("2026-12-31T23:00Z")];
    const countsBy = async (calendar: "week" | "quarter" | "year") => {
      const by = { calendar, timeZone: "Europe/Zurich" } as const;
      const [buckets] = await historian.aggregate({ series, from, to, by });
      return columnOf(buckets, "count");
    };
    const week = 7 * 24;
    const weeks = await countsBy("week");
    assert.equal(weeks.length, 52);
    assert.deepEqual([weeks[11], weeks[41], weeks[51]], [week - 1, week + 1, 4 * 24]);
    assert.ok(weeks.every((count, index) => [11, 41, 51].includes(index) || count === week));
    const quarters = [86 * 24 - 1, 91 * 24, 92 * 24, 92 * 24 + 1];
    assert.deepEqual(await countsBy("quarter"), quarters);
    assert.deepEqual(await countsBy("year"), [361 * 24]);
  });

  holds("what is of the moment when a bucket begins is in it", [ramp(1_000)], async (historian) => {
    const asked = { series: Uint32Array.of(1), from: START, to: START + 1_000 };
    // Of some of these, a whole number of milliseconds by the width is a little less than whole.
    for (const count of [7, 14, 27, 30, 49, 55, 148, 300, 999]) {
      const [buckets] = await historian.aggregate({ ...asked, by: { buckets: count } });
      const expected = new Array<number>(count).fill(0);
      for (let after = 0; after < 1_000; after += 1) {
        const bucket = (after * count - ((after * count) % 1_000)) / 1_000;
        expected[bucket] = (expected[bucket] ?? 0) + 1;
      }
      assert.deepEqual(columnOf(buckets, "count"), expected, `${count} buckets`);
    }
  });

  holds("an empty bucket counts 0 and is NaN otherwise", [meter], async (historian) => {
    const asked = query({ from: START + 65, to: START + 130, everyMs: 30 });
    const [buckets] = await historian.aggregate(asked);
    assert.deepEqual(columnOf(buckets, "count"), [0, 0, 0]);
    assert.deepEqual(columnOf(buckets, "all"), [0, 0, 0]);
    for (const column of ["min", "max", "sum", "first", "last", "increase"] as const) {
      assert.deepEqual(columnOf(buckets, column), [Number.NaN, Number.NaN, Number.NaN]);
    }
    const nobody = await historian.aggregate({ ...asked, series: Uint32Array.of(98, 99) });
    assert.deepEqual(
      nobody.map((one) => [one.series, columnOf(one, "count")]),
      [98, 99].map((series) => [series, [0, 0, 0]]),
    );
  });

  holds("a range or span without time in it is empty", [ramp(10)], async (historian) => {
    const range = { series: 1, from: START + 5, to: START + 5, limit: 10 };
    assert.deepEqual(rowsOf(await historian.range(range)), []);
    const asked = query({ from: START, to: START, everyMs: 10 });
    const [buckets] = await historian.aggregate({ ...asked, series: Uint32Array.of(1) });
    assert.equal(buckets?.count.length, 0);
  });

  holds("what is stored is counted", [ramp(500)], async (historian) => {
    let stats = await historian.stats();
    while (stats.countedAt !== undefined) stats = await historian.stats();
    assert.ok(stats.samplesStored >= 500 && stats.samplesStored < 1_000);
    assert.equal(stats.series, 1);
    assert.equal(stats.newestAt, START + 499);
    assert.ok(stats.bytesOnDisk > 0);
  });

  testForgetting(subject);
  testAfterwards(subject);
  testAnyOrder(subject);

  test(`${name}: appends settle in the order of the calls, and leave the columns alone`, () =>
    inFolder(async (folder) => {
      const historian = await open(folder);
      const settled: number[] = [];
      const batches = Array.from({ length: 200 }, (_, index) => batchOf([row(1, index, index)]));
      await Promise.all(
        batches.map((batch, index) => historian.append(batch).then(() => settled.push(index))),
      );
      assert.deepEqual(
        settled,
        batches.map((_, index) => index),
      );
      assert.deepEqual(
        batches.map((batch) => batch.value[0]),
        settled,
      );
      await historian.close();
      await assert.rejects(historian.append(batchOf([row(1, 1, 1)])), /closed/);
    }));
}
