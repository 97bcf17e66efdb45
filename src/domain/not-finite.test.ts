import assert from "node:assert/strict";
import { test } from "node:test";
import { notFiniteIn } from "./not-finite.ts";

test("NaN and infinities are known, whoever has printed them, and nothing else is taken for one", () => {
  const [less, more] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const said of [Number.NaN, "NaN", "nan", "-nan", " NAN "]) {
    assert.ok(Number.isNaN(notFiniteIn(said)), String(said));
  }
  for (const said of [more, "Infinity", "inf", "+Inf"]) assert.equal(notFiniteIn(said), more);
  for (const said of [less, "-Infinity", "-inf"]) assert.equal(notFiniteIn(said), less);
  for (const said of [0, 5, 2n, true, null, "", "5", "1e999", "nano", "info", "in f"]) {
    assert.equal(notFiniteIn(said), undefined, String(said));
  }
});
