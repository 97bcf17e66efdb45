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

test("a lit LED shines where it sits, and nowhere else", () => {
  const area = darkRing();
  assert.ok(lightUp(area, RING, lit({ 6: 0xff8000 }), lit({})));
  assert.equal(pixelAt(area, 6), 0xff0080ff);
  assert.equal(pixelAt(area, 0), BODY);
  assert.equal(pixelAt(area, 18), BODY);
  assert.ok(area.words.every((word, at) => isOfRing(at) || word === 0));
});

test("a ring without light stays the dark ring", () => {
  const area = darkRing();
  const dark = area.words.slice();
  assert.equal(lightUp(area, RING, lit({}), lit({})), false);
  const shown = lit({});
  lightUp(area, RING, lit({ 3: 0xffffff, 4: 0x00ff00 }), shown);
  assert.notDeepEqual(area.words, dark);
  lightUp(area, RING, lit({}), shown);
  assert.deepEqual(area.words, dark);
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
      const shown = lit({});
      lightUp(step, RING, before, shown);
      assert.equal(lightUp(step, RING, after, shown), before !== after);
      const whole = darkRing();
      lightUp(whole, RING, after, lit({}));
      assert.deepEqual(step.words, whole.words);
    }
  }
});

test("a fade is followed to within what is seen, and out to the dark", () => {
  const area = darkRing();
  const shown = lit({});
  for (let level = 255; level >= 0; level -= 1) {
    lightUp(area, RING, lit({ 6: level * 0x010101 }), shown);
    const red = pixelAt(area, 6) & 255;
    if (level >= 4) assert.ok(Math.abs(red - level) < 4, `${red} is shown for ${level}`);
  }
  assert.deepEqual(area.words, darkRing().words);
});

test("between two LEDs of one colour there is more light than beside one of them", () => {
  const both = darkRing();
  lightUp(both, RING, lit({ 0: 0xffffff, 1: 0xffffff }), lit({}));
  const [one, other] = [placeOf(0, LEDS, EDGE), placeOf(1, LEDS, EDGE)];
  const between = wordAt(both, (one.x + other.x) / 2, (one.y + other.y) / 2);
  assert.ok((between & 255) > 0x50, `only ${between & 255}`);
});

function darkRing() {
  const area = { words: new Uint32Array(60 * STRIDE), stride: STRIDE, at: AT };
  putDark(area, RING);
  return area;
}

function lit(lights: Readonly<Record<number, Colour>>): Int32Array {
  return Int32Array.from({ length: LEDS }, (_, led) => lights[led] ?? 0);
}

function pixelAt(area: { readonly words: Uint32Array }, led: number): number {
  const { x, y } = placeOf(led, LEDS, EDGE);
  return wordAt(area, x, y);
}

function wordAt({ words }: { readonly words: Uint32Array }, x: number, y: number): number {
  return words[AT + Math.floor(y) * STRIDE + Math.floor(x)] ?? 0;
}

function isOfRing(at: number): boolean {
  const [row, column] = [Math.floor(at / STRIDE) - 7, (at % STRIDE) - 30];
  return row >= 0 && row < EDGE && column >= 0 && column < EDGE;
}
