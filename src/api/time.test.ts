import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, isoColumn, timeOf } from "./time.ts";

test("a column of times reads as each of them would alone", () => {
  const times = Float64Array.of(
    0,
    1,
    999,
    59_999,
    60_000,
    Date.UTC(2026, 1, 28, 23, 59, 59, 999),
    Date.UTC(2026, 2, 1),
    Date.UTC(2026, 1, 28, 23, 59, 59, 999),
    1.75,
    -1,
    -60_000.5,
    Date.UTC(-1, 0, 1),
    8.64e15,
  );
  assert.deepEqual(
    isoColumn(times),
    Array.from(times, (at) => iso(Math.floor(at))),
  );
});

test("a time is ISO 8601 with an offset, or milliseconds since the epoch", () => {
  const at = Date.UTC(2026, 0, 1);
  for (const given of ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", String(at), at]) {
    assert.deepEqual(timeOf(given, "from"), { ok: true, value: at });
  }
  for (const given of ["2026-01-01T00:00:00", "", "now", "1e12", "0x10", 1e16, Number.NaN]) {
    assert.equal(timeOf(given, "from").ok, false, String(given));
  }
});
