import assert from "node:assert/strict";
import { test } from "node:test";
import { LED_MODES } from "../../src/domain/led-modes.ts";
import { basicFrame } from "../../src/domain/led-patterns.ts";
import { frame } from "../../src/domain/led-ring.ts";
import { paceOf, type RingPicture, stillTime } from "./led-pace.ts";

const COLOURS = [0xffffff, 0, 0];

function animation(mode: number, speed: number): RingPicture {
  return (tMs) => frame({ mode, speed, colours: COLOURS }, tMs);
}

test("a calm animation plays as fast as on the device", () => {
  assert.equal(paceOf(animation(0, 255)), 1);
  assert.equal(paceOf(animation(2, 128)), 1);
  assert.equal(paceOf(animation(9, 255)), 1);
});

test("no preview flashes more than three times in any second", () => {
  for (const { id, identifier } of LED_MODES) {
    const picture = animation(id, 255);
    const pace = paceOf(picture);
    assert.ok(pace > 0 && pace <= 1, identifier);
    const slowed: RingPicture = (tMs) => picture(tMs * pace);
    assert.equal(paceOf(slowed), 1, `${identifier} still flashes at ${pace}`);
  }
});

test("a basic pattern that blinks four times a second is slowed too", () => {
  const picture: RingPicture = (tMs) =>
    basicFrame({ pattern: 3, colours: [63, 63], period: 1, dutyCycle: 5 }, tMs);
  assert.ok(paceOf(picture) <= 0.75);
});

test("the still picture of a blinking ring is not the dark half", () => {
  const picture: RingPicture = (tMs) =>
    basicFrame({ pattern: 3, colours: [48, 0], period: 8, dutyCycle: 2 }, tMs + 1_000);
  assert.ok(picture(stillTime(picture)).some((colour) => colour > 0));
});
