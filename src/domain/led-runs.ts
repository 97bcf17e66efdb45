import { draws } from "../lib/chance.ts";
import { BLACK, type Colour, mix, WHITE, wheel } from "./led-colour.ts";
import { randomColourOf } from "./led-fills.ts";
import {
  ageOfBouncing,
  ageOfSwing,
  ageOfSwinging,
  ageOfTurning,
  covered,
  type Effect,
  fract,
  glow,
  life,
  modulo,
  type Scene,
  type Shader,
  secondOf,
  swingAngle,
  triangle,
  wave,
} from "./led-scene.ts";

const RED = 0xff0000;
const AMBER = 0xffa000;
const GREEN = 0x00ff00;
const BLUE = 0x0000ff;

/** Effects that travel: bands, chases, scanners, comets. */
export const RUNS: Readonly<Record<string, Effect>> = {
  RAINBOW_CYCLE:
    ({ phase, ledCount }) =>
    (led) =>
      wheel(led / ledCount + phase),
  SCAN: (scene) => scan(scene, undefined),
  DUAL_SCAN: (scene) => scan(scene, secondOf(scene)),
  THEATER_CHASE: (scene) => comb(scene, scene.c0),
  THEATER_CHASE_RAINBOW: (scene) => comb(scene, wheel(scene.step / 256)),
  RUNNING_LIGHTS:
    ({ phase, c0, c1 }) =>
    (led) =>
      mix(c1, c0, wave(led / 8 - phase)),
  SAW: saw,
  ANDROID: android,
  CHASE_COLOUR: (scene) => chase(scene, all(scene.c1), [secondOf(scene), scene.c0]),
  CHASE_RANDOM: (scene) => chase(scene, groundSince(scene), [secondOf(scene), scene.c0]),
  CHASE_RAINBOW: (scene) => chase(scene, all(wheel(scene.t / 6_000)), [scene.c0, scene.c1]),
  CHASE_RAINBOW_WHITE: chaseWhite,
  CHASE_FLASH: chaseFlash,
  CHASE_FLASH_RANDOM: chaseFlashRandom,
  COLOURFUL: (scene) => bands(scene, 1, [RED, AMBER, GREEN, BLUE]),
  TRAFFIC_LIGHT: trafficLight,
  RUNNING_COLOUR: (scene) => bands(scene, 5, [scene.c0, scene.c1]),
  RUNNING_RED_BLUE: (scene) => bands(scene, 5, [RED, BLUE]),
  MERRY_CHRISTMAS: (scene) => bands(scene, 5, [RED, GREEN]),
  HALLOWEEN: (scene) => bands(scene, 5, [0x8000ff, 0xff5000]),
  CIRCUS_COMBUSTUS: (scene) => bands(scene, 5, [RED, WHITE, scene.c1]),
  TRICOLOUR_CHASE: (scene) => bands(scene, 5, [scene.c2, scene.c0, scene.c1]),
  RUNNING_RANDOM:
    ({ step, seed }) =>
    (led) =>
      randomColourOf(Math.floor((step - led) / 8), seed),
  LARSON_SCANNER: (scene) => larson(scene, undefined),
  DUAL_LARSON_SCANNER: (scene) => larson(scene, secondOf(scene)),
  COMET: (scene) => (led) => mix(scene.c1, scene.c0, glow(ageOfTurning(led, scene, scene.period))),
  MULTI_COMET: multiComet,
  GRADIENT: gradientTurning,
  LOADING:
    ({ phase, ledCount, c0, c1 }) =>
    (led) =>
      mix(c0, c1, modulo(phase * ledCount - led, ledCount) / ledCount),
  POLICE: (scene) => twoDots(scene, [RED, BLUE], scene.c1),
  TWO_DOTS: (scene) => twoDots(scene, [scene.c0, scene.c1], scene.c2),
  POLICE_ALL: (scene) => twoAreas(scene, RED, BLUE),
  TWO_AREAS: (scene) => twoAreas(scene, scene.c0, scene.c1),
  OSCILLATE: oscillate,
  JUGGLE: juggle,
  SINELON: sinelon,
  SINELON_DUAL: sinelonDual,
  SINELON_RAINBOW: sinelonRainbow,
};

function all(colour: Colour): Shader {
  return () => colour;
}

