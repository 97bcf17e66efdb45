import assert from "node:assert/strict";
import { test } from "node:test";
import { formatValue } from "./format.ts";
import { tableIn, timeIn } from "./written.ts";

const ALARMS = '{"columns":["code","text"],"rows":[[12,"Seal leaks"],[13,null]]}';

test("a data set is a table to read, and says in a figure how long it is", () => {
  const rows = [
    [12, "Seal leaks"],
    [13, null],
  ];
  assert.deepEqual(tableIn(ALARMS), { columns: ["code", "text"], rows });
  assert.equal(formatValue(ALARMS, { dataType: "string" }).text, "2 rows");
});

test("a text that only looks like a table stays a text", () => {
  for (const text of ['{"columns":[', '{"columns":[1]}', "columns"]) {
    assert.equal(tableIn(text), undefined);
    assert.equal(formatValue(text, { dataType: "string" }).text, text);
  }
  assert.equal(tableIn(7), undefined);
});

test("a time is read as one, and a text of digits is not", () => {
  assert.equal(timeIn("2022-12-01T20:05:10.000Z"), Date.UTC(2022, 11, 1, 20, 5, 10));
  assert.equal(timeIn("2022-12-01T20:05:10+01:00"), Date.UTC(2022, 11, 1, 19, 5, 10));
  for (const text of ["2022-12-01", "20221201", "2022-13-01T00:00:00Z"]) {
    assert.equal(timeIn(text), undefined);
  }
});
