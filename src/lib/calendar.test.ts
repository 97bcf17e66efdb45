import assert from "node:assert/strict";
import { test } from "node:test";
import { calendarStarts, isTimeZone, momentsOf } from "./calendar.ts";

const zurich = { timeZone: "Europe/Zurich" } as const;

function startsOf(
  from: string,
  to: string,
  more: { unit: "hour" | "day" | "month"; zone: string },
) {
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