/** Bands of `width` LEDs in these colours, one LED on at each step. */
function bands({ step }: Scene, width: number, colours: readonly Colour[]): Shader {
  const round = width * colours.length;
  return (led) => colours[Math.floor(modulo(led - step, round) / width)] ?? BLACK;
}

function comb(scene: Scene, lit: Colour): Shader {
  return bands(scene, 1, [lit, scene.c1, scene.c1, scene.c1, scene.c1]);
}

function scan({ phase, ledCount, c0, c1 }: Scene, second: Colour | undefined): Shader {
  const size = Math.min(1 + Math.floor(ledCount / 4), ledCount);
  const span = ledCount - size;
  const start = triangle(phase) * span;
  return (led) => {
    const mirrored = covered(led, span - start, span - start + size);
    const ground = second === undefined ? c1 : mix(c1, second, mirrored);
    return mix(ground, c0, covered(led, start, start + size));
  };
}

function saw({ phase, c0, c1 }: Scene): Shader {
  return (led) => {
    const along = fract(led / 8 - phase);
    return mix(c1, c0, along < 0.9 ? along / 0.9 : (1 - along) / 0.1);
  };
}

/** The arc turns one LED a step while it grows to half the ring and shrinks again. */
function android({ step, ledCount, c0, c1 }: Scene): Shader {
  const half = Math.max(1, Math.floor(ledCount / 2));
  const size = 1 + triangle(step / (2 * half)) * (half - 1);
  return (led) => (modulo(led - step, ledCount) < size ? c0 : c1);
}

type TwoColours = readonly [first: Colour, second: Colour];

/** Two neighbouring blocks, the second ahead of the first, run once around each period. */
function chase({ phase, ledCount }: Scene, ground: Shader, [first, second]: TwoColours): Shader {
  const size = 1 + Math.floor(ledCount / 8);
  const head = Math.floor(phase * ledCount);
  return (led) => {
    const ahead = modulo(led - head, ledCount);
    if (ahead < size) return first;
    return ahead < 2 * size ? second : ground(led);
  };
}

/** A random colour each turn, taken up by each LED as the head passes it. */
function groundSince({ phase, step, ledCount, seed }: Scene): Shader {
  const head = Math.floor(phase * ledCount);
  const [now, before] = [randomColourOf(step, seed), randomColourOf(step - 1, seed)];
  return (led) => (led < head ? now : before);
}

function chaseWhite(scene: Scene): Shader {
  const head = Math.floor(scene.phase * scene.ledCount);
  const colours = [wheel(head / scene.ledCount), wheel((head + 1) / scene.ledCount)] as const;
  return chase(scene, all(scene.c0), colours);
}

const FLASHES = 4;
const FLASH_MS = 20;
const FLASH_CYCLE_MS = 50;

function flashing({ phase, period }: Scene): "on" | "off" | "over" {
  const along = phase * period;
  if (along >= FLASHES * FLASH_CYCLE_MS) return "over";
  return along % FLASH_CYCLE_MS < FLASH_MS ? "on" : "off";
}

function chaseFlash(scene: Scene): Shader {
  const { step, ledCount, c0, c1 } = scene;
  const flash = flashing(scene) === "on" ? c1 : c0;
  return (led) => (modulo(led - step, ledCount) < 2 ? flash : c0);
}

function chaseFlashRandom(scene: Scene): Shader {
  const { step, ledCount, seed, c0, c1 } = scene;
  const head = modulo(step, ledCount);
  const turn = Math.floor(step / ledCount);
  const [now, before] = [randomColourOf(turn, seed), randomColourOf(turn - 1, seed)];
  const state = flashing(scene);
  return (led) => {
    if (state !== "over" && modulo(led - head, ledCount) < 2) return state === "on" ? c0 : c1;
    return led < head ? now : before;
  };
}

function trafficLight({ t, speed, period, c1 }: Scene): Shader {
  const short = 150 + 20 * (255 - speed);
  const along = modulo(t, 2 * (period + short));
  const red = along < period + short;
  const amber = (along >= period && red) || along >= 2 * period + short;
  const green = !red && !amber;
  const lamps = [red ? RED : c1, amber ? AMBER : c1, green ? GREEN : c1];
  return (led) => lamps[led % 3] ?? c1;
}

