import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "./led-draw.ts";
import { lightUp, stampsOf } from "./led-pixels.ts";

const EDGE = 40;
const LEDS = 24;

test("a lit LED shines where it sits, and nowhere else", () => {
  const pixels = new Uint8ClampedArray(4 * EDGE * EDGE).fill(10);
  const bytes = new Uint8Array(3 * LEDS);
  bytes.set([255, 0, 0], 3 * 6);
  lightUp(pixels, stampsOf(EDGE, LEDS), bytes);
  assert.deepEqual(pixelAt(pixels, 6), [255, 0, 0]);
  assert.deepEqual(pixelAt(pixels, 0), [10, 10, 10]);
  assert.deepEqual(pixelAt(pixels, 18), [10, 10, 10]);
});

test("a ring without light stays the dark ring", () => {
  const dark = new Uint8ClampedArray(4 * EDGE * EDGE).map((_, at) => at % 200);
  const pixels = dark.slice();
  lightUp(pixels, stampsOf(EDGE, LEDS), new Uint8Array(3 * LEDS));
  assert.deepEqual(pixels, dark);
});

function pixelAt(pixels: Uint8ClampedArray, led: number): number[] {
  const { x, y } = placeOf(led, LEDS, EDGE);
  const at = 4 * (Math.floor(y) * EDGE + Math.floor(x));
  return [...pixels.subarray(at, at + 3)];
}
