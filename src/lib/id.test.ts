import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "./id.ts";

test("ids are 21 characters without look-alikes, and no two are the same", () => {
  const ids = Array.from({ length: 1_000 }, () => newId(1_767_225_600_000));
  assert.equal(new Set(ids).size, 1_000);
  for (const id of ids) assert.match(id, /^[0-9a-hjkmnp-tv-z]{21}$/);
});

test("later ids are greater, for the next thousand years", () => {
  const times = [0, 1, 31, 32, 1_767_225_600_000, 1_767_225_600_001, 33_000_000_000_000];
  const ids = times.map((now) => newId(now));
  assert.deepEqual(ids.toSorted(), ids);
});

test("ids of one millisecond are greater one after another", () => {
  const ids = Array.from({ length: 5_000 }, () => newId(1_767_225_600_000));
  assert.deepEqual(ids.toSorted(), ids);
});
