import assert from "node:assert/strict";
import { test } from "node:test";
import { LazyMap } from "./lazy-map.ts";

test("it is a map like any other, whether something is in it or not", () => {
  const map = new LazyMap<string, number>();
  assert.deepEqual(
    [map.size, map.has("a"), map.get("a"), map.delete("a")],
    [0, false, undefined, false],
  );
  assert.deepEqual([[...map], [...map.keys()], [...map.values()]], [[], [], []]);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  assert.deepEqual([map.size, map.has("a"), map.get("b")], [2, true, 2]);
  assert.deepEqual(
    [...map],
    [
      ["a", 3],
      ["b", 2],
    ],
  );
  assert.deepEqual(
    [[...map.keys()], [...map.values()]],
    [
      ["a", "b"],
      [3, 2],
    ],
  );
  assert.ok(map.delete("a"));
  map.clear();
  assert.deepEqual([map.size, [...map]], [0, []]);
});
