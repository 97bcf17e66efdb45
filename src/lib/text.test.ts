import assert from "node:assert/strict";
import { test } from "node:test";
import { keepable } from "./text.ts";

test("NUL and halves of surrogate pairs are replaced, everything else stays", () => {
  assert.equal(keepable("a\0b\0"), "a␀b␀");
  assert.equal(keepable("\ud83d 😀 \ude00"), "\ufffd 😀 \ufffd");
  assert.equal(keepable("\ud83d\ud83d\ude00"), "\ufffd😀");
  assert.equal(keepable("Größe\n\t\u001b"), "Größe\n\t\u001b");
});
