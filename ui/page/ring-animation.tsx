import { useMemo, useState } from "react";
import { LED_MODES } from "../../src/domain/led-modes.ts";
import { formatNumber } from "../format.ts";
import {
  type AnimationChoice,
  animationCommand,
  CLEAR_MODE,
  durationOf,
  modeName,
  searchModes,
} from "../led-form.ts";
import { ColourField } from "../part/colour-field.tsx";
import { Empty } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { Slider } from "../part/slider.tsx";
import { RingPicker } from "./ring-picker.tsx";

type RingAnimationProps = {
  readonly choice: AnimationChoice;
  readonly ledCount: number;
  readonly onChange: (choice: AnimationChoice) => void;
};

/** A `led-ring` command: one of 103 animations that ends by itself. */
export function RingAnimation({ choice, ledCount, onChange }: RingAnimationProps) {
  const { mode, speed, colours } = choice;
  const isClear = mode === CLEAR_MODE;
  const slots = LED_MODES[mode]?.slots ?? [];
  return (
    <>
      <ModePicker choice={choice} ledCount={ledCount} onChange={onChange} />
      {!isClear && (
        <div className="ring-fields">
          <Slider
            label="Speed"
            value={speed}
            min={0}
            max={255}
            words={formatNumber(speed, 0)}
            hint={tempoWords(choice, ledCount)}
            onChange={(changed) => onChange({ ...choice, speed: changed })}
          />
          <Duration choice={choice} onChange={onChange} />
          <div className="ring-colours">
            {colours.map((colour, slot) => (
              <ColourField
                // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place
                key={slot}
                label={`Colour ${slot + 1}`}
                value={colour}
                disabled={!slots.includes(slot)}
                hint={slots.includes(slot) ? "" : "sent, not shown"}
                onChange={(changed) =>
                  onChange({ ...choice, colours: replaced(colours, slot, changed) })
                }
              />
            ))}
          </div>
        </div>
      )}
    </>
  );
}

function ModePicker({ choice, ledCount, onChange }: RingAnimationProps) {
  const [typed, setTyped] = useState("");
  const found = searchModes(typed);
  const items = useMemo(
    () =>
      found.map((mode) => ({
        id: mode,
        name: modeName(mode),
        command: animationCommand({ ...choice, mode }),
      })),
    [found, choice],
  );
  return (
    <div className="stack">
      <TextField
        label="Animation"
        value={typed}
        onChange={setTyped}
        type="search"
        placeholder={`${modeName(choice.mode)}, ${choice.mode}`}
        hint={`${found.length} of ${LED_MODES.length + 1}: by name or number`}
      />
      {items.length > 0 ? (
        <RingPicker
          label="Animations"
          items={items}
          chosen={choice.mode}
          ledCount={ledCount}
          onChoose={(mode) => onChange({ ...choice, mode })}
        />
      ) : (
        <Empty title={`No animation is called '${typed}'`} />
      )}
    </div>
  );
}

/** Typed in seconds, kept in milliseconds; what cannot be read changes nothing. */
function Duration({ choice, onChange }: Omit<RingAnimationProps, "ledCount">) {
  const { durationMs } = choice;
  const [typed, setTyped] = useState({ text: "", stoodFor: -1 });
  // What was typed counts until something else, such as a preset, sets the duration.
  const text = typed.stoodFor === durationMs ? typed.text : String(durationMs / 1000);
  return (
    <TextField
      label="Duration"
      unit="s"
      inputMode="decimal"
      autoComplete="off"
      value={text}
      error={
        durationOf(text) === undefined ? "Seconds, such as 10 or 0.5; at most 49 days." : undefined
      }
      hint={
        durationMs === 0
          ? "Ends at once. What should stay is a basic pattern."
          : "Then it is dark, or the pattern below it shows again."
      }
      onChange={(changed) => {
        const read = durationOf(changed) ?? durationMs;
        setTyped({ text: changed, stoodFor: read });
        if (read !== durationMs) onChange({ ...choice, durationMs: read });
      }}
    />
  );
}

function tempoWords({ mode, speed }: AnimationChoice, ledCount: number): string {
  const ms = LED_MODES[mode]?.tempo(speed, ledCount) ?? Number.POSITIVE_INFINITY;
  if (!Number.isFinite(ms)) return "255 is the fastest.";
  const words = ms < 1000 ? `${formatNumber(ms, 0)} ms` : `${formatNumber(ms / 1000, 1)} s`;
  return `A cycle or step of ${words}.`;
}

function replaced(
  [first, second, third]: AnimationChoice["colours"],
  slot: number,
  colour: number,
): AnimationChoice["colours"] {
  return [slot === 0 ? colour : first, slot === 1 ? colour : second, slot === 2 ? colour : third];
}
