import type { Colour } from "../../src/domain/led-colour.ts";
import { type LedPicture, pictureFrame } from "../../src/domain/led-picture.ts";

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
