import assert from "node:assert/strict";
import { test } from "node:test";
import { sixBitBeside, sixBitName, sixBits } from "./six-bit.ts";

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

test("arrows walk over all 64: blue and red to the right, green downwards, and stop at the edge", () => {
  const walked = new Set<number>();
  for (let down = 0, row = 0; down < 4; down += 1) {
    for (let right = 0, code = row; right < 16; right += 1) {
      walked.add(code);
      code = sixBitBeside(code, "ArrowRight") ?? -1;
    }
    row = sixBitBeside(row, "ArrowDown") ?? -1;
  }
  assert.equal(walked.size, 64);
  assert.equal(sixBitBeside(3, "ArrowRight"), 16, "blue at its most, then more red");
  assert.equal(sixBitBeside(16, "ArrowLeft"), 3);
  assert.equal(sixBitBeside(12, "ArrowDown"), 12);
  assert.equal(sixBitBeside(12, "ArrowUp"), 8);
  assert.equal(sixBitBeside(0, "ArrowLeft"), 0);
  assert.deepEqual([sixBitBeside(42, "Home"), sixBitBeside(42, "End")], [0, 63]);
  assert.equal(sixBitBeside(42, "Tab"), undefined);
});

test("a code is written as the specification writes it, two bits a colour", () => {
  assert.deepEqual([48, 12, 3, 56].map(sixBits), ["11 00 00", "00 11 00", "00 00 11", "11 10 00"]);
});
