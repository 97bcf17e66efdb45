import { useId, useMemo } from "react";
import type { RingCommand } from "../led-form.ts";
import { previewOf } from "../widget/led-preview.ts";
import { LedRing } from "../widget/led-ring.tsx";
import { LedSheetArea } from "../widget/led-sheet.tsx";

type Item = { readonly id: number; readonly name: string; readonly command: RingCommand };

type RingPickerProps = {
  readonly label: string;
  readonly items: readonly Item[];
  readonly chosen: number;
  readonly ledCount: number;
  readonly onChoose: (id: number) => void;
};

/** Many rings to choose one from, each playing what it stands for; arrow keys go on. */
export function RingPicker({ label, items, chosen, ledCount, onChoose }: RingPickerProps) {
  const name = useId();
  return (
    <fieldset className="ring-picker">
      <legend className="spoken">{label}</legend>
      <LedSheetArea>
        {items.map((item) => (
          <label key={item.id} className="ring-option">
            <input
              type="radio"
              name={name}
              checked={item.id === chosen}
              onChange={() => onChoose(item.id)}
            />
            <Thumb command={item.command} ledCount={ledCount} />
            <span className="ring-option-name">{item.name}</span>
            <span className="hint num">{item.id}</span>
          </label>
        ))}
      </LedSheetArea>
    </fieldset>
  );
}

type ThumbProps = { readonly command: RingCommand; readonly ledCount: number };

function Thumb({ command, ledCount }: ThumbProps) {
  const { name, parameters } = command;
  // The command is made anew with each choice: its show changes only with what it says.
  const text = JSON.stringify(name === "led-ring" ? { ...parameters, duration: 0 } : parameters);
  const show = useMemo(
    () => previewOf({ name, parameters: JSON.parse(text) }, ledCount),
    [name, text, ledCount],
  );
  return <LedRing label="" size={44} show={show} isSmall />;
}
