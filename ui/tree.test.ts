import assert from "node:assert/strict";
import { test } from "node:test";
import { below, byName, pathTo } from "./tree.ts";

const assets = [
  { id: "site", parentId: null },
  { id: "office", parentId: "site" },
  { id: "room", parentId: "office" },
  { id: "hall", parentId: "site" },
];
const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);

test("below an asset is itself and all that hangs on it", () => {
  assert.deepEqual(ids(below(assets, "site")), ["site", "office", "hall", "room"]);
  assert.deepEqual(ids(below(assets, "room")), ["room"]);
});

test("numbers in names are counted", () => {
  const names = ["R 10", "R 2", "Hall"].map((name) => ({ name })).sort(byName);
  assert.deepEqual(
    names.map(({ name }) => name),
    ["Hall", "R 2", "R 10"],
  );
});

test("the path leads from the root to the asset, and ends where the tree does", () => {
  assert.deepEqual(ids(pathTo(assets, "room")), ["site", "office", "room"]);
  assert.deepEqual(pathTo(assets, "gone"), []);
});
