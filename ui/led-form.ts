import { type Colour, formatColour, parseColour } from "../src/domain/led-colour.ts";
import { LED_MODES } from "../src/domain/led-modes.ts";
import { LED_PATTERNS } from "../src/domain/led-patterns.ts";

/** What a person has chosen for the ring: an animation that ends, or a pattern that stays. */
export type AnimationChoice = {
  readonly mode: number;
  /** 0 to 255. */
  readonly speed: number;
  readonly durationMs: number;
  readonly colours: readonly [Colour, Colour, Colour];
};
export type PatternChoice = {
  readonly pattern: number;
  /** Six bits each. */
  readonly colours: readonly [number, number];
  /** In 250 ms; 0 stands still. */
  readonly period: number;
  /** In tenths. */
  readonly duty: number;
};

/** What the ring is to show; each kind keeps its choice while the other is looked at. */
export type RingChoice = {
  readonly kind: "led-ring" | "led-ring-basic";
  readonly animation: AnimationChoice;
  readonly pattern: PatternChoice;
};

/** A `led-ring` or `led-ring-basic` command as the API takes it. */
export type RingCommand = {
  readonly name: RingChoice["kind"];
  readonly parameters: Readonly<Record<string, unknown>>;
};

export const CLEAR_MODE = -1;
export const CLEAR_PATTERN = 1;
export const PERIOD_MAX = 255;
export const PERIOD_STEP_MS = 250;
export const DURATION_MS_MAX = 2 ** 32 - 1;

/** The specification's own example. */
export const FIRST_ANIMATION: AnimationChoice = {
  mode: 1,
  speed: 100,
  durationMs: 10_000,
  colours: [0x0000ff, 0x00ff00, 0xff0000],
};
export const FIRST_PATTERN: PatternChoice = { pattern: 4, colours: [12, 48], period: 20, duty: 5 };

/** What was kept of a command, as a choice again; undefined where it is no picture for a ring. */
export function choiceOf(
  name: string,
  parameters: Readonly<Record<string, unknown>>,
): Partial<RingChoice> | undefined {
  const number = (key: string, fallback: number) => Number(parameters[key] ?? fallback);
  const colours = Array.isArray(parameters["colors"]) ? parameters["colors"] : [];
  if (name === "led-ring") {
    const at = (index: number) => parseColour(String(colours[index] ?? "")) ?? 0;
    const timing = { speed: number("speed", 0), durationMs: number("duration", 0) };
    const animation = { mode: number("mode", CLEAR_MODE), ...timing } as const;
    return { kind: name, animation: { ...animation, colours: [at(0), at(1), at(2)] } };
  }
  if (name !== "led-ring-basic") return undefined;
  const rhythm = { period: number("period", 0), duty: number("duty-cycle", 0) };
  const pattern = { pattern: number("pattern", CLEAR_PATTERN), ...rhythm } as const;
  const [first = 0, second = 0] = colours.map(Number);
  return { kind: name, pattern: { ...pattern, colours: [first, second] } };
}

/** In the specification's order, and all of it: a node is never left to guess. */
export function animationCommand(choice: AnimationChoice): RingCommand {
  const isClear = choice.mode === CLEAR_MODE;
  const { mode, speed, durationMs, colours } = isClear ? CLEARED_ANIMATION : choice;
  return {
    name: "led-ring",
    parameters: { mode, duration: durationMs, speed, colors: colours.map(formatColour) },
  };
}

export function patternCommand(choice: PatternChoice): RingCommand {
  const isClear = choice.pattern === CLEAR_PATTERN;
  const { pattern, colours, period, duty } = isClear ? CLEARED_PATTERN : choice;
  return {
    name: "led-ring-basic",
    parameters: { pattern, colors: [...colours], period, "duty-cycle": duty },
  };
}

const CLEARED_ANIMATION: AnimationChoice = {
  mode: CLEAR_MODE,
  speed: 0,
  durationMs: 0,
  colours: [0, 0, 0],
};
const CLEARED_PATTERN: PatternChoice = {
  pattern: CLEAR_PATTERN,
  colours: [0, 0],
  period: 0,
  duty: 0,
};

/** Flashes the ring of the one device that somebody looks for: white on dark, ten seconds. */
export const IDENTIFY: AnimationChoice = {
  mode: 1,
  speed: 220,
  durationMs: 10_000,
  colours: [0xffffff, 0x000000, 0x000000],
};

/** A pattern that stands still in one colour until it is cleared. */
export function steady(colour: number): PatternChoice {
  return { pattern: 2, colours: [colour, 0], period: 0, duty: 10 };
}

export const GREEN = 12;
export const AMBER = 56;
export const RED = 48;

export function modeName(mode: number): string {
  return mode === CLEAR_MODE ? "Clear" : (LED_MODES[mode]?.name ?? `Mode ${mode}`);
}

export function patternName(pattern: number): string {
  return LED_PATTERNS[pattern - 1]?.name ?? `Pattern ${pattern}`;
}

/** Modes whose id, name or identifier has all the words that were typed. */
export function searchModes(typed: string): readonly number[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const isFound = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  return [
    ...(isFound("-1 clear off dark") ? [CLEAR_MODE] : []),
    ...LED_MODES.filter(({ id, name, identifier }) =>
      isFound(`${id} ${name} ${identifier.replaceAll("_", " ")}`),
    ).map(({ id }) => id),
  ];
}

/** What is typed as seconds, as whole milliseconds; undefined where it is none. */
export function durationOf(typed: string): number | undefined {
  const seconds = Number(typed.trim().replace(",", "."));
  if (typed.trim() === "" || !Number.isFinite(seconds)) return undefined;
  const ms = Math.round(seconds * 1000);
  return ms >= 0 && ms <= DURATION_MS_MAX ? ms : undefined;
}
