import assert from "node:assert/strict";
import { test } from "node:test";
import { byHand, type Row } from "./by-hand.ts";
import type { Buckets } from "./historian.ts";
import {
  ALL,
  allOf,
  assertSame,
  batchOf,
  type Check,
  columnOf,
  inFolder,
  query,
  ramp,
  randomTale,
  remembered,
  row,
  rowsOf,
  START,
  type Subject,
} from "./tale.ts";

const HOUR_MS = 3_600_000;

/** What any historian must do about what it is to forget. */
export function testForgetting(subject: Subject): void {
  testDeletion(subject);
  testRetirement(subject);
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
        assertSame(one, byHand(told.get(2) ?? [], byMs), "after the deletion");
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
    check: async (historian) => assert.deepEqual(await allOf(historian, 1), ramp(40)),
  });
}

function testRetirement(subject: Subject): void {
  const hours = 72;
  const counter = Array.from({ length: hours * 60 }, (_, minute) => ({
    ...row(5, minute * 60_000, (minute * 7) % 5_000),
    quality: minute % 11 === 0 ? ("bad" as const) : ("good" as const),
  }));
  const twins = counter.map((one) => ({ ...one, series: 6 }));
  const days = { from: START, to: START + hours * HOUR_MS, by: { everyMs: HOUR_MS } };
  const both = { ...days, series: Uint32Array.of(5, 6), weighted: true };
  const batches = Array.from({ length: hours }, (_, hour) =>
    [counter, twins].flatMap((rows) => rows.slice(hour * 60, hour * 60 + 60)),
  );
  remains(subject, {
    claim: "what is let go leaves its hours behind, and what is kept for good stays",
    store: batches,
    change: async (historian) => {
      await historian.setRetention(6, { rawMs: null, hourlyMs: null });
      await historian.retire(days.to, { rawMs: 48 * HOUR_MS, hourlyMs: null });
      await historian.retire(days.to, { rawMs: 24 * HOUR_MS, hourlyMs: 70 * HOUR_MS });
    },
    check: async (historian) => {
      assert.deepEqual(await allOf(historian, 6), twins);
      const kept = await allOf(historian, 5);
      assert.deepEqual(kept, counter.slice(-kept.length));
      assert.ok(kept.length < 25 * 60 + 1_024, `${kept.length} are left`);
      const [one, other] = await historian.aggregate(both);
      const expected = byHand(counter, both);
      assertSame(other as Buckets, expected, "kept for good");
      for (const column of ["count", "all", "sum", "min", "max", "first", "last"] as const) {
        assert.deepEqual(columnOf(one, column).slice(2), columnOf(other, column).slice(2), column);
        const nothing = column === "count" || column === "all" ? 0 : Number.NaN;
        assert.deepEqual(columnOf(one, column).slice(0, 2), [nothing, nothing]);
      }
      for (const column of ["increase", "area", "known"] as const) {
        assert.deepEqual(columnOf(one, column).slice(3), columnOf(other, column).slice(3), column);
      }
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
function remains({ name, open }: Subject, { claim, store, change, check }: Claim): void {
  test(`${name}: ${claim}`, () =>
    inFolder(async (folder) => {
      const before = await open(folder);
      for (const rows of store) await before.append(batchOf(rows));
      await change(before);
      await check(before);
      await before.close();
      const after = await open(folder);
      await check(after);
      await after.close();
    }));
}
