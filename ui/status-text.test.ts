import assert from "node:assert/strict";
import { test } from "node:test";
import { statusText } from "./status-text.ts";

test("a status word is told in plain words, signed or not", () => {
  assert.equal(statusText(0x80310000), "no communication (0x80310000)");
  assert.equal(statusText(-2_144_272_384), "no communication (0x80310000)");
});

test("what nobody has named is told by its bits", () => {
  assert.equal(statusText(0x80ff0001), "status word 0x80FF0001");
});
