import assert from "node:assert/strict";
import { test } from "node:test";
import { timeLabels, timeTicks } from "./time-axis.ts";

const at = (text: string) => new Date(text).getTime();

test("a label says as much as tells it from its neighbours", () => {
  const clock = [at("2026-03-03T14:10"), at("2026-03-03T14:20")];
  assert.deepEqual(timeLabels(clock), ["14:10", "14:20"]);
  const close = [at("2026-03-03T14:10:00"), at("2026-03-03T14:10:10")];
  assert.deepEqual(timeLabels(close), ["14:10:00", "14:10:10"]);
});

test("where a day begins stands the day, on a long axis its date", () => {
  assert.deepEqual(timeLabels([at("2026-03-03T00:00"), at("2026-03-03T06:00")]), [
    "Tue 3",
    "06:00",
  ]);
  assert.deepEqual(timeLabels([at("2026-03-03T00:00"), at("2026-03-23T00:00")]), [
    "3 Mar",
    "23 Mar",
  ]);
});

test("moments to label are round on the wall's clock, and not too many", () => {
  const ticks = timeTicks(at("2026-03-03T14:07"), at("2026-03-03T15:07"), 6);
  assert.deepEqual(timeLabels(ticks), ["14:10", "14:20", "14:30", "14:40", "14:50", "15:00"]);
  const days = timeTicks(at("2026-03-03T06:00"), at("2026-03-07T06:00"), 4);
  assert.deepEqual(timeLabels(days), ["Wed 4", "Thu 5", "Fri 6", "Sat 7"]);
});

test("an axis of years has the year with it", () => {
  const years = [at("2024-01-01T00:00"), at("2025-07-01T00:00")];
  assert.deepEqual(timeLabels(years), ["Jan 2024", "Jul 2025"]);
});
