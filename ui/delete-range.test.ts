import assert from "node:assert/strict";
import { test } from "node:test";
import { isBeyond, rangeIn, sumsIn, typedRange, wholeSeconds } from "./delete-range.ts";

const NOON = Date.parse("2026-03-03T12:00:00Z");
const HOUR_MS = 3_600_000;
const shown = { from: NOON, to: NOON + HOUR_MS };

test("what is offered to delete holds all that is seen, and nothing that has not happened", () => {
  const seen = { from: NOON + 400, to: NOON + 9_400 };
  assert.deepEqual(wholeSeconds(seen, NOON + HOUR_MS), { from: NOON, to: NOON + 10_000 });
  assert.deepEqual(wholeSeconds(seen, NOON + 9_400), { from: NOON, to: NOON + 9_000 });
});

test("a range that is typed is read in this place's zone, and has to end after it begins", () => {
  const typed = typedRange(shown);
  assert.match(typed.from, /^2026-03-0\dT\d\d:\d\d:00$/);
  assert.deepEqual(rangeIn(typed, shown), shown);
  const later = typedRange({ from: NOON + 5_000, to: NOON + 7_000 });
  assert.deepEqual(rangeIn(later, shown), { from: NOON + 5_000, to: NOON + 7_000 });
  assert.equal(rangeIn({ from: typed.to, to: typed.from }, shown), undefined);
  assert.equal(rangeIn({ from: typed.from, to: "" }, shown), undefined);
});

test("what was left as it stood is what it stood for, to the millisecond", () => {
  const odd = { from: NOON + 123, to: NOON + 45_678 };
  assert.deepEqual(rangeIn(typedRange(odd), odd), odd);
});

test("it is told how many hours and days of UTC are made anew", () => {
  assert.deepEqual(sumsIn(shown), { hours: 1, days: 1 });
  assert.deepEqual(sumsIn({ from: NOON - 1, to: NOON + 1 }), { hours: 2, days: 1 });
  assert.deepEqual(sumsIn({ from: NOON, to: NOON + 12 * HOUR_MS + 1 }), { hours: 13, days: 2 });
});

test("where raw samples are kept for good, no range reaches to where only sums are left", () => {
  const now = NOON + 48 * HOUR_MS;
  assert.equal(isBeyond(shown, null, now), false);
  assert.equal(isBeyond(shown, 3, now), false);
  assert.equal(isBeyond(shown, 1, now), true);
});
