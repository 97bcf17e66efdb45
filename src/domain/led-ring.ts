import type { Colour } from "./led-colour.ts";
import { FILLS } from "./led-fills.ts";
import { LED_MODES } from "./led-modes.ts";
import { RUNS } from "./led-runs.ts";
import { DARK, type Effect, type Scene, type Shader } from "./led-scene.ts";
import { SPARKS } from "./led-sparks.ts";
import { THROWS } from "./led-throws.ts";
import { WAVES } from "./led-waves.ts";

/** What a `led-ring` command asks for, except how long. */
export type Animation = {
  /** -1 clears the ring, 0 to 102 are LED_MODES. */
  readonly mode: number;
  /** 0 to 255, 255 the fastest. */
  readonly speed: number;
  /** Up to three, as 0xRRGGBB; missing ones are black. */
  readonly colours: readonly Colour[];
};

/** Most rings of this size have 24 LEDs; the specification does not say. */
export const LED_COUNT = 24;

/**
 * The picture of an animation after `tMs`: a colour for each LED. A pure function, the same in the
 * simulator, in the preview on the screens and in the tests; what looks like chance comes from
 * `seed`. It follows the published behaviour of each mode; the device itself may differ.
 */
export function frame(animation: Animation, tMs: number, ledCount = LED_COUNT, seed = 0): Colour[] {
  return paint(ledCount, animationShader(animation, tMs, ledCount, seed));
}

/** The same for those who keep the colours themselves. */
export function animationShader(
  animation: Animation,
  tMs: number,
  ledCount: number,
  seed: number,
): Shader {
  const effect = EFFECTS[animation.mode];
  return effect ? effect(sceneOf(animation, tMs, ledCount, seed)) : DARK;
}

/** Asks for the colour of each LED. */
export function paint(ledCount: number, shader: Shader): Colour[] {
  const colours: Colour[] = [];
  for (let led = 0; led < ledCount; led += 1) colours.push(shader(led));
  return colours;
}

const FAMILIES = { ...FILLS, ...RUNS, ...SPARKS, ...WAVES, ...THROWS };

/** By mode id. */
const EFFECTS: readonly (Effect | undefined)[] = LED_MODES.map(
  ({ identifier }) => FAMILIES[identifier.slice("FX_MODE_".length)],
);

function sceneOf(
  { mode, speed, colours }: Animation,
  t: number,
  ledCount: number,
  seed: number,
): Scene {
  const period = LED_MODES[mode]?.tempo(speed, ledCount) ?? Number.POSITIVE_INFINITY;
  const step = Math.floor(t / period);
  const [c0 = 0, c1 = 0, c2 = 0] = colours;
  const phase = period === Number.POSITIVE_INFINITY ? 0 : t / period - step;
  return { ledCount, speed, t, seed, c0, c1, c2, period, step, phase };
}
