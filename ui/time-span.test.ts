import assert from "node:assert/strict";
import { test } from "node:test";

// biome-ignore lint/style/noProcessEnv: a place with summer time
process.env["TZ"] = "Europe/Zurich";
const { namedSpans, spanWords } = await import("./time-span.ts");

const HOUR = 3_600_000;
/** A Wednesday, in the week in which summer time has ended. */
const NOW = here("2026-10-28T14:10");

function here(text: string): number {
  return new Date(text).getTime();
}

function said(from: string, to: string): string {
  return spanWords({ from: here(from), to: here(to) }).replaceAll(/\s/g, " ");
}

test("a span says what is the same once, and hours only where they matter", () => {
  assert.equal(said("2024-03-03T00:00", "2024-03-04T00:00"), "3 Mar 2024");
  assert.equal(said("2024-03-01T00:00", "2024-04-01T00:00"), "1 – 31 Mar 2024");
  assert.equal(said("2024-03-03T14:00", "2024-03-03T15:30"), "3 Mar 2024, 14:00–15:30");
  assert.match(said("2024-03-03T14:00:05", "2024-03-03T14:00:35"), /14:00:05 ?– ?.*14:00:35$/);
});

test("what is asked for by name begins at midnight of this place", () => {
  const spans = new Map(namedSpans(NOW).map(({ name, from, to }) => [name, { from, to }]));
  const whole = (from: string, to: string) => ({ from: here(from), to: here(to) });
  assert.deepEqual(spans.get("Today"), { from: here("2026-10-28T00:00"), to: NOW });
  assert.deepEqual(spans.get("Yesterday"), whole("2026-10-27T00:00", "2026-10-28T00:00"));
  assert.deepEqual(spans.get("This week"), { from: here("2026-10-26T00:00"), to: NOW });
  assert.deepEqual(spans.get("Last week"), whole("2026-10-19T00:00", "2026-10-26T00:00"));
  assert.deepEqual(spans.get("Last month"), whole("2026-09-01T00:00", "2026-10-01T00:00"));
  assert.deepEqual(spans.get("Last year"), whole("2025-01-01T00:00", "2026-01-01T00:00"));
});

test("a week in which summer time ends has an hour more", () => {
  const week = namedSpans(NOW).find(({ name }) => name === "Last week");
  assert.equal((week?.to ?? 0) - (week?.from ?? 0), (7 * 24 + 1) * HOUR);
});

test("a month that has no such day is not skipped", () => {
  const [, , , , , last] = namedSpans(here("2026-03-31T10:00"));
  assert.deepEqual(last, {
    name: "Last month",
    from: here("2026-02-01T00:00"),
    to: here("2026-03-01T00:00"),
  });
});
