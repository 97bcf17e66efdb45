import assert from "node:assert/strict";
import { test } from "node:test";
import { plainTextOf } from "./plain-text.ts";

test("text is text, in any language and of several lines", () => {
  assert.equal(plainTextOf(Buffer.from('{"é":\t1}\r\n')), '{"é":\t1}\r\n');
  assert.equal(plainTextOf(new Uint8Array()), "");
});

test("bytes that are no UTF-8, or that nobody types, are no text", () => {
  assert.equal(plainTextOf(Uint8Array.of(0xff, 0x41)), null);
  assert.equal(plainTextOf(Buffer.from("\u0008Node Control")), null);
  assert.equal(plainTextOf(Buffer.from("a\u0000")), null);
});
