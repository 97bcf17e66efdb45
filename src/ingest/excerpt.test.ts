import assert from "node:assert/strict";
import { test } from "node:test";
import { textOrHex } from "./excerpt.ts";

test("text stays text also where the cut divides a character", () => {
  assert.equal(textOrHex(Buffer.from("Énergie"), 20), "Énergie");
  assert.equal(textOrHex(Buffer.from("aÉ"), 2), "a");
});

test("bytes that are no text are hex", () => {
  assert.equal(textOrHex(Uint8Array.of(0xff, 0x00, 0x41), 2), "0xff00");
  assert.equal(textOrHex(Buffer.from("É").subarray(0, 1), 2), "0xc3");
});
