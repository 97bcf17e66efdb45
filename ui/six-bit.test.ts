import assert from "node:assert/strict";
import { test } from "node:test";
import { sixBitName } from "./six-bit.ts";

test("the specification's colours have the names that it gives them", () => {
  assert.equal(sixBitName(48), "red");
  assert.equal(sixBitName(12), "green");
  assert.equal(sixBitName(3), "blue");
  assert.equal(sixBitName(0), "black");
  assert.equal(sixBitName(63), "white");
  assert.equal(sixBitName(60), "yellow");
  assert.equal(sixBitName(15), "cyan");
  assert.equal(sixBitName(51), "magenta");
});

test("each of the 64 has a name that says its hue, depth and paleness", () => {
  assert.equal(sixBitName(56), "orange");
  assert.equal(sixBitName(16), "dark red");
  assert.equal(sixBitName(32), "medium red");
  assert.equal(sixBitName(31), "pale cyan");
  for (let code = 0; code < 64; code += 1) assert.match(sixBitName(code), /^[a-z ]+$/);
});