function larson(scene: Scene, second: Colour | undefined): Shader {
  const { c0, c1, ledCount, period } = scene;
  return (led) => {
    const mirrored = second !== undefined && ageOfBouncing(ledCount - 1 - led, scene, period);
    const ground = mirrored === false ? c1 : mix(c1, second ?? c1, glow(mirrored));
    return mix(ground, c0, glow(ageOfBouncing(led, scene, period)));
  };
}

const COMETS = 8;

/** Each comet has its own launches, at a random moment of the time that a run takes. */
function multiComet(scene: Scene): Shader {
  const { t, ledCount, period, seed, c0, c1 } = scene;
  const draw = draws(seed, 2);
  const runMs = ledCount * period;
  const heads = Array.from({ length: COMETS }, (_, comet) => {
    const { epoch, age } = life(t, 1.5 * runMs + 1_600, comet, COMETS);
    return age - draw(epoch, comet) * 0.5 * runMs;
  });
  const second = secondOf(scene);
  const levelOf = (comet: number, led: number) => glow((heads[comet] ?? 0) - led * period);
  return (led) => {
    let even = 0;
    let odd = 0;
    for (let comet = 0; comet < COMETS; comet += 2) {
      even = Math.max(even, levelOf(comet, led));
      odd = Math.max(odd, levelOf(comet + 1, led));
    }
    return mix(mix(c1, second, odd), c0, even);
  };
}

function gradientTurning({ phase, ledCount, c0, c1 }: Scene): Shader {
  return (led) => mix(c0, c1, triangle(led / ledCount - phase));
}

/** On our ring a dot is a twelfth of it: in the original it is nearly half. */
function twoDots({ phase, ledCount }: Scene, [one, two]: TwoColours, ground: Colour): Shader {
  const size = Math.max(1, Math.round(ledCount / 12));
  const head = Math.floor(phase * ledCount);
  const opposite = head + Math.floor(ledCount / 2);
  return (led) => {
    if (modulo(led - head, ledCount) < size) return one;
    return modulo(led - opposite, ledCount) < size ? two : ground;
  };
}

function twoAreas({ phase, ledCount }: Scene, one: Colour, two: Colour): Shader {
  const head = Math.floor(phase * ledCount);
  return (led) => (modulo(led - head, ledCount) < ledCount / 2 ? one : two);
}

/** Three bars of three LEDs, each with its own pace. */
function oscillate({ step, ledCount, c0, c1, c2 }: Scene): Shader {
  const size = Math.min(3, ledCount);
  const span = Math.max(ledCount - size, 1);
  const starts = [1, 2, 3].map((pace) =>
    Math.round(triangle((pace * step) / (2 * span) + pace / 3) * (ledCount - size)),
  );
  const colours = [c0, c1, c2];
  return (led) => {
    let colour = BLACK;
    let bars = 0;
    for (const [bar, start] of starts.entries()) {
      if (led < start || led >= start + size) continue;
      bars += 1;
      colour = bars === 1 ? (colours[bar] ?? BLACK) : mix(colour, colours[bar] ?? BLACK, 0.5);
    }
    return colour;
  };
}

const JUGGLED = 8;

function juggle({ t, speed, ledCount, c1 }: Scene): Shader {
  const swings = Array.from({ length: JUGGLED }, (_, index) => ({
    ms: (60_000 * 256) / ((128 + speed) * (7 + index)),
    colour: wheel(index / JUGGLED),
  }));
  return (led) => {
    const angle = swingAngle(led, ledCount);
    let colour = c1;
    for (const swing of swings) {
      colour = mix(colour, swing.colour, glow(ageOfSwing(angle, t, swing.ms)));
    }
    return colour;
  };
}

function sinelon(scene: Scene): Shader {
  return (led) => mix(scene.c1, scene.c0, glow(ageOfSwinging(led, scene, scene.period)));
}

function sinelonDual(scene: Scene): Shader {
  const second = secondOf(scene);
  return (led) => {
    const mirrored = ageOfSwinging(scene.ledCount - 1 - led, scene, scene.period);
    const ground = mix(scene.c1, second, glow(mirrored));
    return mix(ground, scene.c0, glow(ageOfSwinging(led, scene, scene.period)));
  };
}

function sinelonRainbow(scene: Scene): Shader {
  const { ledCount, period, c1 } = scene;
  return (led) => {
    const age = ageOfSwinging(led, scene, period);
    const mirrored = ageOfSwinging(ledCount - 1 - led, scene, period);
    return mix(c1, wheel(led / ledCount), glow(Math.min(age, mirrored)));
  };
}
