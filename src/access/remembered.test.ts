import assert from "node:assert/strict";
import { test } from "node:test";
import { Remembered } from "./remembered.ts";

test("what was read is remembered, what is not there is asked again", async () => {
  const remembered = new Remembered<{ n: number }>();
  assert.equal(await remembered.load("a", async () => undefined), undefined);
  const first = await remembered.load("a", async () => ({ n: 1 }));
  assert.equal(remembered.get("a"), first);
  assert.equal(await remembered.load("a", async () => ({ n: 2 })), first);
});

test("a reading that was under way while something was forgotten is not remembered", async () => {
  const remembered = new Remembered<number>();
  const reading = remembered.load("a", async () => 1);
  remembered.forget(() => false);
  assert.equal(await reading, 1);
  assert.equal(remembered.get("a"), undefined);
});
