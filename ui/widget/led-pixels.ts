import { BLACK, type Colour } from "../../src/domain/led-colour.ts";
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
  /** Counted from the ring's first pixel. Those that only this LED reaches come first. */
  readonly at: Uint32Array;
  readonly aloneCount: number;
  readonly dark: Uint32Array;
  /** What of the dark is seen beside the light, times 256. */
  readonly darkRedAndBlue: Int32Array;
  readonly darkGreen: Int32Array;
  /** Of 256. */
  readonly share: Uint16Array;
  readonly other: Uint16Array;
  readonly otherShare: Uint16Array;
};

type Pixel = {
  readonly at: number;
  readonly dark: number;
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
    const [most, next] = places
      .map((place, led) => ({ led, share: lightAt(place, column, row) }))
      .filter(({ share }) => share > 0)
      .sort((one, other) => other.share - one.share);
    if (!most) continue;
    const at = row * stride + column;
    const other = { other: next?.led ?? 0, otherShare: next?.share ?? 0 };
    pixels[most.led]?.push({ at, dark: dark[index] ?? 0, share: most.share, ...other });
  }
  return { edge, dark, leds: pixels.map(ledPixels) };
}

/** Lays down the ring without light. */
export function putDark({ words, stride, at }: PixelArea, { dark, edge }: RingPixels): void {
  for (let row = 0; row < edge; row += 1) {
    words.set(dark.subarray(row * edge, (row + 1) * edge), at + row * stride);
  }
}

/**
 * Writes the LEDs that have changed since `shown`, and what their light does beside them. False
 * where none has. After `putDark` all are black.
 */
export function lightUp(
  area: PixelArea,
  { leds }: RingPixels,
  colours: Int32Array,
  shown: Int32Array,
): boolean {
  const last = leds.length - 1;
  let isChanged = false;
  let before = colours[last] !== shown[last];
  let here = colours[0] !== shown[0];
  for (let led = 0; led <= last; led += 1) {
    const next = led < last ? led + 1 : 0;
    const after = colours[next] !== shown[next];
    const pixels = leds[led];
    if (pixels && (before || here || after)) {
      const own = lightOf(colours[led]);
      if (here) press(area, pixels, own);
      pressShared(area, pixels, colours, own);
      isChanged = true;
    }
    before = here;
    here = after;
  }
  return isChanged;
}

function ledPixels(all: readonly Pixel[]): LedPixels {
  const pixels = all.toSorted((one, other) => one.otherShare - other.otherShare);
  return {
    at: Uint32Array.from(pixels, ({ at }) => at),
    aloneCount: pixels.filter(({ otherShare }) => otherShare === 0).length,
    dark: Uint32Array.from(pixels, ({ dark }) => dark),
    darkRedAndBlue: Int32Array.from(pixels, ({ dark, share }) =>
      Math.imul(dark & RED_AND_BLUE, WHOLE - share),
    ),
    darkGreen: Int32Array.from(pixels, ({ dark, share }) => Math.imul(dark & GREEN, WHOLE - share)),
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
function lightOf(colour: Colour = BLACK): number {
  if (isDark(colour)) return NO_LIGHT;
  return ((colour & 255) << 16) | (colour & GREEN) | (colour >> 16);
}

/** Where no other shines. */
function press(area: PixelArea, led: LedPixels, own: number): void {
  if (own === NO_LIGHT) pressNothing(area, led);
  else pressAlone(area, led, own);
}

/** Where the light of two meets. */
function pressShared(
  area: PixelArea,
  { at, aloneCount, dark, share, other, otherShare }: LedPixels,
  colours: Int32Array,
  own: number,
): void {
  for (let index = aloneCount; index < at.length; index += 1) {
    const beside = lightOf(colours[other[index] ?? 0]);
    const below = mixed(dark[index] ?? 0, beside, otherShare[index] ?? 0);
    area.words[area.at + (at[index] ?? 0)] = mixed(below, own, share[index] ?? 0);
  }
}

function pressNothing({ words, at: start }: PixelArea, { at, aloneCount, dark }: LedPixels): void {
  for (let index = 0; index < aloneCount; index += 1) {
    words[start + (at[index] ?? 0)] = dark[index] ?? 0;
  }
}

/** Some millions of pixels a second: no objects, whole numbers, red and blue at once. */
function pressAlone({ words, at: start }: PixelArea, led: LedPixels, own: number): void {
  const { at, aloneCount, darkRedAndBlue, darkGreen, share } = led;
  for (let index = 0; index < aloneCount; index += 1) {
    const part = share[index] ?? 0;
    const redAndBlue = (darkRedAndBlue[index] ?? 0) + Math.imul(own & RED_AND_BLUE, part);
    const green = (darkGreen[index] ?? 0) + Math.imul(own & GREEN, part);
    words[start + (at[index] ?? 0)] =
      OPAQUE | ((redAndBlue >>> 8) & RED_AND_BLUE) | ((green >>> 8) & GREEN);
  }
}

/** There is room for a product between red and blue. */
function mixed(ground: number, light: number, share: number): number {
  if (light === NO_LIGHT) return ground;
  const rest = WHOLE - share;
  const redAndBlue =
    Math.imul(ground & RED_AND_BLUE, rest) + Math.imul(light & RED_AND_BLUE, share);
  const green = Math.imul(ground & GREEN, rest) + Math.imul(light & GREEN, share);
  return OPAQUE | ((redAndBlue >>> 8) & RED_AND_BLUE) | ((green >>> 8) & GREEN);
}
