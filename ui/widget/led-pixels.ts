import { DARK_BELOW, HALO, HALO_ALPHA, placeOf } from "./led-draw.ts";

/** The pixels that an LED reaches: where each begins in the bytes, and how much of it is light. */
export type Stamp = { readonly at: Uint32Array; readonly light: Float32Array };

/** For a ring of that many pixels an edge, an LED each. Drawing circles takes ten times as long. */
export function stampsOf(edge: number, leds: number): readonly Stamp[] {
  return Array.from({ length: leds }, (_, led) => stampOf(edge, led, leds));
}

/**
 * Lays the light of the LEDs over a dark ring of RGBA pixels; three bytes an LED, red first. The
 * body of the ring is opaque wherever light falls, and stays so.
 */
export function lightUp(
  pixels: Uint8ClampedArray,
  stamps: readonly Stamp[],
  bytes: Uint8Array,
): void {
  for (let led = 0; led < stamps.length; led += 1) {
    const stamp = stamps[led];
    const red = bytes[3 * led] ?? 0;
    const green = bytes[3 * led + 1] ?? 0;
    const blue = bytes[3 * led + 2] ?? 0;
    if (stamp && red + green + blue >= DARK_BELOW) press(pixels, stamp, [red, green, blue]);
  }
}

function stampOf(edge: number, led: number, leds: number): Stamp {
  const { x, y, radius } = placeOf(led, leds, edge);
  const reach = Math.ceil(radius * HALO + 1);
  const at: number[] = [];
  const light: number[] = [];
  for (let row = Math.floor(y) - reach; row <= y + reach; row += 1) {
    for (let column = Math.floor(x) - reach; column <= x + reach; column += 1) {
      if (row < 0 || column < 0 || row >= edge || column >= edge) continue;
      const away = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const halo = HALO_ALPHA * coverage(radius * HALO, away);
      const share = 1 - (1 - halo) * (1 - coverage(radius, away));
      if (share === 0) continue;
      at.push(4 * (row * edge + column));
      light.push(share);
    }
  }
  return { at: Uint32Array.from(at), light: Float32Array.from(light) };
}

/** Of a pixel so far from the middle of a disc. */
function coverage(radius: number, away: number): number {
  return Math.min(1, Math.max(0, radius + 0.5 - away));
}

function press(
  pixels: Uint8ClampedArray,
  { at, light }: Stamp,
  [red, green, blue]: readonly [number, number, number],
): void {
  for (let index = 0; index < at.length; index += 1) {
    const pixel = at[index] ?? 0;
    const share = light[index] ?? 0;
    const rest = 1 - share;
    pixels[pixel] = rest * (pixels[pixel] ?? 0) + share * red;
    pixels[pixel + 1] = rest * (pixels[pixel + 1] ?? 0) + share * green;
    pixels[pixel + 2] = rest * (pixels[pixel + 2] ?? 0) + share * blue;
  }
}
