import { draws } from "../lib/chance.ts";
import { BLACK, type Colour, dim, gradient, mix, WHITE, wheel } from "./led-colour.ts";
import {
  ageOfTurning,
  dot,
  type Effect,
  FRAME_MS,
  glow,
  life,
  ringDistance,
  type Scene,
  type Shader,
} from "./led-scene.ts";

/** Effects of things that fly, fall, bounce and spread, each on a closed curve of its age. */
export const THROWS: Readonly<Record<string, Effect>> = {
  METEOR: (scene) => meteor(scene, scene.period, 0),
  METEOR_SMOOTH: (scene) => meteor(scene, 377_000 / (scene.speed + 1), 0.25),
  RIPPLE: (scene) => ripple(scene, () => scene.c1),
  RIPPLE_RAINBOW: (scene) =>
    ripple(scene, (led) => dim(wheel(led / scene.ledCount + scene.t / 20_000), 0.1)),
  STARBURST: starburst,
  EXPLODING_FIREWORKS: explodingFireworks,
  BOUNCINGBALLS: bouncingBalls,
  POPCORN: popcorn,
  DRIP: drip,
};

/** A hot head and a tail that decays at a different rate on each LED; `shimmer` moves within it. */
function meteor(scene: Scene, turnMs: number, shimmer: number): Shader {
  const { t, ledCount, seed, c0, c1, c2 } = scene;
  const draw = draws(seed, 40);
  const headMs = ((1 + Math.floor(ledCount / 10)) * turnMs) / ledCount;
  const tick = Math.floor(t / (3 * FRAME_MS));
  return (led) => {
    const age = ageOfTurning(led, scene, turnMs);
    const turn = Math.round((t - age) / (turnMs / ledCount));
    const tailMs = (turnMs / 5) * (0.3 + 1.4 * draw(turn, led));
    const heat = age < headMs ? 1 : glow(age - headMs, tailMs);
    return gradient([c0, c1, c2], 1 - heat * (1 - shimmer * draw(tick, led)));
  };
}

const RIPPLES = 3;
const RIPPLE_MS = 2_400;

/** Rings that spread from random places and fade; `speed`/256 LEDs a frame. */
function ripple({ t, speed, ledCount, seed, c0, c1, c2 }: Scene, ground: Shader): Shader {
  const draw = draws(seed, 41);
  const rings = Array.from({ length: RIPPLES }, (_, index) => {
    const { epoch, age } = life(t, RIPPLE_MS * 1.5, index, RIPPLES);
    const since = age - draw(epoch, index) * RIPPLE_MS * 0.5;
    return {
      place: draw(epoch, index + 8) * ledCount,
      radius: (Math.max(since, 0) * speed) / (256 * FRAME_MS),
      level: since < 0 ? 0 : 1 - since / RIPPLE_MS,
      colour: gradient([c0, c1, c2], draw(epoch, index + 16)),
    };
  });
  return (led) => {
    let colour = ground(led);
    for (const { place, radius, level, colour: own } of rings) {
      const off = ringDistance(led, place, ledCount) - radius;
      colour = mix(colour, own, Math.max(0, level) * dot(off, 1.6));
    }
    return colour;
  };
}

/** Random places flash white and burst outwards, more often at higher speed. */
function starburst({ t, speed, ledCount, seed, c1 }: Scene): Shader {
  const draw = draws(seed, 42);
  const count = Math.min(5, 1 + Math.floor(ledCount / 8));
  const lengthMs = 1_600 + (255 - speed) * 30;
  const stars = Array.from({ length: count }, (_, index) => {
    const { epoch, age } = life(t, lengthMs, index, count);
    const since = age - draw(epoch, index) * (lengthMs - 1_600);
    const colour = wheel(draw(epoch, index + 16));
    return {
      place: draw(epoch, index + 8) * ledCount,
      radius: (ledCount / 4) * (1 - Math.exp(-since / 400)),
      level: since < 0 ? 0 : Math.max(0, 1 - since / 1_500),
      colour: mix(WHITE, colour, since / 250),
    };
  });
  return (led) => {
    let colour = c1;
    for (const star of stars) {
      if (star.level === 0) continue;
      const apart = ringDistance(led, star.place, ledCount);
      const fragment = Math.max(dot(apart - star.radius), dot(apart - star.radius / 2));
      colour = mix(colour, star.colour, fragment * star.level);
    }
    return colour;
  };
}

const CLIMB_MS = 1_000;
const SHOW_MS = 3_600;
const SPARKS = 8;

