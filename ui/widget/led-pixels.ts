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
  /** Room for the light of each LED as a pixel has it. */
  readonly lights: Int32Array;
};

/** Where an LED shines most: five numbers a pixel, in one row for all of them. */
type LedPixels = {
  /** Where no other shines: place, dark, share, red and blue of the dark, green of the dark. */
  readonly alone: Int32Array;
  /** Where halos overlap: place, dark, share, the other LED, its share. */
  readonly shared: Int32Array;
};

type Pixel = {
  /** Counted from the ring's first pixel. */
  readonly at: number;
  readonly dark: number;
  /** Of 256. */
  readonly share: number;
  /** The light of one other may fall there too. */
  readonly other: number;
  readonly otherShare: number;
};

const NUMBERS = 5;
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
  return { edge, dark, leds: pixels.map(ledPixels), lights: new Int32Array(leds) };
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
  { leds, lights }: RingPixels,
  colours: Int32Array,
  shown: Int32Array,
): boolean {
  if (!takeLights(lights, colours, shown)) return false;
  const last = leds.length - 1;
  let before = colours[last] !== shown[last];
  let here = colours[0] !== shown[0];
  for (let led = 0; led <= last; led += 1) {
    const next = led < last ? led + 1 : 0;
    const after = colours[next] !== shown[next];
    const pixels = leds[led];
    if (pixels && here) pressAlone(area, pixels.alone, lights[led] ?? NO_LIGHT);
    if (pixels && (before || here || after)) pressShared(area, pixels.shared, lights, led);
    before = here;
    here = after;
  }
  return true;
}

function ledPixels(pixels: readonly Pixel[]): LedPixels {
  const alone = pixels.filter(({ otherShare }) => otherShare === 0);
  const shared = pixels.filter(({ otherShare }) => otherShare > 0);
  return {
    alone: Int32Array.from(
      alone.flatMap(({ at, dark, share }) => {
        const rest = WHOLE - share;
        const redAndBlue = Math.imul(dark & RED_AND_BLUE, rest);
        return [at, dark, share, redAndBlue, Math.imul(dark & GREEN, rest)];
      }),
    ),
    shared: Int32Array.from(
      shared.flatMap(({ at, dark, share, other, otherShare }) => {
        return [at, dark, share, other, otherShare];
      }),
    ),
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

/** False where nothing has changed. */
function takeLights(lights: Int32Array, colours: Int32Array, shown: Int32Array): boolean {
  let isChanged = false;
  for (let led = 0; led < colours.length; led += 1) {
    const colour = colours[led] ?? BLACK;
    if (colour !== shown[led]) isChanged = true;
    lights[led] = lightOf(colour);
  }
  return isChanged;
}

/** As a pixel has it. */
function lightOf(colour: Colour): number {
  if (isDark(colour)) return NO_LIGHT;
  return ((colour & 255) << 16) | (colour & GREEN) | (colour >> 16);
}

/** Some millions of pixels a second: no objects, whole numbers, red and blue at once. */
function pressAlone({ words, at: start }: PixelArea, pixels: Int32Array, light: number): void {
  const isLit = light !== NO_LIGHT;
  const redAndBlue = light & RED_AND_BLUE;
  const green = light & GREEN;
  for (let index = 0; index + NUMBERS <= pixels.length; index += NUMBERS) {
    const share = pixels[index + 2] ?? 0;
    const some = (pixels[index + 3] ?? 0) + Math.imul(redAndBlue, share);
    const more = (pixels[index + 4] ?? 0) + Math.imul(green, share);
    words[start + (pixels[index] ?? 0)] = isLit
      ? OPAQUE | ((some >>> 8) & RED_AND_BLUE) | ((more >>> 8) & GREEN)
      : (pixels[index + 1] ?? 0);
  }
}

/** Where the light of two meets. */
function pressShared(area: PixelArea, pixels: Int32Array, lights: Int32Array, led: number): void {
  const own = lights[led] ?? NO_LIGHT;
  for (let index = 0; index + NUMBERS <= pixels.length; index += NUMBERS) {
    const beside = lights[pixels[index + 3] ?? 0] ?? NO_LIGHT;
    const below = mixed(pixels[index + 1] ?? 0, beside, pixels[index + 4] ?? 0);
    area.words[area.at + (pixels[index] ?? 0)] = mixed(below, own, pixels[index + 2] ?? 0);
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
