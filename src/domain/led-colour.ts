/**
 * Colours of the LED ring, packed as 0xRRGGBB: one number a LED, so that a frame makes no objects.
 */
export type Colour = number;

export const BLACK = 0x000000;
export const WHITE = 0xffffff;

/** `share` 0 gives `from`, 1 gives `to`; beyond that the nearer end. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  if (!(share > 0)) return from;
  if (share >= 1) return to;
  const r = from >> 16;
  const g = (from >> 8) & 255;
  const b = from & 255;
  return (
    ((r + ((to >> 16) - r) * share + 0.5) << 16) |
    ((g + (((to >> 8) & 255) - g) * share + 0.5) << 8) |
    (b + ((to & 255) - b) * share + 0.5)
  );
}

/** The colour at a share of its brightness. */
export function dim(colour: Colour, share: number): Colour {
  return mix(BLACK, colour, share);
}

/** Red, green, blue and back to red in three straight lines, once around for each whole number. */
export function wheel(turn: number): Colour {
  const along = (turn - Math.floor(turn)) * 3;
  if (along < 1) return mix(0xff0000, 0x00ff00, along);
  return along < 2 ? mix(0x00ff00, 0x0000ff, along - 1) : mix(0x0000ff, 0xff0000, along - 2);
}

/** From hot to cold over up to any number of stops. */
export function gradient(stops: readonly Colour[], along: number): Colour {
  const last = stops.length - 1;
  const place = Math.min(Math.max(along, 0), 1) * last;
  const index = Math.min(Math.floor(place), last - 1);
  return mix(stops[index] ?? BLACK, stops[index + 1] ?? BLACK, place - index);
}

export type Palette = (turn: number) => Colour;

/** Closes on itself: the last stop runs back into the first. */
function cyclic(...stops: readonly Colour[]): Palette {
  return tabled([...stops, stops[0] ?? BLACK], (turn) => turn - Math.floor(turn));
}

/** Ends where it ends: heights, heat, brightness. */
function straight(...stops: readonly Colour[]): Palette {
  return tabled(stops, (along) => Math.min(Math.max(along, 0), 1));
}

function tabled(stops: readonly Colour[], wrap: (along: number) => number): Palette {
  const table = Uint32Array.from({ length: 256 }, (_, index) => gradient(stops, index / 255));
  return (along) => table[(wrap(along) * 255.99) | 0] ?? BLACK;
}

export const PALETTES = {
  party: cyclic(0x6a00b8, 0xc2007a, 0xe8202c, 0xf06a00, 0xe0b400, 0xd85a10, 0xb0006a, 0x3a10d0),
  ocean: straight(0x00083a, 0x00205a, 0x004f8c, 0x0090a8, 0x30c8b8, 0xd8fff4),
  landscape: cyclic(0x0a2f10, 0x1c6a24, 0x58a838, 0xb8d878, 0x7cc0d8, 0x2878c0, 0x103c78),
  earth: cyclic(0x5a3008, 0x8a5a1c, 0x3c7a20, 0x18603a, 0x1450a0, 0x2030a0),
  lagoon: cyclic(0x0018a0, 0x0068d0, 0x00c8d8, 0xf0e040, 0x00a8c8),
  fire: straight(0x000000, 0x500000, 0xb81000, 0xf04800, 0xff9800, 0xffdc30, 0xfffff0),
  rainbow: cyclic(0xff0000, 0xffa000, 0xe8e800, 0x00ff00, 0x00b0a0, 0x0000ff, 0x8000c0),
} as const;

/** Six bits, two a channel, as basic patterns carry them: `r << 4 | g << 2 | b`. */
export function colourOf6Bit(code: number): Colour {
  const channel = (shift: number) => ((code >> shift) & 3) * 85;
  return (channel(4) << 16) | (channel(2) << 8) | channel(0);
}

/** The nearest of the 64 colours. */
export function sixBitOf(colour: Colour): number {
  const channel = (shift: number) => Math.round(((colour >> shift) & 255) / 85);
  return (channel(16) << 4) | (channel(8) << 2) | channel(0);
}

/** Reads `0xRRGGBB` and `#RRGGBB`, in any case; anything else gives `undefined`. */
export function parseColour(text: string): Colour | undefined {
  const hex = /^(?:0x|#)([0-9a-f]{6})$/i.exec(text)?.[1];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}

/** `0xRRGGBB`, as control messages carry it. */
export function formatColour(colour: Colour): string {
  return `0x${colour.toString(16).toUpperCase().padStart(6, "0")}`;
}
