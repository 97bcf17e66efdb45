/** How a ring looks apart from its light: sizes in CSS pixels, colours as a canvas wants them. */
type RingLook = {
  readonly size: number;
  readonly body: string;
  readonly off: string;
};

const TURN = 2 * Math.PI;
/** As shares of the size: the circle on which the LEDs sit, and the width of the body. */
const CIRCLE = 0.42;
const BODY = 0.15;
/** The halo of an LED, in its radii. */
const HALO = 1.7;

/** LED 0 at the top, clockwise. Three bytes a LED, red first. */
export function drawRing(
  canvas: CanvasRenderingContext2D,
  bytes: Uint8Array,
  { size, body, off }: RingLook,
): void {
  const count = bytes.length / 3;
  const middle = size / 2;
  const circle = size * CIRCLE;
  const radius = Math.min(size * 0.042, (circle * TURN * 0.33) / count);
  canvas.clearRect(0, 0, size, size);
  canvas.strokeStyle = body;
  canvas.lineWidth = size * BODY;
  canvas.beginPath();
  canvas.arc(middle, middle, circle, 0, TURN);
  canvas.stroke();
  for (let led = 0; led < count; led += 1) {
    const angle = (led / count) * TURN - TURN / 4;
    const x = middle + circle * Math.cos(angle);
    const y = middle + circle * Math.sin(angle);
    const colour = lightOf(bytes, led);
    disc(canvas, x, y, radius, off);
    if (!colour) continue;
    canvas.globalAlpha = 0.22;
    disc(canvas, x, y, radius * HALO, colour);
    canvas.globalAlpha = 1;
    disc(canvas, x, y, radius, colour);
  }
}

/** The LED's colour; undefined while it gives no light that can be seen. */
function lightOf(bytes: Uint8Array, led: number): string | undefined {
  const [r = 0, g = 0, b = 0] = bytes.subarray(3 * led, 3 * led + 3);
  return r + g + b < 12 ? undefined : `rgb(${r} ${g} ${b})`;
}

// biome-ignore lint/complexity/useMaxParams: a place, a size and a colour, as canvas itself asks
function disc(
  canvas: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  colour: string,
): void {
  canvas.fillStyle = colour;
  canvas.beginPath();
  canvas.arc(x, y, radius, 0, TURN);
  canvas.fill();
}
