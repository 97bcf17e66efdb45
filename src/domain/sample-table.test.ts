import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, rowOfCells, type TableRow } from "./sample-table.ts";

const row: Omit<TableRow, "at"> = {
  ...{ point: "p1", value: 1, statusWord: null, toldAfterwards: false },
  quality: "good",
};

test("a time of any year comes back as it was", () => {
  const named = [
    "1000-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999Z",
  ];
  assert.deepEqual(
    named.map((time) => cellsOf({ ...row, at: Date.parse(time) })[1]),
    named,
  );
  const unnamed = [-62_135_596_800_000, -8.64e15, 8.64e15, 0.25];
  for (const at of [...unnamed, ...named.map((time) => Date.parse(time))]) {
    assert.deepEqual(rowOfCells(cellsOf({ ...row, at })), { ...row, at });
  }
});

test("a value of any kind comes back as it was", () => {
  const numbers = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, -(2n ** 63n)];
  for (const value of [...numbers, true, null, "", "=1", "'=1", "true", "a\0b", "\ufeff"]) {
    assert.deepEqual(rowOfCells(cellsOf({ ...row, at: 0, value })), { ...row, at: 0, value });
  }
});