/** A white flare climbs and slows, then bursts into sparks that fall and cool. */
function explodingFireworks({ t, speed, ledCount, seed, c0 }: Scene): Shader {
  const draw = draws(seed, 43);
  const { epoch, age } = life(t * (0.5 + speed / 255), SHOW_MS, 0, 1);
  const height = (0.5 + 0.4 * draw(epoch, 0)) * ledCount;
  if (age < CLIMB_MS) {
    const flare = height * (1 - (1 - age / CLIMB_MS) ** 2);
    return (led) => dim(WHITE, dot(led - flare));
  }
  const seconds = (age - CLIMB_MS) / 1_000;
  const level = Math.max(0, 1 - seconds / 2.6);
  const colour = dim(mix(WHITE, c0, seconds / 0.4), level);
  const sparks = Array.from({ length: SPARKS }, (_, index) => {
    const throwUp = (draw(epoch, index + 1) - 0.4) * ledCount * 0.7;
    return Math.max(0, height + throwUp * seconds - 0.18 * ledCount * seconds * seconds);
  });
  return (led) => {
    let near = 0;
    for (const spark of sparks) near = Math.max(near, dot(led - spark));
    return dim(colour, near);
  };
}

const BALLS = 8;
const DAMPING = 0.9;
/** After so many bounces a ball has a tenth of its height left in it, and is thrown again. */
const BOUNCES = 22;

function bouncingBalls({ t, speed, ledCount, c0, c1, c2 }: Scene): Shader {
  const slower = Math.floor(((255 - speed) * 8) / 256) + 1;
  const ground = c2 === BLACK ? c1 : BLACK;
  const colours = c2 === BLACK ? [c0] : [c0, c1, c2];
  const row = Array<Colour>(ledCount).fill(ground);
  for (let ball = 0; ball < BALLS; ball += 1) {
    const firstMs = 900 + 100 * ball;
    const height = ballHeight((t / slower) % bouncedMs(firstMs, BOUNCES), firstMs);
    row[Math.round(height * (ledCount - 1))] = colours[ball % colours.length] ?? c0;
  }
  return (led) => row[led] ?? ground;
}

/** How long so many bounces take when each is shorter than the last by the damping. */
function bouncedMs(firstMs: number, bounces: number): number {
  return (firstMs * (1 - DAMPING ** bounces)) / (1 - DAMPING);
}

/** Share of its first height, `age` after it was thrown: a bounce is a parabola. */
function ballHeight(age: number, firstMs: number): number {
  const bounce = Math.floor(Math.log(1 - (age * (1 - DAMPING)) / firstMs) / Math.log(DAMPING));
  const share = DAMPING ** bounce;
  const along = Math.min((age - bouncedMs(firstMs, bounce)) / (firstMs * share), 1);
  return 4 * along * (1 - along) * share * share;
}

const KERNELS = 12;

/** Kernels pop up from LED 0 and fall back; gravity grows with speed. */
function popcorn({ t, speed, ledCount, seed, c0, c1, c2 }: Scene): Shader {
  const draw = draws(seed, 44);
  const highMs = 900 + (255 - speed) * 8;
  const colours = [c0, c1, c2];
  const row = Array<Colour>(ledCount).fill(BLACK);
  for (let index = 0; index < KERNELS; index += 1) {
    const { epoch, age } = life(t, highMs * 1.8, index, KERNELS);
    const peak = 0.4 + 0.6 * draw(epoch, index);
    const along = (age - draw(epoch, index + 20) * highMs * 0.8) / (highMs * Math.sqrt(peak));
    if (along < 0 || along > 1) continue;
    const place = Math.round(4 * along * (1 - along) * peak * (ledCount - 1));
    row[place] = colours[Math.floor(draw(epoch, index + 40) * 3)] ?? c0;
  }
  return (led) => row[led] ?? BLACK;
}

const DROPS = 3;
const SWELL_MS = 1_500;

/** Drops swell at the last LED, fall, and bounce once at a quarter of their speed. */
function drip({ t, speed, ledCount, c0, c1 }: Scene): Shader {
  const fallMs = 400 + (255 - speed) * 6;
  const drops = Array.from({ length: DROPS }, (_, index) => {
    const { age } = life(t, 2 * (SWELL_MS + 1.5 * fallMs), index, DROPS);
    const { height, level } = dropAt(age, fallMs);
    return { place: height * (ledCount - 1), level };
  });
  return (led) => {
    let level = 0;
    for (const drop of drops) level = Math.max(level, drop.level * dot(led - drop.place));
    return mix(c1, c0, level);
  };
}

/** Height from 0 to 1. A quarter of the speed is a sixteenth of the height, in half the time. */
function dropAt(age: number, fallMs: number): { height: number; level: number } {
  if (age < SWELL_MS) return { height: 1, level: (0.7 * age) / SWELL_MS };
  const fall = (age - SWELL_MS) / fallMs;
  if (fall < 1) return { height: 1 - fall * fall, level: 1 };
  const bounce = (fall - 1) * 2;
  if (bounce >= 1) return { height: 0, level: 0 };
  return { height: (4 * bounce * (1 - bounce)) / 16, level: 1 - bounce };
}
