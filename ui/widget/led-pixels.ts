import { BLACK, type Colour } from "../../src/domain/led-colour.ts";
import { HALO, HALO_ALPHA, placeOf } from "./led-draw.ts";

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
  /** What lies below each tone: the mean of its pixels. */
  readonly grounds: Uint32Array;
  /** Room for the tones of the light that is being written. */
  readonly tones: Uint32Array;
};

/** The pixels on which an LED shines more than any other. */
type LedPixels = {
  /** In one number the place, counted from the ring's first pixel, and below it the tone. */
  readonly lit: Int32Array;
  /** The same pixels without light. */
  readonly dark: Uint32Array;
};

type Pixel = { readonly at: number; readonly dark: number; readonly tone: number };

/** From hardly any light to nothing but light: mixing eight is quicker than mixing each pixel. */
const TONE_BITS = 3;
const TONES = 1 << TONE_BITS;
/** Each channel in 64 steps: nobody sees a finer one in a disc of three pixels. */
const SEEN = 0xfcfcfc;
const OPAQUE = 0xff000000;
const RED_AND_BLUE = 0xff00ff;
const GREEN = 0xff00;

/**
 * For a ring of that many pixels an edge, in an area with rows of `stride`. Drawing circles each
 * time takes ten times as long.
 */
export function ringPixels(
  dark: Uint32Array,
  edge: number,
  leds: number,
  stride: number,
): RingPixels {
  const places = Array.from({ length: leds }, (_, led) => placeOf(led, leds, edge));
  const pixels = places.map((): Pixel[] => []);
  for (let index = 0; index < edge * edge; index += 1) {
    const column = index % edge;
    const row = Math.floor(index / edge);
    const shares = places.map((place) => lightAt(place, column, row));
    const tone = Math.round(TONES * together(shares)) - 1;
    if (tone < 0) continue;
    const most = shares.indexOf(Math.max(...shares));
    pixels[most]?.push({ at: row * stride + column, dark: dark[index] ?? 0, tone });
  }
  const grounds = Uint32Array.from({ length: TONES }, (_, tone) => {
    return mean(pixels.flat().filter((pixel) => pixel.tone === tone));
  });
  return { edge, dark, leds: pixels.map(ledPixels), grounds, tones: new Uint32Array(TONES) };
}

/** Lays down the ring without light. */
export function putDark({ words, stride, at }: PixelArea, { dark, edge }: RingPixels): void {
  for (let row = 0; row < edge; row += 1) {
    words.set(dark.subarray(row * edge, (row + 1) * edge), at + row * stride);
  }
}

/**
 * Writes the LEDs that look different from what is `shown`, and notes what is shown now. False
 * where none does. After `putDark` all are black.
 */
export function lightUp(
  area: PixelArea,
  pixels: RingPixels,
  colours: Int32Array,
  shown: Int32Array,
): boolean {
  let isChanged = false;
  for (let led = 0; led < shown.length; led += 1) {
    const colour = colours[led] ?? BLACK;
    const own = pixels.leds[led];
    if (((colour ^ (shown[led] ?? BLACK)) & SEEN) === 0 || !own) continue;
    shown[led] = colour;
    isChanged = true;
    if ((colour & SEEN) === 0) putOut(area, own);
    else press(area, own, tonesOf(pixels, colour));
  }
  return isChanged;
}

function ledPixels(pixels: readonly Pixel[]): LedPixels {
  return {
    lit: Int32Array.from(pixels, ({ at, tone }) => (at << TONE_BITS) | tone),
    dark: Uint32Array.from(pixels, ({ dark }) => dark),
  };
}

/** How much of a pixel is an LED's light, 0 to 1: its disc over its halo. */
function lightAt(led: ReturnType<typeof placeOf>, column: number, row: number): number {
  const away = Math.hypot(column + 0.5 - led.x, row + 0.5 - led.y);
  const halo = HALO_ALPHA * coverage(led.radius * HALO, away);
  return 1 - (1 - halo) * (1 - coverage(led.radius, away));
}

/** Of a pixel so far from the middle of a disc. */
function coverage(radius: number, away: number): number {
  return Math.min(1, Math.max(0, radius + 0.5 - away));
}

/** Where halos meet, the nearer LED shines for both: mostly they are of nearly one colour. */
function together(shares: readonly number[]): number {
  return 1 - shares.reduce((rest, share) => rest * (1 - share), 1);
}

function mean(pixels: readonly Pixel[]): number {
  const channel = (shift: number) => {
    const sum = pixels.reduce((all, { dark }) => all + ((dark >>> shift) & 255), 0);
    return Math.round(sum / Math.max(1, pixels.length)) << shift;
  };
  return channel(0) | channel(8) | channel(16);
}

function putOut({ words, at }: PixelArea, { lit, dark }: LedPixels): void {
  for (let index = 0; index < lit.length; index += 1) {
    words[at + ((lit[index] ?? 0) >> TONE_BITS)] = dark[index] ?? 0;
  }
}

/** Some millions of pixels a second: no objects, and nothing is worked out. */
function press({ words, at }: PixelArea, { lit }: LedPixels, tones: Uint32Array): void {
  for (let index = 0; index < lit.length; index += 1) {
    const pixel = lit[index] ?? 0;
    words[at + (pixel >> TONE_BITS)] = tones[pixel & (TONES - 1)] ?? 0;
  }
}

/** Whole numbers, red and blue at once: there is room for a product between them. */
function tonesOf({ grounds, tones }: RingPixels, colour: Colour): Uint32Array {
  const redAndBlue = ((colour & 255) << 16) | (colour >> 16);
  const green = colour & GREEN;
  for (let tone = 0; tone < TONES; tone += 1) {
    const ground = grounds[tone] ?? 0;
    const share = tone + 1;
    const rest = TONES - share;
    const some = Math.imul(ground & RED_AND_BLUE, rest) + Math.imul(redAndBlue, share);
    const more = Math.imul(ground & GREEN, rest) + Math.imul(green, share);
    tones[tone] = OPAQUE | ((some >> TONE_BITS) & RED_AND_BLUE) | ((more >> TONE_BITS) & GREEN);
  }
  return tones;
}
