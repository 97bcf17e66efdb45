import type { Colour } from "../../src/domain/led-colour.ts";

/** The picture of a ring at a time: a colour for each LED. */
export type RingPicture = (tMs: number) => readonly Colour[];

/** WCAG 2.3.1: more than three flashes in any one second can make people ill. */
const FLASHES_MAX = 3;
const SECOND = 1_000;
const LOOK_MS = 4 * SECOND;
const STEP_MS = 10;
/** A change of brightness by a tenth or more is half a flash. */
const FLASH = 0.1;
const TRIES = 12;

/**
 * How fast a preview may play, 1 being as fast as the device does. What flashes too often is
 * slowed down until its worst second holds three flashes.
 */
export function paceOf(picture: RingPicture): number {
  let pace = 1;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const worst = flashesOf((tMs) => picture(tMs * pace));
    if (worst <= FLASHES_MAX) return pace;
    // What comes by chance comes differently at another pace: look again.
    pace *= Math.min(0.9, FLASHES_MAX / worst);
  }
  return pace;
}

/** Where people want no motion, the moment that shows most. */
export function stillTime(picture: RingPicture): number {
  let best = { tMs: 0, level: levelOf(picture(0)) };
  for (let tMs = 250; tMs < 10 * SECOND; tMs += 250) {
    const level = levelOf(picture(tMs));
    if (level > best.level * 1.02) best = { tMs, level };
  }
  return best.tMs;
}

/** Flashes in the worst second: pairs of opposing changes of the ring's brightness. */
function flashesOf(picture: RingPicture): number {
  const turns: number[] = [];
  let isRising = true;
  let extreme = levelOf(picture(0));
  for (let tMs = STEP_MS; tMs < LOOK_MS; tMs += STEP_MS) {
    const level = levelOf(picture(tMs));
    if (isRising ? level > extreme : level < extreme) extreme = level;
    if (Math.abs(level - extreme) < FLASH) continue;
    turns.push(tMs);
    isRising = !isRising;
    extreme = level;
  }
  const inSecond = turns.map(
    (from) => turns.filter((turn) => turn >= from && turn < from + SECOND).length,
  );
  return Math.max(0, ...inSecond) / 2;
}

/** Relative luminance over all LEDs, 0 dark to 1 white: eyes see green before red before blue. */
function levelOf(colours: readonly Colour[]): number {
  let sum = 0;
  for (const colour of colours) {
    sum += 0.2126 * (colour >> 16) + 0.7152 * ((colour >> 8) & 255) + 0.0722 * (colour & 255);
  }
  return colours.length === 0 ? 0 : sum / (255 * colours.length);
}
