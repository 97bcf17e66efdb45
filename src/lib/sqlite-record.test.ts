import assert from "node:assert/strict";
import { test } from "node:test";
import { valuesIn } from "./sqlite-record.ts";

test("a column of a kind that SQLite never writes is nothing, and the others are read", () => {
  for (const kind of [0, 10, 11]) {
    assert.deepEqual(valuesIn(Buffer.from([4, kind, 1, 9, 7]), 5), [null, 7, 1]);
  }
});
