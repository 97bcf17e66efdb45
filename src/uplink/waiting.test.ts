import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeLeft } from "./waiting.ts";

test("the time left is what waits by what has gone, and not told after a moment", () => {
  const left = new TimeLeft();
  for (let second = 0; second < 10; second += 1) {
    left.note(second * 1_000, 100_000 - second * 500);
    assert.equal(left.ms, null);
  }
  left.note(10_000, 95_000);
  assert.equal(left.ms, 190_000);
});

test("only the last minute counts, and what grows is never over", () => {
  const left = new TimeLeft();
  for (let second = 0; second <= 100; second += 1) left.note(second * 1_000, 1_000 + second);
  assert.equal(left.ms, null);
  for (let second = 101; second <= 161; second += 1) {
    left.note(second * 1_000, 61_000 - (second - 101) * 1_000);
  }
  assert.equal(left.ms, 1_000);
  left.forget();
  assert.equal(left.ms, null);
});
