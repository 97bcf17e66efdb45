import { draws, lastDrawn, ranks } from "../lib/chance.ts";
import { BLACK, type Colour, dim, gradient, mix, PALETTES, WHITE, wheel } from "./led-colour.ts";
import {
  type Effect,
  FRAME_MS,
  fract,
  glow,
  life,
  modulo,
  ringDistance,
  type Scene,
  type Shader,
} from "./led-scene.ts";

/** Effects of single LEDs, each with its own chance. */
export const SPARKS: Readonly<Record<string, Effect>> = {
  DYNAMIC: dynamic,
  TWINKLE: twinkle,
  DISSOLVE: (scene) => dissolve(scene, () => scene.c0),
  DISSOLVE_RANDOM: dissolveRandom,
  SPARKLE: sparkle,
  FLASH_SPARKLE: (scene) => flashSparkle(scene, 1 / 5, 1),
  HYPER_SPARKLE: (scene) => flashSparkle(scene, 2 / 5, Math.max(1, Math.floor(scene.ledCount / 3))),
  FIREWORKS: fireworks,
  RAIN: rain,
  FIRE_FLICKER: fireFlicker,
  LIGHTNING: lightning,
  ICU: gaze,
  RANDOM_CHASE: randomChase,
  COLOURTWINKLE: colourTwinkle,
  TWINKLEFOX: (scene) => twinkleFox(scene, 0.33),
  TWINKLECAT: (scene) => twinkleFox(scene, 0),
  HALLOWEEN_EYES: halloweenEyes,
  GLITTER: glitter,
};

/** About half the LEDs draw a new colour each step. */
function dynamic({ step, speed, seed }: Scene): Shader {
  const isDrawn = draws(seed, 10);
  const hue = draws(seed, 11);
  const now = speed === 0 ? 0 : step;
  return (led) => wheel(hue(lastDrawn(isDrawn, 0.5, now, led), led));
}

/** One more LED each step until half are lit, then another set. */
function twinkle({ step, ledCount, seed, c0, c1 }: Scene): Shader {
  const half = Math.max(1, Math.ceil(ledCount / 2));
  const lit = modulo(step, half) + 1;
  const rank = ranks(draws(seed, 12), Math.floor(step / half), ledCount);
  return (led) => ((rank[led] ?? 0) < lit ? c0 : c1);
}

/** In even phases the LEDs go over to their lit colour one by one, in odd ones back to c1. */
function dissolve({ step, phase, ledCount, seed, c1 }: Scene, lit: Shader): Shader {
  const rank = ranks(draws(seed, 13), step, ledCount);
  const changed = Math.floor(phase * (ledCount + 1));
  const isRising = modulo(step, 2) === 0;
  return (led) => ((rank[led] ?? 0) < changed === isRising ? lit(led) : c1);
}

function dissolveRandom(scene: Scene): Shader {
  const hue = draws(scene.seed, 14);
  const round = Math.floor(scene.step / 2);
  return dissolve(scene, (led) => wheel(hue(round, led)));
}

function sparkle({ step, ledCount, seed, c0, c1 }: Scene): Shader {
  const place = Math.floor(draws(seed, 15)(step, 0) * ledCount);
  return (led) => (led === place ? c0 : c1);
}

/** With a chance at each tick, some LEDs flash c1 for 20 ms. */
function flashSparkle(scene: Scene, chance: number, count: number): Shader {
  const { step, phase, period, ledCount, seed, c0, c1 } = scene;
  const draw = draws(seed, 16);
  if (phase * period >= 20 || draw(step, -1) >= chance) return () => c0;
  const rank = ranks(draw, step, ledCount);
  return (led) => ((rank[led] ?? 0) < count ? c1 : c0);
}

const SPARKS_AT_ONCE = 4;
/** One spark in 1.5 s, spread over the lives at once. */
const SPARK_LIFE_MS = SPARKS_AT_ONCE * 1_500;

/** Sparks that spread to their neighbours as they fade; a low speed spreads them wider. */
function fireworks({ t, speed, ledCount, seed, c0, c1 }: Scene): Shader {
  const draw = draws(seed, 17);
  const sparks = Array.from({ length: SPARKS_AT_ONCE }, (_, index) => {
    const { epoch, age } = life(t, SPARK_LIFE_MS, index, SPARKS_AT_ONCE);
    const since = age - draw(epoch, index) * 1_500;
    const blur = ((255 - speed) / 255) * 2.5 * Math.sqrt(Math.max(since, 0) / 1_000);
    return { place: draw(epoch, index + 8) * ledCount, level: glow(since, 700), reach: 0.8 + blur };
  });
  return (led) => {
    let level = 0;
    for (const spark of sparks) {
      if (spark.level === 0) continue;
      const apart = ringDistance(led, spark.place, ledCount) / spark.reach;
      const square = apart * apart;
      level += spark.level / (1 + square * square);
    }
    return mix(c1, c0, level);
  };
}

function rain(scene: Scene): Shader {
  const shader = fireworks(scene);
  return (led) => shader(modulo(led - scene.step, scene.ledCount));
}

function fireFlicker({ step, seed, c0 }: Scene): Shader {
  const draw = draws(seed, 18);
  return (led) => dim(c0, 1 - 0.11 * draw(step, led));
}

