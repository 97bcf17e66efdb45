import { useMemo } from "react";
import { LED_PATTERNS } from "../../src/domain/led-patterns.ts";
import { formatNumber } from "../format.ts";
import {
  CLEAR_PATTERN,
  type PatternChoice,
  PERIOD_MAX,
  PERIOD_STEP_MS,
  patternCommand,
  patternName,
} from "../led-form.ts";
import { Slider } from "../part/slider.tsx";
import { Swatches } from "../part/swatches.tsx";
import { RingPicker } from "./ring-picker.tsx";

type RingPatternProps = {
  readonly choice: PatternChoice;
  readonly ledCount: number;
  readonly onChange: (choice: PatternChoice) => void;
};

/** A `led-ring-basic` command: one of 18 patterns, which stays until it is cleared or replaced. */
export function RingPattern({ choice, ledCount, onChange }: RingPatternProps) {
  const { pattern, colours, period, duty } = choice;
  const [first, second] = colours;
  const isStill = period === 0;
  const items = useMemo(
    () =>
      LED_PATTERNS.map(({ id }) => ({
        id,
        name: patternName(id),
        command: patternCommand({ ...choice, pattern: id }),
      })),
    [choice],
  );
  return (
    <>
      <RingPicker
        label="Patterns"
        items={items}
        chosen={pattern}
        ledCount={ledCount}
        onChoose={(id) => onChange({ ...choice, pattern: id })}
      />
      {pattern !== CLEAR_PATTERN && (
        <div className="ring-fields">
          <Swatches
            label="First colour"
            value={first}
            onChange={(code) => onChange({ ...choice, colours: [code, second] })}
          />
          <Swatches
            label="Second colour"
            value={second}
            onChange={(code) => onChange({ ...choice, colours: [first, code] })}
          />
          <Slider
            label="Period"
            value={period}
            min={0}
            max={PERIOD_MAX}
            words={
              isStill ? "stands still" : `${formatNumber((period * PERIOD_STEP_MS) / 1000, 2)} s`
            }
            onChange={(changed) => onChange({ ...choice, period: changed })}
          />
          <Slider
            label="Duty cycle"
            value={duty}
            min={0}
            max={10}
            words={`${duty * 10} %`}
            hint={DUTY_WORDS[LED_PATTERNS[pattern - 1]?.kind ?? "full"]}
            onChange={(changed) => onChange({ ...choice, duty: changed })}
          />
        </div>
      )}
    </>
  );
}

/** What the share of the first colour is a share of. */
const DUTY_WORDS = {
  clear: "",
  full: "How long the first colour shows, then the second.",
  blinking: "How long both colours show together, then none.",
  alternating: "How long the first colour shows, then the second.",
  spin: "How much of the ring the first colour takes.",
} as const;
