import {
  AMBER,
  CLEAR_MODE,
  FIRST_ANIMATION,
  GREEN,
  IDENTIFY,
  RED,
  type RingChoice,
  steady,
} from "../led-form.ts";
import { Button } from "../part/button.tsx";

type RingPresetsProps = { readonly onChoose: (choice: Partial<RingChoice>) => void };

const PRESETS: readonly { readonly name: string; readonly choice: Partial<RingChoice> }[] = [
  { name: "Identify, 10 s", choice: { kind: "led-ring", animation: IDENTIFY } },
  { name: "Green", choice: { kind: "led-ring-basic", pattern: steady(GREEN) } },
  { name: "Amber", choice: { kind: "led-ring-basic", pattern: steady(AMBER) } },
  { name: "Red", choice: { kind: "led-ring-basic", pattern: steady(RED) } },
  {
    name: "Clear",
    choice: { kind: "led-ring", animation: { ...FIRST_ANIMATION, mode: CLEAR_MODE } },
  },
];

/** What is wanted most often; they fill the fields and send nothing. */
export function RingPresets({ onChoose }: RingPresetsProps) {
  return (
    <div className="row wrap">
      {PRESETS.map(({ name, choice }) => (
        <Button key={name} onClick={() => onChoose(choice)}>
          {name}
        </Button>
      ))}
    </div>
  );
}
