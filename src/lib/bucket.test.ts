import assert from "node:assert/strict";
import { test } from "node:test";
import { Bucket } from "./bucket.ts";

test("a burst passes at once, then as many as a second allows", () => {
  const bucket = new Bucket(10, 3, 0);
  for (let taken = 0; taken < 3; taken += 1) {
    assert.equal(bucket.waitMs(0), 0);
    bucket.take(1, 0);
  }
  assert.equal(bucket.waitMs(0), 1);
  bucket.take(1, 0);
  assert.equal(bucket.waitMs(0), 100);
  assert.equal(bucket.waitMs(60), 40);
  assert.equal(bucket.waitMs(101), 0);
});

test("what is saved up is never more than a burst", () => {
  const bucket = new Bucket(10, 3, 0);
  bucket.take(1, 0);
  assert.equal(bucket.isFull(50), false);
  assert.equal(bucket.isFull(100), true);
  bucket.take(5, 60_000);
  assert.equal(bucket.waitMs(60_000), 200);
});
