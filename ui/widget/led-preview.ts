import { LED_MODES } from "../../src/domain/led-modes.ts";
import { DARK_RING, type LedPicture, pictureAfter } from "../../src/domain/led-picture.ts";
import { DURATION_MS_MAX, type RingCommand } from "../led-form.ts";
import { paceOf } from "./led-pace.ts";
import { type LedShow, showAt } from "./led-show.ts";

/** A command as it was sent, and when. */
export type SentCommand = RingCommand & { readonly at: number };

/** What a `led-ring` or `led-ring-basic` command shows by itself; here it has no end. */
export function previewOf({ name, parameters }: RingCommand, ledCount: number): LedShow {
  const endless = name === "led-ring" ? { ...parameters, duration: DURATION_MS_MAX } : parameters;
  const picture = pictureOf([{ name, parameters: endless, at: 0 }]);
  const show: LedShow = { picture, ledCount, from: 0, pace: 1 };
  if (!mayFlash({ name, parameters })) return show;
  return calmed(show);
}

/** The same show, held to three flashes a second. */
export function calmed(show: LedShow): LedShow {
  const { animation, pattern } = show.picture;
  return animation || pattern ? { ...show, pace: paceOf((tMs) => showAt(show, tMs)) } : show;
}

/** What a ring shows after all that was sent to it, the oldest first. */
export function pictureOf(commands: readonly SentCommand[]): LedPicture {
  type Asked = Parameters<typeof pictureAfter>[1];
  return commands.reduce(
    // What came or goes as JSON is JSON.
    (picture, { at, ...asked }) => pictureAfter(picture, asked as Asked, at),
    DARK_RING,
  );
}

/** Looking closely takes a while, and most animations cannot flash at any speed. */
function mayFlash({ name, parameters }: RingCommand): boolean {
  if (name === "led-ring") return LED_MODES[Number(parameters["mode"])]?.flashes ?? false;
  return parameters["period"] !== 0;
}
