import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMIT } from "../src/domain/limit.ts";
import { alivenessOf, patienceOf, silentWords } from "./device-state.ts";

type Channels = Parameters<typeof patienceOf>[0]["channels"];
const NOW = Date.parse("2026-11-21T12:00:00Z");
/** viaSens: two reports of 900 s and a minute. */
const PATIENCE_MS = 1_860_000;

function channel(freshnessMs: number | undefined, retired = false): Channels[number] {
  return {
    name: "c",
    dataType: "number",
    proposal: { name: "c", dataType: "number", ...(freshnessMs ? { freshnessMs } : {}) },
    pointId: null,
    retired,
    latest: null,
  };
}

test("the channel that speaks most often tells when a device has fallen silent", () => {
  const day = 86_400_000;
  assert.equal(patienceOf({ channels: [channel(day), channel(PATIENCE_MS)] }), PATIENCE_MS);
  assert.equal(
    patienceOf({ channels: [channel(1_000, true), channel(undefined)] }),
    LIMIT.freshnessMs,
  );
  assert.equal(patienceOf({ channels: [] }), LIMIT.freshnessMs);
});

test("where nothing is promised: late after one report and a bit, offline after two", () => {
  const seen = (secondsAgo: number) => ({
    lastSeenAt: new Date(NOW - secondsAgo * 1000).toISOString(),
    liveness: null,
  });
  assert.equal(alivenessOf(seen(0), PATIENCE_MS, NOW), "reporting");
  assert.equal(alivenessOf(seen(1_080), PATIENCE_MS, NOW), "reporting");
  assert.equal(alivenessOf(seen(1_200), PATIENCE_MS, NOW), "late");
  assert.equal(alivenessOf(seen(1_861), PATIENCE_MS, NOW), "offline");
  assert.equal(alivenessOf({ lastSeenAt: null, liveness: null }, PATIENCE_MS, NOW), "offline");
});

test("what the house says of a device that promised counts, however old its values are", () => {
  const lastSeenAt = new Date(NOW - 10 * PATIENCE_MS).toISOString();
  const said = (liveness: Parameters<typeof alivenessOf>[0]["liveness"]) =>
    alivenessOf({ lastSeenAt, liveness }, PATIENCE_MS, NOW);
  assert.equal(said("reporting"), "reporting");
  assert.equal(said("late"), "late");
  assert.equal(said("offline"), "offline");
  assert.equal(said("unknown"), "source lost");
});

test("of a device that speaks, those of its sensors are counted that do not", () => {
  const sensor = (state: "late" | "offline") => {
    return { channel: "c", name: "C", state, since: "2026-11-21T11:00:00Z", promiseMs: 900_000 };
  };
  assert.equal(silentWords([]), "");
  assert.equal(silentWords([sensor("offline")]), "1 sensor silent");
  const all = [sensor("offline"), sensor("offline"), sensor("late")];
  assert.equal(silentWords(all), "2 sensors silent, 1 sensor late");
});
