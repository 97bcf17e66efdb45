import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "./chance.ts";
import { scanDecimal } from "./scan-number.ts";

const scanned = (text: string) => scanDecimal(Buffer.from(`(${text})`), 1, text.length + 1);

test("a plain decimal is the number that JavaScript makes of it", () => {
  const plain = ["0", "-0", "7", "-7.25", "0.1", "1.005", ".5", "5.", "007", "123456789012345"];
  for (const text of plain) assert.equal(scanned(text), Number(text), text);
  assert.ok(Object.is(scanned("-0"), -0));
  const random = chances(7);
  for (let round = 0; round < 20_000; round += 1) {
    const text = (random() * 10 ** (round % 9)).toPrecision(1 + (round % 15));
    if (/^[\d.]{1,15}$/.test(text)) assert.equal(scanned(text), Number(text), text);
  }
});

test("what is spelt in any other way is left to others", () => {
  for (const text of ["", "-", ".", "1e5", "NaN", "Infinity", "1,5", "--1", "1.2.3", "0x1", " 1"]) {
    assert.ok(Number.isNaN(scanned(text)), text);
  }
  assert.ok(Number.isNaN(scanned("1234567890123456")));
});
