import assert from "node:assert/strict";
import { expectedSums, type Row } from "./expected.ts";
import {
  ALL,
  allOf,
  appendEach,
  assertSame,
  batchOf,
  type Check,
  columnOf,
  query,
  ramp,
  randomTale,
  remembered,
  row,
  rowsOf,
  START,
  type Subject,
  testClaim,
} from "./tale.ts";

/*
 * Tests for every historian: what is deleted or let go, and what stays of it.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FOR_GOOD = { rawMs: null, hourlyMs: null, dailyMs: null };

/** Three days of a counter that goes on from 0 by itself at 5,000, and another that is the same. */
const HOURS = 72;
const counter = Array.from({ length: HOURS * 60 }, (_, minute) => ({
  ...row(5, minute * 60_000, (minute * 7) % 5_000),
  quality: minute % 11 === 0 ? ("bad" as const) : ("good" as const),
}));
const twins = counter.map((one) => ({ ...one, series: 6 }));
const span = { from: START, to: START + HOURS * HOUR_MS };
const batches = Array.from({ length: HOURS }, (_, hour) =>
  [counter, twins].flatMap((rows) => rows.slice(hour * 60, hour * 60 + 60)),
);

/** What any historian must do about what it is to forget. */
export function testForgetting(subject: Subject): void {
  testDeletion(subject);
  testRetirement(subject);
  testFailing(subject);
  testBeyond(subject);
  testRollover(subject);
  testPolicies(subject);
}

function testDeletion(subject: Subject): void {
  const tale = randomTale(7, 3_000);
  const gone = { series: 2, from: START + 9_000, to: START + 21_000 };
  const left = tale.map((batch) =>
    batch.filter(({ series, at }) => series !== 2 || at < gone.from || at >= gone.to),
  );
  remains(subject, {
    claim: "what is deleted is gone, and nothing else",
    store: tale,
    change: (historian) => historian.deleteRange(gone),
    check: async (historian) => {
      const told = remembered(left);
      for (const series of [1, 2, 3, 4]) {
        assert.deepEqual(await allOf(historian, series), told.get(series) ?? []);
      }
      const asked = { ...query({ ...gone, everyMs: 700 }), series: Uint32Array.of(2) };
      for (const one of await historian.aggregate({ ...asked, weighted: true })) {
        const byMs = { ...asked, weighted: true };
        assertSame(one, expectedSums(told.get(2) ?? [], byMs), "after the deletion");
      }
    },
  });

  remains(subject, {
    claim: "where the newest is deleted, the one before it is the latest",
    store: [ramp(200)],
    change: (historian) => historian.deleteRange({ series: 1, from: START + 150, to: START + 500 }),
    check: async (historian) => {
      const newest = rowsOf(await historian.latest(Uint32Array.of(1)));
      assert.deepEqual(newest, ramp(150).slice(-1));
    },
  });

  remains(subject, {
    claim: "a sample may be stored again after its deletion, and a series be deleted whole",
    store: [ramp(100)],
    change: async (historian) => {
      await historian.deleteRange({ series: 1, ...ALL });
      assert.deepEqual(rowsOf(await historian.latest(Uint32Array.of(1))), []);
      await historian.append(batchOf(ramp(40)));
    },
    check: async (historian) => {
      assert.deepEqual(await allOf(historian, 1), ramp(40));
      assert.deepEqual(rowsOf(await historian.latest(Uint32Array.of(1))), ramp(40).slice(-1));
    },
  });
}

function testRetirement(subject: Subject): void {
  remains(subject, {
    claim: "what is let go leaves its hours and days behind, and what is kept for good stays",
    store: batches,
    change: async (historian) => {
      await historian.setRetention(6, FOR_GOOD);
      await historian.retire(span.to, { ...FOR_GOOD, rawMs: 48 * HOUR_MS });
      await historian.retire(span.to, { ...FOR_GOOD, rawMs: 24 * HOUR_MS, hourlyMs: 47 * HOUR_MS });
    },
    check: async (historian) => {
      assert.deepEqual(await allOf(historian, 6), twins);
      const kept = await allOf(historian, 5);
      assert.deepEqual(kept, counter.slice(-kept.length));
      assert.ok(kept.length < 25 * 60 + 1_024, `${kept.length} are left`);
      const hourly = { ...span, from: START + DAY_MS, by: { everyMs: HOUR_MS } };
      const daily = { ...span, by: { everyMs: DAY_MS } };
      for (const asked of [hourly, daily]) {
        const both = { ...asked, series: Uint32Array.of(5, 6), weighted: true };
        for (const one of await historian.aggregate(both)) {
          assertSame(one, expectedSums(counter, both), `series ${one.series}`);
        }
      }
    },
  });

  const late = { ...row(5, 60_000, -1e9), series: 5 };
  remains(subject, {
    claim: "what comes when raw samples of its time are gone is not taken, and counted",
    store: batches,
    change: (historian) => historian.retire(span.to, { ...FOR_GOOD, rawMs: 24 * HOUR_MS }),
    check: async (historian) => {
      const kept = await allOf(historian, 5);
      const again = [late, ...counter.slice(-60), { ...late, series: 6 }];
      const { tooOld } = await historian.append(batchOf(again));
      assert.equal(tooOld, 2);
      assert.deepEqual(await allOf(historian, 5), kept);
      const asked = { ...span, series: Uint32Array.of(5), by: { everyMs: DAY_MS } };
      for (const one of await historian.aggregate(asked)) {
        assertSame(one, expectedSums(counter, asked), "as if it had not come");
      }
    },
  });

  remains(subject, {
    claim: "hours and days are let go in their turn, and what is deleted is in none of them",
    store: batches,
    change: async (historian) => {
      const kept = { rawMs: 24 * HOUR_MS, hourlyMs: 24 * HOUR_MS, dailyMs: 47 * HOUR_MS };
      await historian.retire(span.to, kept);
      await historian.deleteRange({ series: 6, from: START + DAY_MS, to: START + DAY_MS + 1 });
    },
    check: async (historian) => {
      const series = Uint32Array.of(5, 6);
      const asked = { ...span, to: START + 2 * DAY_MS, series, by: { everyMs: DAY_MS } };
      const [one, other] = await historian.aggregate(asked);
      const [gone, stays = 0] = columnOf(one, "all");
      assert.ok(gone === 0 && stays > 22 * 60, `${gone} and ${stays} are left`);
      const [first = Number.NaN, second = Number.NaN] = columnOf(other, "all");
      assert.ok(first === 0 && second < 24 * 60, `${second} are left where one was deleted`);
    },
  });
}