/** A dim leader of 5 ms, a pause of 200 ms, then the flashes of one bolt, then a random gap. */
function lightning({ t, speed, ledCount, seed, c1 }: Scene): Shader {
  const draw = draws(seed, 19);
  const gapMs = Math.max(0, 254 - speed) * 100;
  const { epoch, age } = life(t, 1_600 + gapMs, 0, 1);
  const since = age - draw(epoch, 0) * gapMs;
  const flash = since < 0 ? -1 : flashOf(since, 2 + Math.floor(draw(epoch, 1) * 7));
  if (flash < 0) return () => c1;
  const start = Math.floor(draw(epoch, 10 + flash) * ledCount);
  const length = 1 + Math.floor(draw(epoch, 30 + flash) * (ledCount - start));
  const colour = flash === 0 ? dim(WHITE, 0.2) : WHITE;
  return (led) => (led >= start && led < start + length ? colour : c1);

  /** 0 for the leader, then the flashes, -1 between them. */
  function flashOf(ms: number, flashes: number): number {
    if (ms < 5) return 0;
    for (let flash = 1; flash <= flashes; flash += 1) {
      const at = 205 + (flash - 1) * 125 + draw(epoch, 50 + flash) * 75;
      if (ms >= at && ms < at + FRAME_MS) return flash;
    }
    return -1;
  }
}

/** Two eyes that glide to a place, rest there, and blink at times. */
function gaze({ t, ledCount, period, seed, c0, c1 }: Scene): Shader {
  const draw = draws(seed, 20);
  const farthest = Math.ceil(ledCount / 2);
  const { epoch, age } = life(t, 1_000 + farthest * period, 0, 1);
  const placeOf = (rest: number) => Math.floor(draw(rest, 0) * ledCount);
  const [from, to] = [placeOf(epoch - 1), placeOf(epoch)];
  const ahead = modulo(to - from, ledCount);
  const way = ahead <= farthest ? ahead : ahead - ledCount;
  const gone = Math.min(Math.floor(age / period), Math.abs(way));
  const isBlinking = draw(epoch, 1) < 0.3 && fract((age - gone * period) / 700 + 0.5) < 0.28;
  if (isBlinking && gone === Math.abs(way)) return () => c1;
  const left = modulo(from + Math.sign(way) * gone, ledCount);
  const right = modulo(left + (ledCount < 5 ? 1 : 2), ledCount);
  return (led) => (led === left || led === right ? c0 : c1);
}

/** LED 0 draws each channel anew with a chance of 1/6; the others follow one LED a step. */
function randomChase({ step, seed }: Scene): Shader {
  const channels = [16, 8, 0].map((shift) => ({
    shift,
    isDrawn: draws(seed, 21 + shift),
    level: draws(seed, 22 + shift),
  }));
  return (led) => {
    let colour = BLACK;
    for (const { shift, isDrawn, level } of channels) {
      const drawn = lastDrawn(isDrawn, 1 / 6, step - led, 0);
      colour |= Math.floor(level(drawn, 0) * 256) << shift;
    }
    return colour;
  };
}

/** Where each LED of a twinkling ring is: its own clock, its own chance of being lit. */
function twinkling({ t, seed }: Scene, lengthMs: number) {
  const draw = draws(seed, 23);
  return (led: number) => {
    const along = t / (lengthMs * (0.7 + 0.6 * draw(0, led))) + draw(1, led);
    const epoch = Math.floor(along);
    const isLit = draw(epoch + 2, led) < 0.6;
    return { hue: draw(epoch, led + 1_000), along: isLit ? along - epoch : 1 };
  };
}

function colourTwinkle(scene: Scene): Shader {
  const at = twinkling(scene, 1_000 + (255 - scene.speed) * 20);
  return (led) => {
    const { hue, along } = at(led);
    return dim(PALETTES.party(hue), along < 1 / 3 ? along * 3 : (1 - along) * 1.5);
  };
}

/** `rise` is the share of its life in which an LED brightens; it reddens while it fades. */
function twinkleFox(scene: Scene, rise: number): Shader {
  const { c0, c1, c2, speed } = scene;
  const colours = [c0, c1, c2];
  const ground = dim(c1, 0.125);
  const at = twinkling(scene, 1_500 + (255 - speed) * 25);
  return (led) => {
    const { hue, along } = at(led);
    if (along < rise) return mix(ground, gradient(colours, hue), along / rise);
    const level = (1 - along) / (1 - rise);
    return mix(ground, reddened(gradient(colours, hue), level), level);
  };
}

function reddened(colour: Colour, level: number): Colour {
  const green = (colour >> 8) & 255;
  const blue = colour & 255;
  const cooling = 1 - level;
  return (colour & 0xff0000) | ((green * (1 - 0.35 * cooling)) << 8) | (blue * (1 - 0.6 * cooling));
}

/** Two eyes at a random place that fade away, and a dark pause. */
function halloweenEyes({ t, speed, ledCount, seed, c0, c1 }: Scene): Shader {
  const draw = draws(seed, 24);
  const pauseMs = (255 - speed) * 10;
  const { epoch, age } = life(t, 1_400 + 2 * pauseMs, 0, 1);
  const since = age - draw(epoch, 0) * pauseMs;
  const left = Math.floor(draw(epoch, 1) * ledCount);
  const right = (left + Math.min(4, ledCount - 1)) % ledCount;
  const level = since < 0 ? 0 : 1 - since / 1_400;
  const eye = mix(c1, c0, level);
  return (led) => (led === left || led === right ? eye : c1);
}

function glitter({ t, phase, ledCount, seed }: Scene): Shader {
  const draw = draws(seed, 25);
  const frame = Math.floor(t / FRAME_MS);
  const place = draw(frame, 0) < 0.5 ? Math.floor(draw(frame, 1) * ledCount) : -1;
  return (led) => (led === place ? WHITE : PALETTES.rainbow(led / ledCount + phase));
}
