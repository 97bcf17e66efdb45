import assert from "node:assert/strict";
import { test } from "node:test";
import { Closer } from "./closer.ts";

test("what was opened last is closed first, each even if one before it fails", async () => {
  const closer = new Closer();
  const closed: string[] = [];
  closer.add("store", () => {
    closed.push("store");
  });
  closer.add("broker", async () => {
    throw new Error("stuck");
  });
  closer.add("api", async () => {
    await Promise.resolve();
    closed.push("api");
  });
  const failed = await closer.closeAll();
  assert.deepEqual(closed, ["api", "store"]);
  assert.deepEqual(
    failed.map(({ name }) => name),
    ["broker"],
  );
});

test("nothing is closed twice", async () => {
  const closer = new Closer();
  let times = 0;
  closer.add("store", () => {
    times += 1;
  });
  await Promise.all([closer.closeAll(), closer.closeAll()]);
  assert.equal(times, 1);
});