function testFailing(subject: Subject): void {
  const failing = counter.map((one, minute) =>
    minute < 24 * 60 || minute % 240 < 60 ? { ...one, quality: "bad" as const } : one,
  );
  remains(subject, {
    claim: "what was let go says how many samples there were, also without a good one",
    store: [failing],
    change: (historian) => historian.retire(span.to, { ...FOR_GOOD, rawMs: 24 * HOUR_MS }),
    check: async (historian) => {
      for (const everyMs of [DAY_MS, HOUR_MS]) {
        const asked = { ...span, series: Uint32Array.of(5), by: { everyMs }, weighted: true };
        for (const one of await historian.aggregate(asked)) {
          assertSame(one, expectedSums(failing, asked), `every ${everyMs} ms`);
        }
      }
    },
  });
}

function testBeyond(subject: Subject): void {
  const broken = counter.map((one, minute) => ({
    ...{ ...one, series: 7, quality: "good" as const },
    value: minute % 2 === 0 ? Number.MAX_VALUE : -Number.MAX_VALUE,
  }));
  remains(subject, {
    claim: "values whose sum is too large for a double are summed up and let go like others",
    store: [counter, broken],
    change: async (historian) => {
      const asked = { ...span, series: Uint32Array.of(7, 5), by: { everyMs: DAY_MS } };
      const [one, other] = await historian.aggregate({ ...asked, weighted: true });
      assert.deepEqual(columnOf(one, "count"), [1_440, 1_440, 1_440]);
      assert.ok(other);
      assertSame(other, expectedSums(counter, { ...asked, weighted: true }), "beside it");
      await historian.retire(span.to, { ...FOR_GOOD, rawMs: 24 * HOUR_MS });
    },
    check: async (historian) => {
      assert.ok((await allOf(historian, 7)).length < 25 * 60 + 1_024);
      const asked = { ...span, series: Uint32Array.of(7, 5), by: { everyMs: DAY_MS } };
      const [one, other] = await historian.aggregate({ ...asked, weighted: true });
      assert.deepEqual(columnOf(one, "count"), [1_440, 1_440, 1_440]);
      assert.deepEqual(columnOf(one, "max"), new Array(3).fill(Number.MAX_VALUE));
      assert.ok(other);
      assertSame(other, expectedSums(counter, { ...asked, weighted: true }), "beside it");
    },
  });
}

function testRollover(subject: Subject): void {
  remains(subject, {
    claim: "hours and days that were left behind tell how often a counter went on from 0 by itself",
    store: batches,
    change: async (historian) => {
      await historian.setRetention(6, { ...FOR_GOOD, rawMs: 24 * HOUR_MS });
      await historian.retire(span.to, { ...FOR_GOOD, rawMs: 24 * HOUR_MS, hourlyMs: 24 * HOUR_MS });
    },
    check: async (historian) => {
      const series = Uint32Array.of(5, 6);
      const asked = { ...span, series, by: { everyMs: DAY_MS }, rollover: 5_000 };
      for (const one of await historian.aggregate(asked)) {
        assertSame(one, expectedSums(counter, asked), `series ${one.series}`);
      }
    },
  });
}

function testPolicies(subject: Subject): void {
  const own = { rawMs: 48 * HOUR_MS, hourlyMs: 90 * DAY_MS, dailyMs: null };
  remains(subject, {
    claim: "how long a series is kept is told as it was said, until it follows the house again",
    store: [ramp(1)],
    change: async (historian) => {
      await historian.setRetention(5, FOR_GOOD);
      await historian.setRetention(5, own);
      await historian.setRetention(6, own);
      await historian.setRetention(6, null);
    },
    check: async (historian) => {
      assert.deepEqual(await historian.retentions(), new Map([[5, own]]));
    },
  });
}

type Claim = {
  readonly claim: string;
  readonly store: readonly (readonly Row[])[];
  readonly change: Check;
  readonly check: Check;
};

/** Makes the change once; the check holds after it, and once more after a restart. */
function remains(subject: Subject, { claim, store, change, check }: Claim): void {
  testClaim(subject, claim, {
    store: async (historian) => {
      await appendEach(historian, store);
      await change(historian);
    },
    check,
  });
}
