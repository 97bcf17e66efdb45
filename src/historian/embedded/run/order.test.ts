import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "../../../lib/chance.ts";
import { orderOfTime } from "./order.ts";

test("rows come in order of time, equal ones in order of arrival", () => {
  const random = chances(3);
  for (const count of [0, 1, 2, 3, 100, 3_000]) {
    const at = Float64Array.from({ length: count }, () => Math.floor(random() * 50));
    const expected = Array.from(at.keys()).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || a - b);
    assert.deepEqual(Array.from(orderOfTime(at, count)), expected);
  }
});

test("a backlog behind live rows is two stretches, merged", () => {
  const at = Float64Array.of(5, 6, 7, 1, 2, 6, 9);
  assert.deepEqual(Array.from(orderOfTime(at, at.length)), [3, 4, 0, 1, 5, 2, 6]);
});
