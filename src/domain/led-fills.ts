import { draws } from "../lib/chance.ts";
import { BLACK, type Colour, mix, WHITE, wheel } from "./led-colour.ts";
import {
  covered,
  type Effect,
  fract,
  modulo,
  type Scene,
  type Shader,
  triangle,
} from "./led-scene.ts";

/** A flash of strobes lasts this long. */
const FLASH_MS = 20;
/** How long blinking and strobing rainbows take around the wheel. */
const WHEEL_MS = 6_000;
/** A random colour that is never near the last one: the golden angle. */
const GOLDEN = 0.381966;

/** Effects of the ring as a whole: still pictures, blinking, fading, wiping. */
export const FILLS: Readonly<Record<string, Effect>> = {
  STATIC:
    ({ c0 }) =>
    () =>
      c0,
  BLINK: (scene) => blinking(scene, scene.c0),
  BLINK_RAINBOW: (scene) => blinking(scene, wheel(scene.t / WHEEL_MS)),
  BREATH: breath,
  FADE: (scene) => all(mix(scene.c1, scene.c0, triangle(scene.phase))),
  COLOUR_WIPE: (scene) => wipe(scene, scene.c0, scene.c1),
  COLOUR_WIPE_RANDOM: (scene) => wipe(scene, ...randomPair(scene)),
  COLOUR_SWEEP: (scene) => sweep(scene, scene.c0, scene.c1),
  COLOUR_SWEEP_RANDOM: (scene) => sweep(scene, ...randomPair(scene)),
  RANDOM_COLOUR: randomColour,
  RAINBOW: ({ phase }) => all(wheel(phase)),
  STROBE: (scene) => strobe(scene, scene.c0),
  STROBE_RAINBOW: (scene) => strobe(scene, wheel(scene.t / WHEEL_MS)),
  MULTI_STROBE: multiStrobe,
  TRICOLOUR_WIPE: tricolourWipe,
  TRICOLOUR_FADE: tricolourFade,
  RAILWAY: railway,
  STATIC_PATTERN: staticPattern,
  TRI_STATIC_PATTERN: triStaticPattern,
  SPOTS: (scene) => spots(scene, 0.15 + (0.85 * scene.speed) / 255),
  SPOTS_FADE: ({ phase, step, ...scene }) =>
    spots({ phase, step, ...scene }, triangle((phase + step) / 2)),
  CANDLE: candle,
  HEARTBEAT: heartbeat,
  PERCENT: percent,
};

/** The colour of turn `step` in modes that go from one random colour to the next. */
export function randomColourOf(step: number, seed: number): Colour {
  return wheel(step * GOLDEN + draws(seed, 0)(0, 0));
}

function all(colour: Colour): () => Colour {
  return () => colour;
}

function blinking({ phase, c1 }: Scene, lit: Colour): () => Colour {
  return all(phase < 0.5 ? lit : c1);
}

function breath({ phase, c0, c1 }: Scene): () => Colour {
  const hump = phase < 0.8 ? Math.sin((Math.PI * phase) / 0.8) : 0;
  return all(mix(c1, c0, 0.12 + 0.88 * hump));
}

function wipe({ phase, ledCount }: Scene, first: Colour, second: Colour): Shader {
  const edge = fract(phase * 2) * ledCount;
  const [fresh, old] = phase < 0.5 ? [first, second] : [second, first];
  return (led) => mix(old, fresh, covered(led, 0, edge));
}

function sweep({ phase, ledCount }: Scene, first: Colour, second: Colour): Shader {
  const edge = triangle(phase) * ledCount;
  return (led) => mix(second, first, covered(led, 0, edge));
}

/** The colours of the two halves of a cycle: in each half one of them is the newer. */
function randomPair({ step, phase, seed }: Scene): [Colour, Colour] {
  const half = 2 * step + (phase < 0.5 ? 0 : 1);
  const newer = randomColourOf(half, seed);
  const older = randomColourOf(half - 1, seed);
  return phase < 0.5 ? [newer, older] : [older, newer];
}

