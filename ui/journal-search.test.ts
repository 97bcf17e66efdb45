import assert from "node:assert/strict";
import { test } from "node:test";

// biome-ignore lint/style/noProcessEnv: a place with summer time
process.env["TZ"] = "Europe/Zurich";
const { isBackwards, journalQuery, journalSearch } = await import("./journal-search.ts");

function here(text: string): number {
  return new Date(text).getTime();
}

test("days of the address are days of this place, the last one with all its hours", () => {
  const autumn = journalQuery({ first: "2026-10-25", last: "2026-10-25" });
  assert.deepEqual(autumn, { from: here("2026-10-25T00:00"), to: here("2026-10-26T00:00") });
  assert.equal((autumn.to ?? 0) - (autumn.from ?? 0), 25 * 3_600_000);
  assert.deepEqual(journalQuery({ last: "2026-12-31" }), { to: here("2027-01-01T00:00") });
  assert.deepEqual(journalQuery({ actor: "a", kind: "b" }), { actor: "a", kind: "b" });
});

test("what in an address is no day, and no text, is passed over", () => {
  const odd = { first: "2026-02-30", last: "tomorrow", kind: 7, actor: "", subject: "device:1" };
  assert.deepEqual(journalSearch(odd), { subject: "device:1" });
  const day = { first: "2026-02-28", actor: "a" };
  assert.deepEqual(journalSearch(day), day);
});

test("a last day before the first one is seen", () => {
  assert.equal(isBackwards({ first: "2026-03-02", last: "2026-03-01" }), true);
  assert.equal(isBackwards({ first: "2026-03-01", last: "2026-03-01" }), false);
  assert.equal(isBackwards({ last: "2026-03-01" }), false);
});
