import assert from "node:assert/strict";
import { test } from "node:test";
import { type CalendarUnit, calendarStarts, isTimeZone, momentsOf } from "./calendar.ts";

const DAY_MS = 24 * 60 * 60_000;
/** The last moment that a date can name. */
const LAST = 8.64e15;
const zurich = { timeZone: "Europe/Zurich" } as const;

function startsOf(from: string, to: string, more: { unit: CalendarUnit; zone: string }) {
  const span = { from: Date.parse(from), to: Date.parse(to), unit: more.unit, timeZone: more.zone };
  return calendarStarts(span).map((at) => new Date(at).toISOString().slice(0, 16));
}

test("a day is 23 hours long when the clocks go forward, and 25 when they go back", () => {
  const zone = "Europe/Zurich";
  assert.deepEqual(startsOf("2026-03-27T23:00Z", "2026-03-30T22:00Z", { unit: "day", zone }), [
    "2026-03-27T23:00",
    "2026-03-28T23:00",
    "2026-03-29T22:00",
  ]);
  assert.deepEqual(startsOf("2026-10-24T22:00Z", "2026-10-26T23:00Z", { unit: "day", zone }), [
    "2026-10-24T22:00",
    "2026-10-25T23:00",
  ]);
});

test("a span that begins within a unit begins with the rest of it", () => {
  const zone = "America/New_York";
  assert.deepEqual(startsOf("2026-01-15T12:00Z", "2026-03-02T00:00Z", { unit: "month", zone }), [
    "2026-01-15T12:00",
    "2026-02-01T05:00",
    "2026-03-01T05:00",
  ]);
});

test("a week begins on Monday, over the end of a year too", () => {
  const zone = "Europe/Zurich";
  assert.deepEqual(startsOf("2026-12-26T23:00Z", "2027-01-12T23:00Z", { unit: "week", zone }), [
    "2026-12-26T23:00",
    "2026-12-27T23:00",
    "2027-01-03T23:00",
    "2027-01-10T23:00",
  ]);
  // In the last week of March an hour is missing, in the last one of October it comes twice.
  assert.deepEqual(startsOf("2026-03-22T23:00Z", "2026-04-05T22:00Z", { unit: "week", zone }), [
    "2026-03-22T23:00",
    "2026-03-29T22:00",
  ]);
  assert.deepEqual(startsOf("2026-10-18T22:00Z", "2026-11-01T23:00Z", { unit: "week", zone }), [
    "2026-10-18T22:00",
    "2026-10-25T23:00",
  ]);
});

test("quarters begin with January, April, July and October, years with January", () => {
  const zone = "Australia/Sydney";
  assert.deepEqual(startsOf("2026-02-28T13:00Z", "2027-01-31T13:00Z", { unit: "quarter", zone }), [
    "2026-02-28T13:00",
    "2026-03-31T13:00",
    "2026-06-30T14:00",
    "2026-09-30T14:00",
    "2026-12-31T13:00",
  ]);
  assert.deepEqual(startsOf("2023-12-31T13:00Z", "2026-01-31T13:00Z", { unit: "year", zone }), [
    "2023-12-31T13:00",
    "2024-12-31T13:00",
    "2025-12-31T13:00",
  ]);
});

test("hours are those on the wall, where it is half an hour off too", () => {
  const zone = "Asia/Kolkata";
  assert.deepEqual(startsOf("2026-01-01T00:00Z", "2026-01-01T02:00Z", { unit: "hour", zone }), [
    "2026-01-01T00:00",
    "2026-01-01T00:30",
    "2026-01-01T01:30",
  ]);
});

test("a day whose midnight is skipped begins with its first moment", () => {
  const zone = "America/Sao_Paulo";
  assert.deepEqual(startsOf("2018-11-03T03:00Z", "2018-11-05T03:00Z", { unit: "day", zone }), [
    "2018-11-03T03:00",
    "2018-11-04T03:00",
    "2018-11-05T02:00",
  ]);
});

test("a day whose midnight comes twice begins with the first one", () => {
  const zone = "America/Havana";
  assert.deepEqual(startsOf("2025-11-01T04:00Z", "2025-11-03T05:00Z", { unit: "day", zone }), [
    "2025-11-01T04:00",
    "2025-11-02T04:00",
  ]);
});

test("a span that begins in the hour of before midnight that comes again goes on from there", () => {
  const zone = "America/St_Johns";
  // One minute after midnight it was a minute past eleven again.
  assert.deepEqual(startsOf("2010-11-07T02:45Z", "2010-11-09T00:00Z", { unit: "day", zone }), [
    "2010-11-07T02:45",
    "2010-11-07T03:30",
    "2010-11-08T03:30",
  ]);
});

test("days and months are those of any year, and end with the last that has a name", () => {
  const UTC = { unit: "day", zone: "UTC" } as const;
  const years = ["0050-12-30", "-000010-12-30"].map((day) => `${day}T00:00Z`);
  for (const first of years) {
    const starts = startsOf(first, new Date(Date.parse(first) + 3 * DAY_MS).toISOString(), UTC);
    assert.equal(starts.length, 3, first);
  }
  const span = { from: LAST - 40 * DAY_MS, to: LAST, timeZone: "Europe/Berlin" };
  assert.equal(calendarStarts({ ...span, unit: "day" }).length, 41);
  assert.equal(calendarStarts({ ...span, unit: "month" }).length, 2);
  assert.equal(calendarStarts({ ...span, unit: "week" }).length, 6);
  assert.equal(calendarStarts({ ...span, unit: "year" }).length, 1);
  const early = { ...span, from: -LAST, to: -LAST + 3 * DAY_MS };
  assert.equal(calendarStarts({ ...early, unit: "day" }).length, 4);
});

test("no more starts than asked for are looked up", () => {
  const endless = { from: 0, to: Number.MAX_SAFE_INTEGER, unit: "hour", ...zurich } as const;
  assert.equal(calendarStarts(endless, 10).length, 10);
});

test("a time zone is known or not", () => {
  assert.ok(isTimeZone("Europe/Zurich"));
  assert.ok(!isTimeZone("Europe/Atlantis"));
});

test("a time on the wall is one moment, two when clocks go back, and none when they skip it", () => {
  const moments = (wall: string) =>
    momentsOf(Date.parse(`${wall}Z`), "Europe/Zurich").map((at) => new Date(at).toISOString());
  assert.deepEqual(moments("2026-01-01T12:30"), ["2026-01-01T11:30:00.000Z"]);
  assert.deepEqual(moments("2026-10-25T02:30"), [
    "2026-10-25T00:30:00.000Z",
    "2026-10-25T01:30:00.000Z",
  ]);
  assert.deepEqual(moments("2026-03-29T02:30"), []);
});
