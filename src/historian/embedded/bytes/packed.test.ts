import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "../../../lib/chance.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { readPacked, writePacked } from "./packed.ts";

function packed(numbers: readonly number[]): Uint8Array {
  const out = new ByteWriter();
  writePacked(out, Float64Array.from(numbers), 0, numbers.length);
  return out.bytes.slice(0, out.length);
}

test("numbers of every width come back, and what follows them is found", () => {
  const random = chances(2);
  for (let width = 0; width <= 51; width += 1) {
    for (const count of [1, 2, 33, 64, 65, 66, 200]) {
      const span = 2 ** width;
      const numbers = Array.from({ length: count }, () => Math.round((random() - 0.5) * span) + 0);
      const bytes = Uint8Array.of(...packed(numbers), 77, 1, 2, 3);
      const body = new ByteReader(bytes);
      const read = new Float64Array(count);
      readPacked(body, read, { from: 0, to: count });
      assert.deepEqual(Array.from(read), numbers, `${count} of ${width} bits`);
      assert.equal(body.byte(), 77);
    }
  }
});

test("the ends of a word come back", () => {
  const numbers = [0, 2 ** 32 - 1, 0, 2 ** 32 - 1, 2 ** 31, -1, -(2 ** 50), 2 ** 50, 2 ** 50, 0];
  const read = new Float64Array(numbers.length);
  readPacked(new ByteReader(packed(numbers)), read, { from: 0, to: numbers.length });
  assert.deepEqual(Array.from(read), numbers);
});

test("a steady clock costs nothing but its beginning, a counter its steps", () => {
  const clock = Array.from({ length: 129 }, (_, row) => 1.7e12 + row * 1_000);
  assert.ok(packed(clock).length < 16);
  const random = chances(5);
  let wattHours = 123_456_789;
  const counter = Array.from({ length: 1_025 }, () => {
    wattHours += Math.floor(random() * 1_000);
    return wattHours;
  });
  assert.ok(packed(counter).length < 1_024 * 1.35);
});
