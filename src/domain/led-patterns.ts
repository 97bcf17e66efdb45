import { BLACK, type Colour, colourOf6Bit } from "./led-colour.ts";
import { LED_COUNT, paint } from "./led-ring.ts";
import { DARK, fract, modulo, type Shader } from "./led-scene.ts";

/** What a `led-ring-basic` command asks for: it lasts until the next one. */
export type BasicPattern = {
  /** 1 to 18, see LED_PATTERNS. */
  readonly pattern: number;
  /** Six bits each, see `colourOf6Bit`. */
  readonly colours: readonly [number, number];
  /** In 250 ms; 0 stands still. */
  readonly period: number;
  /** In tenths: how long the first colour is shown, or how much of the ring it takes. */
  readonly dutyCycle: number;
};

type LedPattern = {
  readonly id: number;
  /** As the specification names it. */
  readonly name: string;
  /** Blinking shows both colours together, then none; alternating one after the other. */
  readonly kind: "clear" | "full" | "blinking" | "alternating" | "spin";
  /** The LEDs that wear the first colour. */
  readonly isFirst: (led: number, ledCount: number) => boolean;
};

/**
 * viaSens MQTT data spec 1.8, "LED Ring Basic Data Specification". It names the patterns without
 * saying where they lie: quarter 1 begins at LED 0 and runs clockwise, six and twelve are equal
 * sectors of which every second one wears the first colour.
 */
export const LED_PATTERNS: readonly LedPattern[] = [
  { id: 1, name: "Clear", kind: "clear", isFirst: () => false },
  { id: 2, name: "Full", kind: "full", isFirst: () => true },
  { id: 3, name: "Half / Blinking", kind: "blinking", isFirst: part(2, 0) },
  { id: 4, name: "Half / Alternating", kind: "alternating", isFirst: part(2, 0) },
  { id: 5, name: "Quarter 1 - Blinking", kind: "blinking", isFirst: part(4, 0) },
  { id: 6, name: "Quarter 2 - Blinking", kind: "blinking", isFirst: part(4, 1) },
  { id: 7, name: "Quarter 3 - Blinking", kind: "blinking", isFirst: part(4, 2) },
  { id: 8, name: "Quarter 4 - Blinking", kind: "blinking", isFirst: part(4, 3) },
  { id: 9, name: "Quarter 1 - Alternating", kind: "alternating", isFirst: part(4, 0) },
  { id: 10, name: "Quarter 2 - Alternating", kind: "alternating", isFirst: part(4, 1) },
  { id: 11, name: "Quarter 3 - Alternating", kind: "alternating", isFirst: part(4, 2) },
  { id: 12, name: "Quarter 4 - Alternating", kind: "alternating", isFirst: part(4, 3) },
  { id: 13, name: "Six Opposite - Blinking", kind: "blinking", isFirst: everySecond(6) },
  { id: 14, name: "Six Opposite - Alternating", kind: "alternating", isFirst: everySecond(6) },
  { id: 15, name: "Twelve Opposite - Blinking", kind: "blinking", isFirst: everySecond(12) },
  { id: 16, name: "Twelve Opposite - Alternating", kind: "alternating", isFirst: everySecond(12) },
  { id: 17, name: "Spin clockwise", kind: "spin", isFirst: () => false },
  { id: 18, name: "Spin counterclockwise", kind: "spin", isFirst: () => false },
];

/** The picture of a basic pattern after `tMs`: a colour for each LED. */
export function basicFrame(asked: BasicPattern, tMs: number, ledCount = LED_COUNT): Colour[] {
  return paint(ledCount, patternShader(asked, tMs, ledCount));
}

/** The same for those who keep the colours themselves. */
export function patternShader(asked: BasicPattern, tMs: number, ledCount: number): Shader {
  const pattern = LED_PATTERNS[asked.pattern - 1];
  return pattern ? shaderOf(pattern, asked, tMs, ledCount) : DARK;
}

function shaderOf(pattern: LedPattern, asked: BasicPattern, t: number, ledCount: number): Shader {
  const [first, second] = [colourOf6Bit(asked.colours[0]), colourOf6Bit(asked.colours[1])];
  const duty = asked.dutyCycle / 10;
  const isStill = asked.period === 0;
  const along = isStill ? 0 : fract(t / (asked.period * 250));
  const isFirstTime = isStill || along < duty;
  const isFirst = (led: number) => pattern.isFirst(led, ledCount);
  switch (pattern.kind) {
    case "clear":
      return () => BLACK;
    case "full":
      return () => (isFirstTime ? first : second);
    case "blinking":
      return (led) => (isFirstTime ? (isFirst(led) ? first : second) : BLACK);
    case "alternating":
      if (isStill) return (led) => (isFirst(led) ? first : second);
      return (led) => (isFirst(led) === isFirstTime ? (isFirstTime ? first : second) : BLACK);
    case "spin": {
      const turned = Math.floor(along * ledCount) * (pattern.id === 17 ? 1 : -1);
      const arc = Math.round(duty * ledCount);
      return (led) => (modulo(led - turned, ledCount) < arc ? first : second);
    }
  }
}

/** Part `index` of `parts` equal ones. */
function part(parts: number, index: number): LedPattern["isFirst"] {
  return (led, ledCount) => Math.floor((led * parts) / ledCount) === index;
}

function everySecond(sectors: number): LedPattern["isFirst"] {
  return (led, ledCount) => Math.floor((led * sectors) / ledCount) % 2 === 0;
}
