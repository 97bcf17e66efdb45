import assert from "node:assert/strict";
import { test } from "node:test";
import { LED_MODES } from "../../src/domain/led-modes.ts";
import { animationCommand, FIRST_ANIMATION } from "../led-form.ts";
import { LedAhead } from "./led-ahead.ts";
import { previewOf } from "./led-preview.ts";
import { showAt } from "./led-show.ts";

const LEDS = 24;
const timeOf = (beat: number) => 1_234 + 50 * beat;

test("what is worked out ahead is what the show shows at that beat", () => {
  for (const { id: mode } of LED_MODES) {
    const show = previewOf(animationCommand({ ...FIRST_ANIMATION, mode }), LEDS);
    const ahead = new LedAhead(show, timeOf, mode);
    for (const beat of beats()) {
      assert.deepEqual([...(ahead.at(beat) ?? [])], showAt(show, timeOf(beat)), `${mode} ${beat}`);
    }
  }
});

/** One after the other, some left out as on a busy machine, a long way on, and back again. */
function beats(): readonly number[] {
  const all = Array.from({ length: 60 }, (_, beat) => beat);
  return [...all.filter((beat) => beat % 7 !== 3), 1_000, 1_001, 5];
}
