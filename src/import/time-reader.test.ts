import assert from "node:assert/strict";
import { test } from "node:test";
import { isWallTime, slashedDate, TimeReader } from "./time-reader.ts";

const zurich = new TimeReader({ zone: "Europe/Zurich", dates: "day-first" });

function read(text: string, reader = zurich): string {
  const at = reader.read(text);
  return typeof at === "string" ? at : new Date(at).toISOString();
}

test("times that say their offset are read as they say, whatever the zone", () => {
  for (const text of [
    "2026-03-03T14:22:08Z",
    "2026-03-03T15:22:08+01:00",
    "2026-03-03 14:22:08 UTC",
    "2026-03-03 15:22:08+01",
    "03.03.2026 15:22:08 +0100",
  ]) {
    assert.equal(read(text), "2026-03-03T14:22:08.000Z", text);
    assert.ok(!isWallTime(text), text);
  }
});

test("numbers are seconds, milli-, micro- or nanoseconds since the epoch, by their size", () => {
  for (const text of ["1772547728", "1772547728000", "1772547728000000", "1772547728000000000"]) {
    assert.equal(read(text), "2026-03-03T14:22:08.000Z", text);
  }
  assert.equal(zurich.read("1772547728000.25"), 1772547728000.25);
});

test("times off a wall are of the zone, in every way in which they are written", () => {
  for (const text of [
    "2026-03-03 15:22:08",
    "2026-03-03T15:22:08",
    "2026/3/3 15:22:08",
    "03.03.2026 15:22:08",
    "3/3/2026 3:22:08 PM",
    "3/3/2026, 15:22:08",
  ]) {
    assert.equal(read(text), "2026-03-03T14:22:08.000Z", text);
    assert.ok(isWallTime(text), text);
  }
  assert.equal(read("2026-07-01"), "2026-06-30T22:00:00.000Z");
  assert.equal(read("2026-07-01 00:00:00.2509"), "2026-06-30T22:00:00.250Z");
  assert.equal(read("1.7.2026 12:00 AM"), "2026-06-30T22:00:00.000Z");
});

test("whether day or month comes first is asked of dates with slashes alone", () => {
  const american = new TimeReader({ zone: "UTC", dates: "month-first" });
  assert.equal(read("4/3/2026 00:00", american), "2026-04-03T00:00:00.000Z");
  assert.equal(read("4.3.2026 00:00", american), "2026-03-04T00:00:00.000Z");
  assert.deepEqual(slashedDate("4/13/2026 00:00"), [4, 13]);
  assert.equal(slashedDate("4.3.2026"), undefined);
});

test("the hour that comes twice is told apart by what was read before", () => {
  const first = zurich.read("2026-10-25 02:30:00");
  assert.equal(first, Date.parse("2026-10-25T00:30:00Z"));
  assert.equal(zurich.read("2026-10-25 02:45:00", Number(first)), Number(first) + 900_000);
  const again = zurich.read("2026-10-25 02:15:00", Date.parse("2026-10-25T00:45:00Z"));
  assert.equal(again, Date.parse("2026-10-25T01:15:00Z"));
});

test("what is no time, or was skipped by the clocks, is a sentence", () => {
  assert.match(String(zurich.read("2026-03-29 02:30")), /skipped by the clocks of Europe\/Zurich/);
  for (const text of [
    "",
    "12",
    "2026-02-30 10:00",
    "31.4.2026",
    "2026-01-01 25:00",
    "1.1.2026 13:00 PM",
  ]) {
    assert.match(String(zurich.read(text)), /is no time/, text);
  }
});
