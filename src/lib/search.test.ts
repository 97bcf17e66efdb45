import assert from "node:assert/strict";
import { test } from "node:test";
import { searchFor } from "./search.ts";

test("every word is in the text, in whatever order and case, within words too", () => {
  assert.ok(searchFor("HALLE öl")("Ölpumpe 3, Halle West"));
  assert.ok(searchFor(" pumpe ")("Ölpumpe 3, Halle West"));
  assert.ok(!searchFor("halle ost")("Ölpumpe 3, Halle West"));
  assert.ok(searchFor("  ")(""));
});
