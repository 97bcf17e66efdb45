import assert from "node:assert/strict";
import { test } from "node:test";
import { progressOf, rowsProgress } from "./progress.ts";

test("long work says every five seconds how far it has come, short work says nothing", () => {
  const said: string[] = [];
  let now = 0;
  const tell = progressOf({ complain: (line) => void said.push(line) }, () => now);
  for (; now <= 12_000; now += 1_000) tell(() => `${now} of 12000`);
  assert.deepEqual(said, ["5000 of 12000", "10000 of 12000"]);
});

test("work on rows says what part of it is done, and about how long the rest takes", () => {
  const said: string[] = [];
  let now = 0;
  const tell = rowsProgress({ complain: (line) => void said.push(line) }, () => now);
  for (; now <= 600_000; now += 5_000) tell(now, now / 1_200_000);
  assert.equal(said[0], "5000 rows, 0 %, about 20 min left");
  assert.equal(said.at(-1), "600000 rows, 50 %, about 10 min left");
});
