import { FRAME_MS } from "./led-scene.ts";

/** One animation of the LED ring: viaSens MQTT data spec 1.8, "LED Ring Data Specification". */
type LedMode = {
  readonly id: number;
  readonly identifier: string;
  /** What the specification's description calls it. */
  readonly name: string;
  /** Which of the three colours change the picture. */
  readonly slots: readonly number[];
  /**
   * At some speed it flashes more than three times a second: previews hold such a mode back, for
   * the sake of people whom flashes make ill.
   */
  readonly flashes: boolean;
  /** Milliseconds of a step, a turn or a cycle; Infinity where there is none or it stands still. */
  readonly tempo: Tempo;
};

type Tempo = (speed: number, ledCount: number) => number;

const still: Tempo = () => Number.POSITIVE_INFINITY;
const blink: Tempo = (speed) => 40 + 20 * (255 - speed);
const pause: Tempo = (speed) => 50 + 20 * (255 - speed);
const breath: Tempo = (speed) => 65536 / (whole(speed, 8) + 10);
const wipe: Tempo = (speed) => 750 + 150 * (255 - speed);
const change: Tempo = (speed) => 200 + 50 * (255 - speed);
const redraw: Tempo = (speed) => 50 + 15 * (255 - speed);
const rainbow: Tempo = (speed) => 65536 / (whole(speed, 4) + 2);
const theatre: Tempo = (speed) => 50 + 2 * (255 - speed);
const running: Tempo = (speed) => 131072 / speed;
const twinkle: Tempo = (speed) => 20 + 5 * (255 - speed);
const dissolve: Tempo = (speed) => FRAME_MS * (15 + 255 - speed);
const sparkle: Tempo = (speed) => 10 + 2 * (255 - speed);
const tick: Tempo = (speed) => 20 + (255 - speed);
const android: Tempo = (speed, ledCount) => 3 + (8 * (255 - speed)) / ledCount;
const turn: Tempo = (speed) => 65536 / (whole(speed, 4) + 1);
const move: Tempo = (speed, ledCount) => 210 + (30 * (255 - speed)) / ledCount;
const quickMove: Tempo = (speed, ledCount) => 201 + (10 * (255 - speed)) / ledCount;
const colourful: Tempo = (speed) => unlessZero(speed, 50 + 8 * (255 - speed));
const traffic: Tempo = (speed) => 150 + 100 * (255 - speed);
const bands: Tempo = (speed) => unlessZero(speed, 35 + (255 - speed));
const stream: Tempo = (speed) => 25 + 3 * (255 - speed);
const pass: Tempo = (speed) => 65536 / (whole(speed, 4) + 8);
const shift: Tempo = (speed, ledCount) => 5 + (50 * (255 - speed)) / ledCount;
const flicker: Tempo = (speed) => 40 + (255 - speed);
const threeWipes: Tempo = (speed) => 1000 + 200 * (255 - speed);
const threeFades: Tempo = (speed) => 65536 / (whole(speed, 8) + 1);
const comets: Tempo = (speed) => 10 + (255 - speed);
const bounce: Tempo = (speed) => 20 + 2 * (255 - speed);
const palette: Tempo = (speed) => unlessZero(speed, 65536 / (whole(speed, 8) + 1));
const railway: Tempo = (speed) => 40 + 10 * (255 - speed);
const swing: Tempo = (speed) => 60000 / whole(speed, 10);
const beat: Tempo = (speed) => 60000 / (40 + whole(speed, 16));
const flow: Tempo = (speed) => unlessZero(speed, 65536 / (whole(speed, 4) + 1));

/** Those whose effect is flashes, and those that a test finds by counting at full speed. */
const FLASHING = new Set([
  "BLINK",
  "BLINK_RAINBOW",
  "STROBE",
  "STROBE_RAINBOW",
  "MULTI_STROBE",
  "FLASH_SPARKLE",
  "HYPER_SPARKLE",
  "CHASE_FLASH",
  "CHASE_FLASH_RANDOM",
  "LIGHTNING",
  "TWINKLE",
  "ANDROID",
  "RAILWAY",
  "CANDLE",
]);

