import { BLACK, type Colour } from "./led-colour.ts";

/** Everything that a picture depends on. */
export type Scene = {
  readonly ledCount: number;
  /** 0 to 255, 255 the fastest. */
  readonly speed: number;
  /** Milliseconds since the animation began. */
  readonly t: number;
  readonly seed: number;
  readonly c0: Colour;
  /** Mostly the ground. */
  readonly c1: Colour;
  readonly c2: Colour;
  /** What the mode's tempo says, in milliseconds; Infinity stands still. */
  readonly period: number;
  /** How often `period` has passed, and how far the present one is, 0 to 1. */
  readonly step: number;
  readonly phase: number;
};

/** The colour of each LED at one moment. */
export type Shader = (led: number) => Colour;

/** Of a ring that shows nothing. */
export const DARK: Shader = () => BLACK;

/** Looks at the scene once a frame. */
export type Effect = (scene: Scene) => Shader;

/** A frame of the rings' own firmware: some tempos are told in frames. */
export const FRAME_MS = 23;

const TAIL_MS = 350;
const TURN = 2 * Math.PI;

export function fract(x: number): number {
  return x - Math.floor(x);
}

export function modulo(x: number, by: number): number {
  return x - by * Math.floor(x / by);
}

/** Up from 0 to 1 in the first half of the phase, and down again. */
export function triangle(phase: number): number {
  return 1 - Math.abs(1 - 2 * fract(phase));
}

/** A sine from 0 to 1 that begins in the middle and rises. */
export function wave(phase: number): number {
  return 0.5 + 0.5 * Math.sin(TURN * phase);
}

/** Distance of two places on a ring, the short way. */
export function ringDistance(a: number, b: number, ledCount: number): number {
  const apart = modulo(a - b, ledCount);
  return Math.min(apart, ledCount - apart);
}

/** How much of LED `led` the stretch from `start` to `end` covers: soft edges between LEDs. */
export function covered(led: number, start: number, end: number): number {
  return Math.min(Math.max(Math.min(led + 1, end) - Math.max(led, start), 0), 1);
}

/** A soft dot: full at its middle, nothing from `reach` LEDs on. */
export function dot(distance: number, reach = 1): number {
  return Math.max(0, 1 - Math.abs(distance) / reach);
}

/** What is left of a light after `age` milliseconds: 6 % after one second, then nothing. */
export function glow(age: number, tailMs = TAIL_MS): number {
  return age < 0 || age > 4.5 * tailMs ? 0 : Math.exp(-age / tailMs);
}

/** Milliseconds since a head that runs round and round in `turnMs` was last here. */
export function ageOfTurning(led: number, { t, ledCount }: Scene, turnMs: number): number {
  return modulo(t - (turnMs * led) / ledCount, turnMs);
}

/** Milliseconds since a head that runs end to end and back, each way in `passMs`, was last here. */
export function ageOfBouncing(led: number, { t, ledCount }: Scene, passMs: number): number {
  const there = (passMs * led) / Math.max(ledCount - 1, 1);
  return Math.min(modulo(t - there, 2 * passMs), modulo(t + there, 2 * passMs));
}

/** Milliseconds since a head on a sine swing was last here: the sine takes each place twice. */
export function ageOfSwinging(led: number, { t, ledCount }: Scene, swingMs: number): number {
  if (swingMs === Number.POSITIVE_INFINITY) return led === ledCount >> 1 ? 0 : swingMs;
  return ageOfSwing(swingAngle(led, ledCount), t, swingMs);
}

/** When in its swing, in turns, a head is at an LED on its way up. */
export function swingAngle(led: number, ledCount: number): number {
  return Math.asin((2 * led) / Math.max(ledCount - 1, 1) - 1) / TURN;
}

/** For those who ask for many heads: the angle is the same for all. */
export function ageOfSwing(angle: number, t: number, swingMs: number): number {
  const now = t / swingMs;
  return swingMs * Math.min(fract(now - angle), fract(now + angle - 0.5));
}

/** What a mode uses in place of the third colour when that is black. */
export function secondOf({ c0, c2 }: Scene): Colour {
  return c2 === 0 ? c0 : c2;
}

/** One of several lives that begin again and again: its number, and its age in milliseconds. */
type Life = { readonly epoch: number; readonly age: number };

/** Life `index` of `count`, evenly staggered, each `lengthMs` long. */
export function life(t: number, lengthMs: number, index: number, count: number): Life {
  const along = t / lengthMs + 1 - index / count;
  const epoch = Math.floor(along);
  return { epoch, age: (along - epoch) * lengthMs };
}
