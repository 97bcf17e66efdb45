import { formatColour, parseColour } from "../../domain/led-colour.ts";
import { LED_MODES } from "../../domain/led-modes.ts";
import { LED_PATTERNS } from "../../domain/led-patterns.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import {
  type Choice,
  type Reader,
  type Rule,
  readNumber,
  refuse,
  show,
  warn,
  warnOfUnknown,
} from "./rule.ts";

const CLEAR_MODE = -1;
const CLEAR_PATTERN = 1;
const BLACK = "0x000000";

/** "When clearing LED ring, colours don't matter": nor does the rest, so it is always the same. */
const CLEARED_RING = { mode: CLEAR_MODE, duration: 0, speed: 0, colors: [BLACK, BLACK, BLACK] };
const CLEARED_BASIC = { pattern: CLEAR_PATTERN, colors: [0, 0], period: 0, "duty-cycle": 0 };

/** Section "LED Ring Data Specification". An int8 could say more: nothing that means anything. */
export const RING = {
  mode: {
    key: "mode",
    title: "Animation",
    range: [CLEAR_MODE, LED_MODES.length - 1],
    initial: 1,
  },
  duration: {
    key: "duration",
    title: "Duration",
    description: "The animation ends after this time; one without an end is a basic pattern.",
    unit: "ms",
    range: [0, 2 ** 32 - 1],
    initial: 10_000,
  },
  speed: { key: "speed", title: "Speed", range: [0, 255], initial: 100 },
} as const satisfies Record<string, Rule>;

/** For the form; on the wire a mode is any whole number of its range. */
export const MODE_CHOICES: readonly Choice[] = [
  [CLEAR_MODE, "Clear"],
  ...LED_MODES.map(({ id, name }): Choice => [id, name]),
];

/** Section "LED Ring Basic Data Specification". */
export const BASIC = {
  pattern: {
    key: "pattern",
    title: "Pattern",
    range: [1, 18],
    choices: LED_PATTERNS.map(({ id, name }): Choice => [id, name]),
    initial: 4,
  },
  colour: {
    key: "colors",
    title: "Colour",
    description: "Two bits each of red, green and blue: 48 red, 12 green, 3 blue.",
    range: [0, 63],
  },
  period: {
    key: "period",
    title: "Period",
    description: "In steps of 250 ms; 0 stands still.",
    unit: "250 ms",
    range: [0, 255],
    initial: 20,
  },
  dutyCycle: {
    key: "duty-cycle",
    title: "Duty cycle",
    description: "How much of the period the first colour takes, in steps of 10 %.",
    unit: "10 %",
    range: [0, 10],
    initial: 5,
  },
} as const satisfies Record<string, Rule>;

/** Always gives three colours: which of them a mode uses, the specification tells wrongly (C4). */
export function readRing(payload: JsonObject, reader: Reader): Outcome<JsonObject, Problem> {
  warnOfUnknown(payload, (key) => key in RING || key === "colors", reader);
  const mode = readNumber(RING.mode, payload["mode"], reader);
  if (!mode.ok) return mode;
  if (mode.value === CLEAR_MODE) return success(CLEARED_RING);

  const duration = readNumber(RING.duration, payload["duration"], reader);
  if (!duration.ok) return duration;
  const speed = readNumber(RING.speed, payload["speed"], reader);
  if (!speed.ok) return speed;
  const colors = readColours(payload["colors"], coloursOf(mode.value), reader);
  if (!colors.ok) return colors;
  if (duration.value === 0) {
    warn("W_DURATION_ZERO", reader, "duration: 0 ends the animation at once");
  }
  return success({
    mode: mode.value,
    duration: duration.value,
    speed: speed.value,
    colors: colors.value,
  });
}

export function readBasic(payload: JsonObject, reader: Reader): Outcome<JsonObject, Problem> {
  const keys: readonly string[] = Object.values(BASIC).map(({ key }) => key);
  warnOfUnknown(payload, (key) => keys.includes(key), reader);
  const pattern = readNumber(BASIC.pattern, payload["pattern"], reader);
  if (!pattern.ok) return pattern;
  if (pattern.value === CLEAR_PATTERN) return success(CLEARED_BASIC);

  const colors = readSixBitColours(payload["colors"], reader);
  if (!colors.ok) return colors;
  const period = readNumber(BASIC.period, payload["period"], reader);
  if (!period.ok) return period;
  const dutyCycle = readNumber(BASIC.dutyCycle, payload["duty-cycle"], reader);
  if (!dutyCycle.ok) return dutyCycle;
  return success({
    pattern: pattern.value,
    colors: colors.value,
    period: period.value,
    "duty-cycle": dutyCycle.value,
  });
}

/** "0: only first colour, 1-3: first two colours, 4-102: all colours from array are used." */
function coloursOf(mode: number): number {
  if (mode === 0) return 1;
  return mode <= 3 ? 2 : 3;
}

function readColours(
  found: Json | undefined,
  needed: number,
  reader: Reader,
): Outcome<string[], Problem> {
  const list = readList(found, { needed, most: 3 }, reader);
  if (!list.ok) return list;
  const colours: string[] = [];
  for (const [index, text] of list.value.entries()) {
    const colour = typeof text === "string" ? parseColour(text) : undefined;
    if (colour === undefined) {
      const detail = `colors/${index}: ${show(text)}, expected "0xRRGGBB" or "#RRGGBB"`;
      return refuse("E_COLOR", reader, detail);
    }
    colours.push(formatColour(colour));
  }
  while (colours.length < 3) colours.push(BLACK);
  return success(colours);
}

function readSixBitColours(found: Json | undefined, reader: Reader): Outcome<number[], Problem> {
  const list = readList(found, { needed: 2, most: 2 }, reader);
  if (!list.ok) return list;
  const inside = { ...reader, pointer: `${reader.pointer}/colors` };
  const colours: number[] = [];
  for (const [index, code] of list.value.entries()) {
    const colour = readNumber({ ...BASIC.colour, key: `${index}` }, code, inside);
    if (!colour.ok) return colour;
    colours.push(colour.value);
  }
  while (colours.length < 2) colours.push(0);
  return success(colours);
}

/** The colours that count; too few are black later, too many are not read. */
function readList(
  found: Json | undefined,
  { needed, most }: { needed: number; most: number },
  reader: Reader,
): Outcome<readonly Json[], Problem> {
  if (found === undefined) return refuse("E_FIELD_MISSING", reader, "colors: required");
  if (!Array.isArray(found)) {
    return refuse("E_FIELD_TYPE", reader, `colors: ${show(found)}, expected an array`);
  }
  const list: readonly Json[] = found;
  if (list.length < needed) {
    warn("W_COLOR_PADDED", reader, `colors: ${list.length} given, ${needed} needed`);
  }
  if (list.length > most) warn("W_FIELD_UNKNOWN", reader, `colors/${most}: not read`);
  return success(list.slice(0, most));
}