/** In the order of their ids, from 0. */
export const LED_MODES: readonly LedMode[] = [
  row("STATIC", "Static", "0", still),
  row("BLINK", "Blinking", "01", blink),
  row("BREATH", "Breathing", "01", breath),
  row("COLOUR_WIPE", "Colour wipe", "01", wipe),
  row("COLOUR_WIPE_RANDOM", "Random colour wipe", "", wipe),
  row("RANDOM_COLOUR", "Random colour", "", change),
  row("COLOUR_SWEEP", "Colour sweep", "01", wipe),
  row("DYNAMIC", "Dynamic", "", redraw),
  row("RAINBOW", "Rainbow", "", rainbow),
  row("RAINBOW_CYCLE", "Rainbow cycle", "", rainbow),
  row("SCAN", "Scanning", "01", wipe),
  row("DUAL_SCAN", "Dual scanning", "012", wipe),
  row("FADE", "Fading", "01", breath),
  row("THEATER_CHASE", "Theatre chase", "01", theatre),
  row("THEATER_CHASE_RAINBOW", "Rainbow theatre chase", "1", theatre),
  row("RUNNING_LIGHTS", "Running lights", "01", running),
  row("SAW", "Saw", "01", running),
  row("TWINKLE", "Twinkling", "01", twinkle),
  row("DISSOLVE", "Dissolving", "01", dissolve),
  row("DISSOLVE_RANDOM", "Random dissolving", "1", dissolve),
  row("SPARKLE", "Sparkling", "01", sparkle),
  row("FLASH_SPARKLE", "Flash sparkling", "01", tick),
  row("HYPER_SPARKLE", "Hyper sparkling", "01", tick),
  row("STROBE", "Strobing", "01", blink),
  row("STROBE_RAINBOW", "Rainbow strobing", "1", blink),
  row("MULTI_STROBE", "Multi strobe", "01", pause),
  row("BLINK_RAINBOW", "Rainbow blinking", "1", blink),
  row("ANDROID", "Android", "01", android),
  row("CHASE_COLOUR", "Colour chasing", "012", turn),
  row("CHASE_RANDOM", "Random chasing", "02", turn),
  row("CHASE_RAINBOW", "Rainbow chasing", "01", turn),
  row("CHASE_FLASH", "Flash chasing", "01", move),
  row("CHASE_FLASH_RANDOM", "Random flash chasing", "01", quickMove),
  row("CHASE_RAINBOW_WHITE", "White rainbow chasing", "0", turn),
  row("COLOURFUL", "Colourful", "", colourful),
  row("TRAFFIC_LIGHT", "Traffic light", "1", traffic),
  row("COLOUR_SWEEP_RANDOM", "Random colour sweep", "", wipe),
  row("RUNNING_COLOUR", "Running colour", "01", bands),
  row("RUNNING_RED_BLUE", "Running red-blue", "", bands),
  row("RUNNING_RANDOM", "Random running", "", stream),
  row("LARSON_SCANNER", "Larson scanner", "01", pass),
  row("COMET", "Comet", "01", turn),
  row("FIREWORKS", "Fireworks", "01", still),
  row("RAIN", "Rain", "01", shift),
  row("MERRY_CHRISTMAS", "Merry Christmas", "", bands),
  row("FIRE_FLICKER", "Fire flicker", "0", flicker),
  row("GRADIENT", "Gradient", "01", turn),
  row("LOADING", "Loading", "01", turn),
  row("POLICE", "Police", "1", turn),
  row("POLICE_ALL", "All-police", "", turn),
  row("TWO_DOTS", "Two dots", "012", turn),
  row("TWO_AREAS", "Two areas", "01", turn),
  row("CIRCUS_COMBUSTUS", "Circus combustus", "1", theatre),
  row("HALLOWEEN", "Halloween", "", bands),
  row("TRICOLOUR_CHASE", "Tricolour chasing", "012", theatre),
  row("TRICOLOUR_WIPE", "Tricolour wipe", "012", threeWipes),
  row("TRICOLOUR_FADE", "Tricolour fade", "012", threeFades),
  row("LIGHTNING", "Lightning", "1", still),
  row("ICU", "ICU", "01", shift),
  row("MULTI_COMET", "Multi-comet", "012", comets),
  row("DUAL_LARSON_SCANNER", "Dual Larson scanner", "012", pass),
  row("RANDOM_CHASE", "Random chasing colours", "", stream),
  row("OSCILLATE", "Oscillating", "012", bounce),
  row("PRIDE_2015", "Pride 2015", "", still),
  row("JUGGLE", "Juggling", "1", still),
  row("PALETTE", "Palette", "", palette),
  row("FIRE_2012", "Fire 2012", "", still),
  row("COLOURWAVES", "Colour waves", "", still),
  row("BPM", "BPM", "", still),
  row("FILLNOISE8", "Fill noise 8", "", still),
  row("NOISE16_1", "Noise 16_1", "", still),
  row("NOISE16_2", "Noise 16_2", "", still),
  row("NOISE16_3", "Noise 16_3", "", still),
  row("NOISE16_4", "Noise 16_4", "", still),
  row("COLOURTWINKLE", "Colour twinkle", "", still),
  row("LAKE", "Lake", "", still),
  row("METEOR", "Meteor", "012", pass),
  row("METEOR_SMOOTH", "Smooth meteor", "012", still),
  row("RAILWAY", "Railway", "012", railway),
  row("RIPPLE", "Ripple", "012", still),
  row("TWINKLEFOX", "Twinkle fox", "012", still),
  row("TWINKLECAT", "Twinkle cat", "012", still),
  row("HALLOWEEN_EYES", "Halloween eyes", "01", still),
  row("STATIC_PATTERN", "Static pattern", "01", still),
  row("TRI_STATIC_PATTERN", "Tricolour static pattern", "012", still),
  row("SPOTS", "Spots", "01", still),
  row("SPOTS_FADE", "Fading spots", "01", pass),
  row("GLITTER", "Glitter", "", palette),
  row("CANDLE", "Candle", "01", still),
  row("STARBURST", "Starburst", "1", still),
  row("EXPLODING_FIREWORKS", "Exploding fireworks", "0", still),
  row("BOUNCINGBALLS", "Bouncing balls", "012", still),
  row("SINELON", "Sinelon", "01", swing),
  row("SINELON_DUAL", "Dual sinelon", "012", swing),
  row("SINELON_RAINBOW", "Rainbow sinelon", "1", swing),
  row("POPCORN", "Popcorn", "012", still),
  row("DRIP", "Drip", "01", still),
  row("PLASMA", "Plasma", "012", still),
  row("PERCENT", "Percentage", "01", still),
  row("RIPPLE_RAINBOW", "Rainbow ripple", "012", still),
  row("HEARTBEAT", "Heartbeat", "01", beat),
  row("SUNRISE", "Sunrise", "", still),
  row("FLOW", "Flow", "", flow),
].map((mode, id) => ({ ...mode, id }));

function row(identifier: string, name: string, slots: string, tempo: Tempo): Omit<LedMode, "id"> {
  return {
    identifier: `FX_MODE_${identifier}`,
    name,
    slots: Array.from(slots, Number),
    flashes: FLASHING.has(identifier),
    tempo,
  };
}

/** Division as the firmware does it: without a rest. */
function whole(speed: number, by: number): number {
  return Math.floor(speed / by);
}

function unlessZero(speed: number, ms: number): number {
  return speed === 0 ? Number.POSITIVE_INFINITY : ms;
}
