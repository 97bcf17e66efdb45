import assert from "node:assert/strict";
import { test } from "node:test";
import type { ParquetColumn } from "../lib/parquet.ts";
import type { Series } from "./brand.ts";
import { QUALITIES } from "./reading.ts";
import { columnsOfTable, rowOfColumns, SampleColumns } from "./sample-columns.ts";
import { sampleAt } from "./samples.ts";
import { PageBuilder, pageOf } from "./table-page.ts";

const AT = Date.UTC(2026, 0, 1);
const said = { quality: "good", statusWord: null, toldAfterwards: false } as const;
const values = [
  0.1,
  -0,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  2n ** 63n - 1n,
  true,
  "",
  "on",
  null,
];
const rows = [
  ...values.map((value, index) => ({ ...said, at: AT + index, value })),
  ...QUALITIES.map((quality, index) => ({ ...said, at: AT + 100 + index, value: 1, quality })),
  { ...said, at: AT + 200, value: null, quality: "bad" as const, statusWord: 2_150_891_520 },
  { ...said, at: AT + 201, value: 1, toldAfterwards: true },
];

test("samples that become columns are the same ones again", () => {
  const { samples } = pageOf(rows, () => 7 as Series);
  const words = new Map(rows.map(({ at, statusWord }) => [at, statusWord ?? 0]));
  const table = columnsOfTable({ point: "p1", samples, rows: rows.length, words });
  const taken = takenOf(asRead(table));
  assert.deepEqual(taken.samples, pageOf(rows, () => 7 as Series).samples);
  assert.deepEqual(taken.words, new Map([[rows.length - 2, 2_150_891_520]]));
  assert.equal(taken.saysAfterwards, true);
});

test("of who does not say what was told afterwards nothing is said, and it is read so", () => {
  const { samples } = pageOf(rows.slice(0, 2), () => 7 as Series);
  const told = { point: "p1", samples, rows: 2, words: undefined, saysAfterwards: false };
  const table = columnsOfTable(told);
  const { toldAfterwards, statusWord, ...columns } = asRead(table);
  assert.deepEqual([toldAfterwards, statusWord].flat(), [null, null, null, null]);
  const taken = takenOf(columns, 2);
  assert.equal(taken.saysAfterwards, false);
  assert.deepEqual(sampleAt(taken.samples, 0).value, 0.1);
});

test("what is no sample is refused, and an integer of more than 64 bits is not nothing", () => {
  const row = { point: "p1", at: new Date(AT), number: 1, quality: "good" };
  assert.equal(rowOfColumns(row).value, 1);
  const wrong = [
    { ...row, at: AT },
    { ...row, point: null },
    { ...row, quality: "fine" },
    { ...row, number: null, integer: 2n ** 63n },
    { ...row, number: null, text: new Date(AT) },
  ];
  for (const one of wrong) {
    assert.throws(() => rowOfColumns(one), Error);
    const columns = Object.fromEntries(Object.entries(one).map(([name, cell]) => [name, [cell]]));
    assert.throws(() => takenOf(columns, 1), Error);
  }
});

/** As a file gives them back: its times are dates. */
function asRead(table: readonly ParquetColumn[]): Record<string, readonly unknown[]> {
  const columns = Object.fromEntries(table.map(({ name, data }) => [name, data]));
  return { ...columns, at: columns["at"]?.map((time) => new Date(Number(time))) ?? [] };
}

function takenOf(columns: Readonly<Record<string, readonly unknown[]>>, count = rows.length) {
  const page = new PageBuilder(() => 7 as Series, Number.POSITIVE_INFINITY);
  const reader = new SampleColumns(page, new Map(Object.entries(columns)));
  for (let row = 0; row < count; row += 1) reader.take(row);
  return page.take();
}
