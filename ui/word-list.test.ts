import assert from "node:assert/strict";
import { test } from "node:test";
import { WordList } from "./word-list.ts";

test("each text has its own number, and a number leads back to its text", () => {
  const words = new WordList();
  assert.deepEqual(
    ["idle", "busy", "idle"].map((text) => words.numberOf(text)),
    [0, 1, 0],
  );
  assert.equal(words.wordOf(1), "busy");
  assert.equal(words.wordOf(2), undefined);
});

test("numbers are themselves, states are 0 and 1, and nothing stays nothing", () => {
  const words = new WordList();
  const values = [2.5, 3n, true, false, null, Number.NaN];
  assert.deepEqual(
    values.map((value) => words.numberOf(value)),
    [2.5, 3, 1, 0, null, null],
  );
});
