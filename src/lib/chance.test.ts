import assert from "node:assert/strict";
import { test } from "node:test";
import { draws, lastDrawn, noise, ranks } from "./chance.ts";

test("the same question gets the same answer, another seed or purpose another", () => {
  assert.equal(draws(1, 2)(3, 4), draws(1, 2)(3, 4));
  const answers = [draws(1, 2)(3, 4), draws(2, 2)(3, 4), draws(1, 3)(3, 4), draws(1, 2)(4, 3)];
  assert.equal(new Set(answers).size, 4);
});

test("draws are spread evenly from 0 to 1, also far from the first epoch", () => {
  for (const start of [0, 1.7e9, -50_000]) {
    const draw = draws(7, 1);
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index += 1) {
      const tenth = Math.floor(draw(start + index, index % 7) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    assert.ok(
      tenths.every((count) => count > 850 && count < 1_150),
      tenths.join(),
    );
  }
});

test("ranks are each place once, in another order in each epoch", () => {
  const draw = draws(3, 3);
  const order = Array.from(ranks(draw, 5, 24));
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    Array.from({ length: 24 }, (_, index) => index),
  );
  assert.notDeepEqual(order, Array.from(ranks(draw, 6, 24)));
});

test("what was drawn last stays until the next draw", () => {
  const draw = draws(9, 9);
  const drawn = Array.from({ length: 100 }, (_, epoch) => lastDrawn(draw, 0.3, epoch, 1));
  for (const [epoch, last] of drawn.entries()) {
    const isDrawn = draw(epoch, 1) < 0.3;
    if (epoch > 0) assert.equal(last, isDrawn ? epoch : drawn[epoch - 1]);
  }
});

test("noise is smooth and stays between 0 and 1", () => {
  const draw = draws(2, 2);
  for (let x = -3; x < 3; x += 0.01) {
    const here = noise(draw, x, 0.4);
    assert.ok(here >= 0 && here <= 1);
    assert.ok(Math.abs(noise(draw, x + 0.01, 0.4) - here) < 0.05);
  }
});
