import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureFrame } from "../../src/domain/led-picture.ts";
import { frame } from "../../src/domain/led-ring.ts";
import { animationCommand, FIRST_ANIMATION, patternCommand, RED, steady } from "../led-form.ts";
import { pictureOf, previewOf } from "./led-preview.ts";
import { showAt } from "./led-show.ts";

const SCANNER = { ...FIRST_ANIMATION, mode: 40, durationMs: 1_000 };

test("the preview is the animation that is sent, and goes on after its duration", () => {
  const show = previewOf(animationCommand(SCANNER), 24);
  const { mode, speed, colours } = SCANNER;
  assert.equal(show.pace, 1);
  for (const tMs of [0, 400, 5_000])
    assert.deepEqual(showAt(show, tMs), frame({ mode, speed, colours }, tMs, 24));
});

test("a fast strobe is held back in the preview, not in what is sent", () => {
  const command = animationCommand({ ...FIRST_ANIMATION, mode: 23, speed: 255 });
  assert.ok(previewOf(command, 24).pace < 0.5);
  assert.equal(command.parameters["speed"], 255);
});

test("after an animation's time the pattern below it shows again", () => {
  const picture = pictureOf([
    { ...patternCommand(steady(RED)), at: 0 },
    { ...animationCommand(SCANNER), at: 100 },
  ]);
  assert.deepEqual(pictureFrame(picture, 1_200, 1), [0xff0000]);
  assert.equal(picture.animation?.until, 1_100);
});
