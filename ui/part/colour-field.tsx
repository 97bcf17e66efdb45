import { useId } from "react";
import { type Colour, formatColour, parseColour } from "../../src/domain/led-colour.ts";
import "./colour-field.css";

type ColourFieldProps = {
  readonly label: string;
  readonly value: Colour;
  readonly onChange: (value: Colour) => void;
  readonly disabled?: boolean;
  readonly hint?: string;
};

/** Any of the 16 million colours, by the browser's own picker. */
export function ColourField({ label, value, onChange, disabled = false, hint }: ColourFieldProps) {
  const id = useId();
  const hex = formatColour(value);
  return (
    <div className="colour-field" data-disabled={disabled || undefined}>
      <label htmlFor={id}>{label}</label>
      <span className="row">
        <input
          id={id}
          type="color"
          value={hex.replace("0x", "#").toLowerCase()}
          disabled={disabled}
          aria-describedby={`${id}-hint`}
          onChange={(event) => onChange(parseColour(event.target.value) ?? value)}
        />
        <span className="colour-words" id={`${id}-hint`}>
          <code>{hex}</code>
          {hint && <span className="hint">{hint}</span>}
        </span>
      </span>
    </div>
  );
}
