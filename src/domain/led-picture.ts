import type { Json, JsonObject } from "../lib/json.ts";
import { type Colour, parseColour } from "./led-colour.ts";
import { type BasicPattern, patternShader } from "./led-patterns.ts";
import { type Animation, animationShader, LED_COUNT, paint } from "./led-ring.ts";
import { DARK, type Shader } from "./led-scene.ts";

/**
 * What a ring shows. A basic pattern stays until it is cleared or replaced; an animation lies over
 * it for its duration, then the pattern shows again. The specification says both, not how they
 * meet; this is its literal reading.
 */
export type LedPicture = {
  readonly pattern: (BasicPattern & { readonly from: number }) | null;
  readonly animation: (Animation & { readonly from: number; readonly until: number }) | null;
};

export const DARK_RING: LedPicture = { pattern: null, animation: null };

const CLEAR_MODE = -1;
const CLEAR_PATTERN = 1;

/** The picture after a `led-ring` or `led-ring-basic` command; other commands leave it as it is. */
export function pictureAfter(
  picture: LedPicture,
  command: { readonly name: string; readonly parameters: JsonObject },
  at: number,
): LedPicture {
  const { name, parameters } = command;
  if (name === "led-ring") {
    const animation = animationOf(parameters);
    if (animation.mode === CLEAR_MODE) return DARK_RING;
    return {
      ...picture,
      animation: { ...animation, from: at, until: at + numberIn(parameters, "duration") },
    };
  }
  if (name === "led-ring-basic") {
    const pattern = patternOf(parameters);
    if (pattern.pattern === CLEAR_PATTERN) return DARK_RING;
    return { ...picture, pattern: { ...pattern, from: at } };
  }
  return picture;
}

/** A colour for each LED. */
export function pictureFrame(
  picture: LedPicture,
  at: number,
  ledCount = LED_COUNT,
  seed = 0,
): Colour[] {
  return paint(ledCount, pictureShader(picture, at, ledCount, seed));
}

/** The same for those who keep the colours themselves. */
export function pictureShader(
  { animation, pattern }: LedPicture,
  at: number,
  ledCount: number,
  seed = 0,
): Shader {
  if (animation && at < animation.until) {
    return animationShader(animation, at - animation.from, ledCount, seed);
  }
  return pattern ? patternShader(pattern, at - pattern.from, ledCount) : DARK;
}

/** Reads the parameters of a `led-ring` command; what is missing counts as 0 or black. */
function animationOf(parameters: JsonObject): Animation {
  return {
    mode: numberIn(parameters, "mode"),
    speed: numberIn(parameters, "speed"),
    colours: listIn(parameters, "colors").map((colour) => parseColour(String(colour)) ?? 0),
  };
}

/** Reads the parameters of a `led-ring-basic` command. */
function patternOf(parameters: JsonObject): BasicPattern {
  const [first = 0, second = 0] = listIn(parameters, "colors").map(Number);
  return {
    pattern: numberIn(parameters, "pattern"),
    colours: [first, second],
    period: numberIn(parameters, "period"),
    dutyCycle: numberIn(parameters, "duty-cycle"),
  };
}

function numberIn(parameters: JsonObject, key: string): number {
  const value = parameters[key];
  return typeof value === "number" ? value : 0;
}

function listIn(parameters: JsonObject, key: string): readonly Json[] {
  const value = parameters[key];
  return Array.isArray(value) ? value : [];
}