function randomColour({ step, phase, seed }: Scene): () => Colour {
  return all(mix(randomColourOf(step - 1, seed), randomColourOf(step, seed), phase * 2));
}

function strobe({ phase, period, c1 }: Scene, flash: Colour): () => Colour {
  return all(phase * period < FLASH_MS ? flash : c1);
}

function multiStrobe({ t, speed, period, c0, c1 }: Scene): () => Colour {
  const flashesMs = (Math.floor(speed / 10) + 1) * 70;
  const along = modulo(t, flashesMs + period);
  return all(along < flashesMs && along % 70 < FLASH_MS ? c0 : c1);
}

function tricolourWipe({ phase, ledCount, c0, c1, c2 }: Scene): Shader {
  const third = Math.floor(phase * 3);
  const edge = fract(phase * 3) * ledCount;
  const colours = [c0, c1, c2];
  const old = colours[third % 3] ?? c0;
  const fresh = colours[(third + 1) % 3] ?? c0;
  return (led) => mix(old, fresh, covered(led, 0, edge));
}

function tricolourFade({ phase, c0, c1, c2 }: Scene): () => Colour {
  const third = Math.floor(phase * 3);
  const share = fract(phase * 3);
  if (third === 0) return all(mix(c0, c1, share));
  return all(third === 1 ? mix(c1, c2, share) : mix(c2, c0, share));
}

/** Odd and even LEDs change places between the ends of the gradient, by way of its middle. */
function railway({ step, phase, c0, c1, c2 }: Scene): Shader {
  const ramp = Math.min(1, phase * 2);
  const along = modulo(step, 2) === 0 ? ramp : 1 - ramp;
  const at = (share: number) => (share < 0.5 ? mix(c0, c1, share * 2) : mix(c1, c2, share * 2 - 1));
  const [even, odd] = [at(along), at(1 - along)];
  return (led) => (led % 2 === 0 ? even : odd);
}

function staticPattern({ speed, c0, c1 }: Scene): Shader {
  const lit = 1 + speed;
  return (led) => (led % (lit + 129) < lit ? c0 : c1);
}

function triStaticPattern({ c0, c1, c2 }: Scene): Shader {
  const third = c2 === BLACK ? WHITE : c2;
  const colours = [c0, c1, third];
  return (led) => colours[Math.floor(led / 5) % 3] ?? c0;
}

function spots({ ledCount, c0, c1 }: Scene, width: number): Shader {
  const zone = ledCount / Math.max(1, Math.floor(ledCount / 6));
  return (led) => {
    const fromMiddle = Math.abs(fract((led + 0.5) / zone) - 0.5) * 2;
    return mix(c1, c0, width > 0 ? 1 - (fromMiddle / width) ** 2 : 0);
  };
}

/** A new brightness to go to comes this often, by speed. */
function candle({ t, speed, seed, c0, c1 }: Scene): () => Colour {
  const draw = draws(seed, 1);
  const ms = candleMs(speed);
  const target = (step: number) => 0.6 + 0.4 * draw(step, 0);
  const step = Math.floor(t / ms);
  const share = t / ms - step;
  return all(mix(c1, c0, target(step) * (1 - share) + target(step + 1) * share));
}

function candleMs(speed: number): number {
  if (speed < 50) return 370;
  if (speed < 100) return 180;
  return speed <= 252 ? 90 : 50;
}

function heartbeat({ phase, period, c0, c1 }: Scene): () => Colour {
  const sinceKick = (phase < 1 / 3 ? phase : phase - 1 / 3) * period;
  return all(mix(c1, c0, Math.exp(-sinceKick / 130)));
}

/** The bar graph's level is the library's own: the protocol carries none. */
function percent({ t, speed, ledCount, c0, c1 }: Scene): Shader {
  const perFrame = 1 + (speed * ledCount) / 2048;
  const edge = Math.min(0.72 * ledCount, (perFrame * t) / 23);
  return (led) => mix(c1, c0, covered(led, 0, edge));
}
