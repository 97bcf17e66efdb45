import type { Colour } from "../../src/domain/led-colour.ts";
import { HALO, HALO_ALPHA, isDark, placeOf } from "./led-draw.ts";

/** Pixels as words in rows of `stride`, red in the lowest byte, as browsers have them. */
export type PixelArea = {
  readonly words: Uint32Array;
  readonly stride: number;
  /** Where the first pixel of the ring is. */
  readonly at: number;
};

/** What light does to the pixels of a ring, worked out once for all rings of its size. */
export type RingPixels = {
  readonly edge: number;
  /** The ring without light, opaque wherever light falls. */
  readonly dark: Uint32Array;
  readonly leds: readonly LedPixels[];
};

/** Where an LED shines most. Halos overlap: the light of one `other` may fall there too. */
type LedPixels = {
  readonly row: Uint16Array;
  readonly column: Uint16Array;
  readonly dark: Uint32Array;
  /** Of 256. */
  readonly share: Uint16Array;
  readonly other: Uint16Array;
  readonly otherShare: Uint16Array;
};

type Pixel = {
  readonly at: number;
  readonly share: number;
  readonly other: number;
  readonly otherShare: number;
};

const WHOLE = 256;
const OPAQUE = 0xff000000;
const RED_AND_BLUE = 0xff00ff;
const GREEN = 0xff00;
/** Gives no light that can be seen. */
const NO_LIGHT = -1;

/** For a ring of that many pixels an edge. Drawing circles each time takes ten times as long. */
export function ringPixels(dark: Uint32Array, edge: number, leds: number): RingPixels {
  const places = Array.from({ length: leds }, (_, led) => placeOf(led, leds, edge));
  const pixels = places.map((): Pixel[] => []);
  for (let at = 0; at < edge * edge; at += 1) {
    const [most, next] = places
      .map((place, led) => ({ led, share: lightAt(place, at % edge, Math.floor(at / edge)) }))
      .filter(({ share }) => share > 0)
      .sort((one, other) => other.share - one.share);
    if (!most) continue;
    const { led, share } = most;
    pixels[led]?.push({ at, share, other: next?.led ?? 0, otherShare: next?.share ?? 0 });
  }
  return { edge, dark, leds: pixels.map((own) => ledPixels(own, dark, edge)) };
}

/** Lays down the ring without light. */
export function putDark({ words, stride, at }: PixelArea, { dark, edge }: RingPixels): void {
  for (let row = 0; row < edge; row += 1) {
    words.set(dark.subarray(row * edge, (row + 1) * edge), at + row * stride);
  }
}

/**
 * Writes the LEDs that have changed since `shown`, and those beside them. False where none has.
 */
export function lightUp(
  area: PixelArea,
  { leds }: RingPixels,
  colours: readonly Colour[],
  shown: readonly Colour[] | undefined,
): boolean {
  const last = leds.length - 1;
  let isChanged = false;
  let before = colours[last] !== shown?.[last];
  let here = colours[0] !== shown?.[0];
  for (let led = 0; led <= last; led += 1) {
    const next = led < last ? led + 1 : 0;
    const after = colours[next] !== shown?.[next];
    const pixels = leds[led];
    if (pixels && (before || here || after)) press(area, pixels, colours, led);
    isChanged ||= here;
    before = here;
    here = after;
  }
  return isChanged;
}

function ledPixels(pixels: readonly Pixel[], dark: Uint32Array, edge: number): LedPixels {
  return {
    row: Uint16Array.from(pixels, ({ at }) => Math.floor(at / edge)),
    column: Uint16Array.from(pixels, ({ at }) => at % edge),
    dark: Uint32Array.from(pixels, ({ at }) => dark[at] ?? 0),
    share: Uint16Array.from(pixels, ({ share }) => share),
    other: Uint16Array.from(pixels, ({ other }) => other),
    otherShare: Uint16Array.from(pixels, ({ otherShare }) => otherShare),
  };
}

/** How much of a pixel is an LED's light, of 256: its disc over its halo. */
function lightAt(led: ReturnType<typeof placeOf>, column: number, row: number): number {
  const away = Math.hypot(column + 0.5 - led.x, row + 0.5 - led.y);
  const halo = HALO_ALPHA * coverage(led.radius * HALO, away);
  return Math.round(WHOLE * (1 - (1 - halo) * (1 - coverage(led.radius, away))));
}

/** Of a pixel so far from the middle of a disc. */
function coverage(radius: number, away: number): number {
  return Math.min(1, Math.max(0, radius + 0.5 - away));
}

/** As a pixel has it. */
function lightOf(colour: Colour = 0): number {
  if (isDark(colour)) return NO_LIGHT;
  return ((colour & 255) << 16) | (colour & GREEN) | (colour >> 16);
}

/** Some millions of pixels a second: no objects, whole numbers only. */
function press(
  { words, stride, at }: PixelArea,
  { row, column, dark, share, other, otherShare }: LedPixels,
  colours: readonly Colour[],
  led: number,
): void {
  const own = lightOf(colours[led]);
  for (let index = 0; index < row.length; index += 1) {
    let colour = dark[index] ?? 0;
    const less = otherShare[index] ?? 0;
    if (less > 0) colour = mixed(colour, lightOf(colours[other[index] ?? 0]), less);
    colour = mixed(colour, own, share[index] ?? 0);
    words[at + (row[index] ?? 0) * stride + (column[index] ?? 0)] = colour;
  }
}

/** Red and blue at once: there is room for a product between them. */
function mixed(ground: number, light: number, share: number): number {
  if (light === NO_LIGHT) return ground;
  const rest = WHOLE - share;
  const redAndBlue =
    (Math.imul(ground & RED_AND_BLUE, rest) + Math.imul(light & RED_AND_BLUE, share)) >>> 8;
  const green = (Math.imul(ground & GREEN, rest) + Math.imul(light & GREEN, share)) >>> 8;
  return OPAQUE | (redAndBlue & RED_AND_BLUE) | (green & GREEN);
}
