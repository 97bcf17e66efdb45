import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { line } from "./line.ts";

test("what is written at one end is read at the other, both ways", async () => {
  const [near, far] = line();
  near.end("hello");
  far.end("good day");
  assert.deepEqual([await text(far), await text(near)], ["hello", "good day"]);
});

test("an end that is not read holds up the other, and loses nothing", async () => {
  const [near, far] = line();
  const chunk = "x".repeat(10_000);
  let written = 0;
  while (near.write(chunk)) written += 1;
  assert.ok(written < 10);
  near.end();
  assert.equal((await text(far)).length, (written + 1) * chunk.length);
});

test("a line that is cut is cut for both, without an error", async () => {
  const [near, far] = line();
  near.destroy();
  await once(far, "close");
  assert.equal(far.destroyed, true);
});
