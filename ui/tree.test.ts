import assert from "node:assert/strict";
import { test } from "node:test";
import { byName, isWithin } from "./tree.ts";

test("siblings come in the order in which people count", () => {
  const names = ["R 10", "R 2", "Hall"].map((name) => ({ name }));
  assert.deepEqual(
    names.sort(byName).map(({ name }) => name),
    ["Hall", "R 2", "R 10"],
  );
});

test("what is below an asset has its path, and more", () => {
  assert.ok(isWithin("Site/Hall", "Site/Hall"));
  assert.ok(isWithin("Site/Hall/Press", "Site/Hall"));
  assert.ok(!isWithin("Site/Hall 2", "Site/Hall"));
  assert.ok(!isWithin("Site", "Site/Hall"));
});
