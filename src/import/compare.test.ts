import assert from "node:assert/strict";
import { test } from "node:test";
import type { Series } from "../domain/brand.ts";
import type { TableRow } from "../domain/sample-table.ts";
import { pageOf } from "../domain/table-page.ts";
import { compared, MARKS, type Past } from "./compare.ts";

type Given = Partial<TableRow> & { readonly series?: number };

const page = (...given: Given[]) =>
  pageOf(
    given.map((one) => ({ ...LIVE, ...one })),
    ({ series }) => series as Series,
  );
const LIVE = {
  ...{ series: 1, at: 0, value: 1, quality: "good" as const },
  ...{ statusWord: null, toldAfterwards: null },
};

/** A historian with these samples, in order of time. */
function pastOf(stored: readonly Given[], words?: ReadonlyMap<number, number>): Past {
  const all = stored.map((given) => ({ ...LIVE, ...given }));
  return async ({ series, from, to, limit }) => {
    const isIn = (one: (typeof all)[number]) =>
      one.series === series && one.at >= from && one.at < to;
    const found = all.filter(isIn).slice(0, limit);
    return { samples: pageOf(found, () => series as Series).samples, words };
  };
}

async function marksOf(past: Past, ...rows: Given[]) {
  return Array.from(await compared(past, page(...rows)), (mark) => MARKS[mark]);
}

test("rows are new, the same or corrections, in whatever order they come", async () => {
  const past = pastOf([
    { at: 1, value: "open" },
    { at: 2, value: Number.NaN },
    { at: 3, value: 0 },
    { series: 2, at: 2, value: 2n ** 60n },
  ]);
  const marks = await marksOf(
    past,
    { at: 3, value: -0 },
    { series: 2, at: 2, value: 2n ** 60n },
    { at: 1, value: "open" },
    { at: 2, value: Number.NaN },
    { at: 1.5, value: "open" },
    { series: 2, at: 1, value: true },
    { at: 4 },
  );
  assert.deepEqual(marks, ["corrected", "same", "same", "same", "fresh", "fresh", "fresh"]);
  assert.deepEqual(await marksOf(past, { at: 1, value: "shut" }), ["corrected"]);
  assert.deepEqual(await marksOf(past, { at: 3, value: 0, quality: "bad" }), ["corrected"]);
});

test("a row that comes again in the table is compared with how it came before", async () => {
  const again = [{ value: 1 }, { value: 2 }, { value: 2 }, { value: 1 }];
  assert.deepEqual(await marksOf(pastOf([{ value: 1 }]), ...again), [
    ...["same", "corrected", "same", "corrected"],
  ]);
});

test("a status word that differs is a correction", async () => {
  const words = new Map([[0, 2_150_891_520]]);
  const past = pastOf([{ quality: "bad" }], words);
  const bad = { quality: "bad" } as const;
  assert.deepEqual(await marksOf(past, { ...bad, statusWord: 2_150_891_520 }), ["same"]);
  assert.deepEqual(await marksOf(past, { ...bad, statusWord: 2_147_876_864 }), ["corrected"]);
  assert.deepEqual(await marksOf(past, bad), ["corrected"]);
});

test("what was told afterwards stays so, unless the table says that it is live", async () => {
  const past = pastOf([{ toldAfterwards: true }]);
  assert.deepEqual(await marksOf(past, { toldAfterwards: null }), ["same"]);
  assert.deepEqual(await marksOf(past, { toldAfterwards: false }), ["corrected"]);
  assert.deepEqual(await marksOf(pastOf([{}]), { toldAfterwards: true }), ["same"]);
});

test("where much lies between two rows, or it cannot be looked at, they are not compared", async () => {
  const much = Array.from({ length: 10_001 }, (_, at) => ({ at }));
  const ends = [{ at: 0 }, { at: 20_000 }, { series: 2 }];
  assert.deepEqual(await marksOf(pastOf(much), ...ends), ["unknown", "unknown", "fresh"]);
  assert.deepEqual(await marksOf(async () => undefined, { at: 0 }), ["unknown"]);
});
