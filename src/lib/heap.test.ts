import assert from "node:assert/strict";
import { test } from "node:test";
import { releaseMemory } from "./heap.ts";

test("what nobody holds any more is given back", () => {
  const numbers = 4_000_000;
  let held: number[] | undefined = Array.from({ length: numbers }, (_, index) => index + 0.5);
  const before = process.memoryUsage().heapUsed;
  assert.equal(held.length, numbers);
  held = undefined;
  releaseMemory();
  assert.ok(before - process.memoryUsage().heapUsed > numbers * 4);
});
