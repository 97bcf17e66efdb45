import type { Colour } from "../../src/domain/led-colour.ts";
import { type LedPicture, pictureFrame, pictureShader } from "../../src/domain/led-picture.ts";

/** What a ring shows as time goes by: plain data, so that another thread can draw it. */
export type LedShow = {
  readonly picture: LedPicture;
  readonly ledCount: number;
  /** Where in the picture's own time the show begins, in milliseconds. */
  readonly from: number;
  /** Below 1: it flashes faster on the device than here. */
  readonly pace: number;
};

/** Milliseconds after the show began. */
export function showAt({ picture, ledCount, from, pace }: LedShow, tMs: number): Colour[] {
  return pictureFrame(picture, from + tMs * pace, ledCount);
}

/** Writes the same into `colours`. */
export function showInto(
  colours: Int32Array,
  { picture, ledCount, from, pace }: LedShow,
  tMs: number,
): void {
  const shader = pictureShader(picture, from + tMs * pace, ledCount);
  for (let led = 0; led < ledCount; led += 1) colours[led] = shader(led);
}
