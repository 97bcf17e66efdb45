import assert from "node:assert/strict";
import { test } from "node:test";
import type { Colour } from "../../src/domain/led-colour.ts";
import { placeOf } from "./led-draw.ts";
import { lightUp, putDark, ringPixels } from "./led-pixels.ts";

const EDGE = 40;
const LEDS = 24;
const STRIDE = 100;
const AT = 7 * STRIDE + 30;
const BODY = 0xff0a0a0a;
const RING = ringPixels(new Uint32Array(EDGE * EDGE).fill(BODY), EDGE, LEDS, STRIDE);
const DARK = lit({});

test("a lit LED shines where it sits, and nowhere else", () => {
  const area = darkRing();
  assert.ok(lightUp(area, RING, lit({ 6: 0xff8000 }), DARK));
  assert.equal(pixelAt(area, 6), 0xff0080ff);
  assert.equal(pixelAt(area, 0), BODY);
  assert.equal(pixelAt(area, 18), BODY);
  assert.ok(area.words.every((word, at) => isOfRing(at) || word === 0));
});

test("a ring without light stays the dark ring", () => {
  const area = darkRing();
  const dark = area.words.slice();
  lightUp(area, RING, lit({}), DARK);
  assert.deepEqual(area.words, dark);
  assert.equal(lightUp(area, RING, lit({}), lit({})), false);
});

test("from any picture to any other, writing what changed is writing all", () => {
  const pictures = [
    lit({}),
    lit({ 0: 0xff0000, 1: 0x00ff00, 23: 0x0000ff }),
    lit({ 1: 0x00ff00, 2: 0xffffff, 12: 0x808080 }),
    Int32Array.from({ length: LEDS }, (_, led) => led * 0x0a0501),
  ];
  for (const before of pictures) {
    for (const after of pictures) {
      const step = darkRing();
      lightUp(step, RING, before, DARK);
      assert.equal(lightUp(step, RING, after, before), before !== after);
      const whole = darkRing();
      lightUp(whole, RING, after, DARK);
      assert.deepEqual(step.words, whole.words);
    }
  }
});

function darkRing() {
  const area = { words: new Uint32Array(60 * STRIDE), stride: STRIDE, at: AT };
  putDark(area, RING);
  return area;
}

function lit(lights: Readonly<Record<number, Colour>>): Int32Array {
  return Int32Array.from({ length: LEDS }, (_, led) => lights[led] ?? 0);
}

function pixelAt({ words }: { readonly words: Uint32Array }, led: number): number | undefined {
  const { x, y } = placeOf(led, LEDS, EDGE);
  return words[AT + Math.floor(y) * STRIDE + Math.floor(x)];
}

function isOfRing(at: number): boolean {
  const [row, column] = [Math.floor(at / STRIDE) - 7, (at % STRIDE) - 30];
  return row >= 0 && row < EDGE && column >= 0 && column < EDGE;
}
