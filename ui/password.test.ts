import assert from "node:assert/strict";
import { test } from "node:test";
import { strengthOf } from "./password.ts";

test("a short password says how much is missing", () => {
  assert.deepEqual(strengthOf("abc", ""), { level: 0, words: "9 more characters" });
});

test("a name, a row of keys or one sign again and again is too easy", () => {
  for (const easy of ["marie.peeters1", "password1234", "qwertyuiop12", "aaaaaaaaaaaaaa"])
    assert.equal(strengthOf(easy, "marie.peeters").level, 0, easy);
});

test("four words make a strong password", () => {
  assert.equal(strengthOf("quay lamp orchard fiddle", "marie").level, 3);
});

test("twelve characters that do not repeat will do", () => {
  assert.equal(strengthOf("kestrelhouse", "marie").level, 1);
});
