import assert from "node:assert/strict";
import { test } from "node:test";
import { scaleLabels } from "./scale-labels.ts";

/** What fits beside a plot. */
const LETTERS_MAX = 7;

function shown(splits: readonly number[]): string[] {
  return scaleLabels(splits).map((label) => label.replaceAll("\u202f", " "));
}

test("a scale says its numbers as fine as its steps", () => {
  assert.deepEqual(shown([0, 20_000, 40_000]), ["0", "20 000", "40 000"]);
  assert.deepEqual(shown([17.5, 20, 22.5]), ["17.5", "20.0", "22.5"]);
  assert.deepEqual(shown([-0.02, 0, 0.02]), ["\u22120.02", "0.00", "0.02"]);
});

test("what is too long for its room has a prefix, one for the whole scale", () => {
  assert.deepEqual(shown([0, 500e6, 1_000e6]), ["0", "0.5 G", "1.0 G"]);
  assert.deepEqual(shown([9e15, 9.05e15]), ["9.00 P", "9.05 P"]);
  assert.deepEqual(shown([0, 2e-4, 4e-4]), ["0", "200 µ", "400 µ"]);
  assert.deepEqual(shown([0, 5e299]), ["0", "5.0e+299"]);
});

test("a label never needs more room than there is", () => {
  for (let power = -9; power < 18; power += 1) {
    const step = 10 ** power;
    const labels = shown([0, step, 2 * step, 5 * step]);
    for (const label of labels) assert.ok(label.length <= LETTERS_MAX, label);
  }
});
