import assert from "node:assert/strict";
import { test } from "node:test";
import { readTrouble } from "./trouble.ts";

test("a line says what should go wrong, and where", () => {
  const rows: readonly [line: string, trouble: unknown][] = [
    ["outage 20", { kind: "outage", tenant: null, lastsMs: 20_000 }],
    ["outage network-2 0.5", { kind: "outage", tenant: "network-2", lastsMs: 500 }],
    [" dead  network-1/5 ", { kind: "dead", device: "network-1/5" }],
    ["alive network-1/5", { kind: "alive", device: "network-1/5" }],
    ["broken network-1/5 co2", { kind: "broken", device: "network-1/5", sensor: "co2" }],
    ["whole network-1/5 co2", { kind: "whole", device: "network-1/5", sensor: "co2" }],
  ];
  for (const [line, trouble] of rows) assert.deepEqual(readTrouble(line), trouble, line);
  const wrong = ["", "outage", "outage soon", "outage a 1 2", "dead", "dead a b", "broken a", "x"];
  for (const line of wrong) assert.equal(readTrouble(line), undefined, line);
});
