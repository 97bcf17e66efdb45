import { draws, noise } from "../lib/chance.ts";
import { dim, gradient, mix, PALETTES, type Palette, WHITE } from "./led-colour.ts";
import { type Effect, fract, type Scene, type Shader, triangle, wave } from "./led-scene.ts";

/** Effects of palettes, slow waves and smooth noise. */
export const WAVES: Readonly<Record<string, Effect>> = {
  PRIDE_2015: (scene) => wandering(scene, PALETTES.rainbow),
  COLOURWAVES: (scene) => wandering(scene, PALETTES.landscape),
  PALETTE:
    ({ phase, ledCount }) =>
    (led) =>
      PALETTES.party(led / ledCount + phase),
  FIRE_2012: fire,
  BPM: beats,
  FILLNOISE8: fillNoise,
  NOISE16_1: swingingNoise,
  NOISE16_2: slidingNoise,
  NOISE16_3: changingNoise,
  NOISE16_4: stillNoise,
  LAKE: lake,
  PLASMA: plasma,
  SUNRISE: sunrise,
  FLOW: flow,
};

/** How often a wave of `perMinute` has passed at `t` milliseconds. */
function times(perMinute: number, t: number): number {
  return (perMinute * t) / 60_000;
}

/** A slow rainbow whose width, saturation and brightness wander, each on a wave of its own. */
function wandering({ t, speed, ledCount }: Scene, palette: Palette): Shader {
  const clock = (t * (10 + speed)) / 138;
  const width = 0.3 + 0.25 * wave(times(3.1, clock));
  const saturation = 0.85 + 0.15 * wave(times(4.3, clock));
  const brightnessWidth = 1 + wave(times(2.3, clock));
  return (led) => {
    const place = led / ledCount;
    const hue = times(3, clock) + place * width;
    const brightness = wave(times(19, clock) + place * brightnessWidth);
    return dim(mix(WHITE, palette(hue), saturation), 0.35 + 0.65 * brightness);
  };
}

/** Heat rises from LED 0 and cools on its way, faster at higher speed. */
function fire({ t, speed, ledCount, seed }: Scene): Shader {
  const draw = draws(seed, 30);
  const tick = Math.floor(t / 32);
  const cooling = 0.5 + (0.9 * speed) / 255;
  return (led) => {
    const flame = noise(draw, led * 0.4 - tick * 0.3, tick * 0.06);
    return PALETTES.fire((1.15 - (cooling * led) / ledCount) * (0.3 + 0.7 * flame));
  };
}

function beats({ t, speed, ledCount }: Scene): Shader {
  const beat = wave(times(speed, t));
  const walk = Math.floor(t / 20) / 256;
  return (led) => {
    const stripe = fract(beat + (led * 10) / 256);
    return dim(PALETTES.party(led / ledCount + walk), 0.2 + 0.8 * stripe);
  };
}

function fillNoise({ t, speed, ledCount, seed }: Scene): Shader {
  const draw = draws(seed, 31);
  const drift = (t / 1_000) * (0.2 + (0.8 * speed) / 255);
  return (led) => PALETTES.ocean(noise(draw, (led * ledCount) / 256, drift));
}

function swingingNoise({ t, seed }: Scene): Shader {
  const draw = draws(seed, 32);
  const swing = 1.25 * (2 * wave(times(11, t)) - 1);
  return (led) => PALETTES.earth(wave(3 * noise(draw, led * 0.005 + swing, t / 8_000)));
}

function slidingNoise({ t, speed, seed }: Scene): Shader {
  const draw = draws(seed, 33);
  const slide = ((t / 1_000) * 0.67 * speed) / 128;
  return (led) => {
    const level = noise(draw, led * 0.015 + slide, 0);
    return dim(PALETTES.lagoon(level), level);
  };
}

function changingNoise({ t, speed, seed }: Scene): Shader {
  const draw = draws(seed, 34);
  const change = ((t / 1_000) * 0.68 * speed) / 128;
  return (led) => {
    const level = noise(draw, led * 0.06, change);
    return dim(PALETTES.fire(level), level);
  };
}

function stillNoise({ t, speed, seed }: Scene): Shader {
  const draw = draws(seed, 35);
  const drift = (t / 1_000) * speed * 0.00012;
  return (led) => PALETTES.landscape(noise(draw, led / 16, drift));
}

function lake({ t, speed, ledCount }: Scene): Shader {
  const perMinute = Math.floor(speed / 10) + 1;
  const one = wave(times(perMinute, t));
  const other = wave(times(perMinute + 1, t));
  return (led) => {
    const place = led / ledCount;
    const depth = wave(2 * place + one) * 0.6 + wave(3 * place - other) * 0.4;
    return dim(PALETTES.party(place * 0.5 + 0.5 * one), depth);
  };
}

/** The higher the speed, the more waves fit on the ring. */
function plasma({ t, speed, ledCount, c0, c1, c2 }: Scene): Shader {
  const waves = 0.5 + speed / 64;
  return (led) => {
    const place = (led / ledCount) * waves;
    const cut = wave(place * 1.5 - times(7, t));
    return dim(gradient([c0, c1, c2], wave(place + times(6, t))), cut * 1.4);
  };
}

/** Grows from the middle outwards; both halves are alike. */
function sunrise({ t, speed, ledCount }: Scene): Shader {
  const risen = sunHeight(t, speed);
  const middle = (ledCount - 1) / 2;
  return (led) => {
    const fromMiddle = Math.abs(led - middle) / Math.max(ledCount / 2, 1);
    return PALETTES.fire(risen * (1.9 - fromMiddle) - (1 - risen) * fromMiddle);
  };
}

/** 1 to 60 rise in as many minutes, 61 to 120 set in 60 fewer, above they go up and down. */
function sunHeight(t: number, speed: number): number {
  if (speed === 0) return 1;
  if (speed <= 60) return Math.min(1, t / (speed * 60_000));
  if (speed <= 120) return Math.max(0, 1 - t / ((speed - 60) * 60_000));
  return triangle((t * (Math.floor((speed - 120) / 2) + 1)) / 131_072);
}

/** An even number of zones, each the mirror of the next, about twelve LEDs each. */
function flow({ phase, ledCount }: Scene): Shader {
  const zones = 2 * Math.max(1, Math.floor(ledCount / 24));
  const length = Math.max(1, Math.ceil(ledCount / zones));
  return (led) => {
    const zone = Math.floor(led / length);
    const along = fract((led + 0.5) / length);
    return PALETTES.party((zone % 2 === 0 ? along : 1 - along) - phase);
  };
}
