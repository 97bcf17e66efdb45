import { BLACK, type Colour } from "../../src/domain/led-colour.ts";

/** How a ring looks apart from its light: sizes in CSS pixels, colours as a canvas wants them. */
export type RingLook = {
  readonly size: number;
  readonly body: string;
  readonly off: string;
};

type Drawing = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const TURN = 2 * Math.PI;
/** As shares of the size: the circle on which the LEDs sit, and the width of the body. */
const CIRCLE = 0.42;
const BODY = 0.15;
/** The halo of an LED, in its radii. */
export const HALO = 1.7;
export const HALO_ALPHA = 0.22;
/** The sum of red, green and blue below which nobody sees the light of an LED. */
const DARK_BELOW = 12;

/** LED 0 at the top, clockwise. */
export function drawRing(
  canvas: Drawing,
  colours: readonly Colour[],
  { size, body, off }: RingLook,
): void {
  const count = colours.length;
  const middle = size / 2;
  const circle = size * CIRCLE;
  canvas.clearRect(0, 0, size, size);
  canvas.strokeStyle = body;
  canvas.lineWidth = size * BODY;
  canvas.beginPath();
  canvas.arc(middle, middle, circle, 0, TURN);
  canvas.stroke();
  for (let led = 0; led < count; led += 1) {
    const { x, y, radius } = placeOf(led, count, size);
    const light = colours[led] ?? BLACK;
    disc(canvas, x, y, radius, off);
    if (isDark(light)) continue;
    const colour = cssOf(light);
    canvas.globalAlpha = HALO_ALPHA;
    disc(canvas, x, y, radius * HALO, colour);
    canvas.globalAlpha = 1;
    disc(canvas, x, y, radius, colour);
  }
}

/** Where an LED sits in a ring of this size, and how large it is. */
export function placeOf(led: number, count: number, size: number) {
  const circle = size * CIRCLE;
  const angle = (led / count) * TURN - TURN / 4;
  return {
    x: size / 2 + circle * Math.cos(angle),
    y: size / 2 + circle * Math.sin(angle),
    radius: Math.min(size * 0.042, (circle * TURN * 0.33) / count),
  };
}

function cssOf(colour: Colour): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}

/** Nobody sees its light. */
function isDark(colour: Colour): boolean {
  return (colour >> 16) + ((colour >> 8) & 255) + (colour & 255) < DARK_BELOW;
}

// biome-ignore lint/complexity/useMaxParams: a place, a size and a colour, as canvas itself asks
function disc(canvas: Drawing, x: number, y: number, radius: number, colour: string): void {
  canvas.fillStyle = colour;
  canvas.beginPath();
  canvas.arc(x, y, radius, 0, TURN);
  canvas.fill();
}
