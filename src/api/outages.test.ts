import assert from "node:assert/strict";
import { test } from "node:test";
import type { Timestamp } from "../domain/brand.ts";
import { outagesIn } from "./outages.ts";

function event(kind: string, at: number) {
  return { kind, at: at as Timestamp };
}

test("an outage lasts from a loss to the return after it; one that has not ended lasts", () => {
  const events = [
    event("network.lost", 50),
    event("network.back", 40),
    event("network.changed", 35),
    event("network.lost", 30),
    event("network.back", 20),
    event("network.lost", 10),
  ];
  assert.deepEqual(outagesIn(events), [
    { from: 50, to: Number.POSITIVE_INFINITY },
    { from: 30, to: 40 },
    { from: 10, to: 20 },
  ]);
  assert.deepEqual(outagesIn([]), []);
});
