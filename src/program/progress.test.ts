import assert from "node:assert/strict";
import { test } from "node:test";
import { progressOf } from "./progress.ts";

test("long work says every five seconds how far it has come, short work says nothing", () => {
  const said: string[] = [];
  let now = 0;
  const tell = progressOf({ complain: (line) => void said.push(line) }, () => now);
  for (; now <= 12_000; now += 1_000) tell(() => `${now} of 12000`);
  assert.deepEqual(said, ["5000 of 12000", "10000 of 12000"]);
});
