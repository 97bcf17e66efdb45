import assert from "node:assert/strict";
import { test } from "node:test";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = { calendar: "day" } as const;
const WEEKS = { calendar: "week" } as const;
const MONTHS = { calendar: "month" } as const;
const QUARTERS = { calendar: "quarter" } as const;
const YEARS = { calendar: "year" } as const;
// biome-ignore lint/style/noProcessEnv: a place with summer time
process.env["TZ"] = "Europe/Zurich";
const { barCut, barEdges, barLabel, barName, barStarts, sumOf } = await import("./bar-cut.ts");

function here(text: string): number {
  return new Date(text).getTime();
}

test("hours are cut by the clock, what is longer by the calendar", () => {
  assert.deepEqual(barCut(HOUR), { everyMs: 2 * 60_000 });
  assert.deepEqual(barCut(DAY), { everyMs: HOUR });
  assert.deepEqual(barCut(7 * DAY), DAYS);
  assert.deepEqual(barCut(30 * DAY), DAYS);
  assert.deepEqual(barCut(92 * DAY), WEEKS);
  assert.deepEqual(barCut(366 * DAY), MONTHS);
  assert.deepEqual(barCut(4 * 366 * DAY), QUARTERS);
  assert.deepEqual(barCut(20 * 366 * DAY), YEARS);
});

test("a day begins at midnight of this place, not of UTC", () => {
  const view = { from: here("2026-07-05T09:00"), to: here("2026-07-12T09:00") };
  const live = { from: here("2026-07-06T00:00"), to: here("2026-07-13T00:00") };
  assert.deepEqual(barEdges(DAYS, view, true), live);
  assert.deepEqual(barEdges(DAYS, view, false), { ...live, from: here("2026-07-05T00:00") });
  assert.deepEqual(barEdges(DAYS, live, false), live, "whole days stay as they are");
});

test("a day of 25 hours and one of 23 are days", () => {
  const autumn = { from: here("2026-10-25T00:00"), to: here("2026-10-26T00:00") };
  assert.equal(autumn.to - autumn.from, 25 * HOUR);
  assert.deepEqual(barEdges(DAYS, { ...autumn, to: autumn.to - 1 }, false), autumn);
  const spring = { from: here("2026-03-29T00:00"), to: here("2026-03-30T00:00") };
  assert.equal(spring.to - spring.from, 23 * HOUR);
  assert.deepEqual(barEdges(DAYS, { ...spring, to: spring.to - 1 }, false), spring);
});

test("a month is its first to the next one's first", () => {
  const view = { from: here("2025-12-15T10:00"), to: here("2026-03-01T00:00") };
  const edges = { from: here("2025-12-01T00:00"), to: view.to };
  assert.deepEqual(barEdges(MONTHS, view, false), edges);
  assert.equal(barEdges(MONTHS, view, true).from, here("2026-01-01T00:00"));
});

test("a week is a Monday to the next one, and has the number of ISO 8601", () => {
  const view = { from: here("2026-12-30T10:00"), to: here("2027-01-05T00:00") };
  const edges = { from: here("2026-12-28T00:00"), to: here("2027-01-11T00:00") };
  assert.deepEqual(barEdges(WEEKS, view, false), edges);
  assert.equal(barEdges(WEEKS, view, true).from, here("2027-01-04T00:00"));
  assert.deepEqual(barEdges(WEEKS, edges, false), edges, "whole weeks stay as they are");
  assert.equal(barName(WEEKS, edges.from), "week 53, from Mon 28 Dec");
  assert.equal(barName(WEEKS, here("2027-01-04T00:00")), "week 1, from Mon 4 Jan");
  assert.equal(barName(WEEKS, here("2024-12-30T00:00")), "week 1, from Mon 30 Dec");
  assert.equal(barLabel(WEEKS, edges.from), "28 Dec");
});

test("quarters and years begin on their first day", () => {
  const view = { from: here("2025-12-15T10:00"), to: here("2026-05-01T00:00") };
  assert.deepEqual(barEdges(QUARTERS, view, false), {
    from: here("2025-10-01T00:00"),
    to: here("2026-07-01T00:00"),
  });
  assert.deepEqual(barEdges(YEARS, view, false), {
    from: here("2025-01-01T00:00"),
    to: here("2027-01-01T00:00"),
  });
  assert.equal(barName(QUARTERS, here("2025-10-01T00:00")), "Q4 2025");
  assert.equal(barLabel(YEARS, here("2025-01-01T00:00")), "2025");
});

test("bars of a clock begin on its round times, counted from midnight here", () => {
  const cut = { everyMs: 2 * HOUR };
  const view = { from: here("2026-07-05T09:10"), to: here("2026-07-05T13:10") };
  const edges = barEdges(cut, view, true);
  assert.deepEqual(edges, { from: here("2026-07-05T10:00"), to: here("2026-07-05T14:00") });
  assert.deepEqual(barStarts(cut.everyMs, edges), [edges.from, edges.from + 2 * HOUR]);
});

test("what is not known is not nothing", () => {
  assert.equal(sumOf([null, null]), null);
  assert.equal(sumOf([]), null);
  assert.equal(sumOf([null, 0]), 0);
  assert.equal(sumOf([1, null, 2]), 3);
});
