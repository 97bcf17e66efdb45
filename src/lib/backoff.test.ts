import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff.ts";

const WAIT = { firstMs: 100, longestMs: 10_000 };

test("the wait doubles with each try, up to the longest", () => {
  const waits = [0, 1, 2, 3, 7, 1_000].map((tries) => backoff(WAIT, tries, 1));
  assert.deepEqual(waits, [100, 200, 400, 800, 10_000, 10_000]);
});

test("chance takes away up to half of it", () => {
  assert.equal(backoff(WAIT, 2, 0), 200);
  assert.equal(backoff(WAIT, 2, 0.5), 300);
});
