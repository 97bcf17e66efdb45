import assert from "node:assert/strict";
import { test } from "node:test";
import { TestClock } from "./clock.ts";
import { Slices } from "./slices.ts";

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("a heap is done in order, a turn of the event loop for each few milliseconds", async () => {
  const clock = new TestClock();
  const done: number[] = [];
  const slices = new Slices<number>(clock, (item) => {
    clock.advance(2);
    done.push(item);
  });
  for (let item = 1; item <= 8; item += 1) slices.add(item);
  assert.deepEqual(done, []);
  await turn();
  assert.deepEqual(done, [1, 2, 3]);
  await turn();
  assert.deepEqual(done, [1, 2, 3, 4, 5, 6]);
  await turn();
  assert.deepEqual(done, [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("what the work itself adds is done after what waits", async () => {
  const done: string[] = [];
  const slices = new Slices<string>(new TestClock(), (item) => {
    done.push(item);
    if (item === "a") slices.add("c");
  });
  slices.add("a");
  slices.add("b");
  await turn();
  slices.add("d");
  await turn();
  assert.deepEqual(done, ["a", "b", "c", "d"]);
});
