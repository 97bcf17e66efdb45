import { type KeyboardEvent, useId } from "react";
import { colourOf6Bit, formatColour } from "../../src/domain/led-colour.ts";
import { sixBitBeside, sixBitName, sixBits } from "../six-bit.ts";
import "./swatches.css";

type SwatchesProps = {
  readonly label: string;
  /** Six bits, as basic patterns carry a colour. */
  readonly value: number;
  readonly onChange: (code: number) => void;
};

/** A block for each share of red; in it blue grows to the right and green downwards. */
const BLOCKS = [0, 1, 2, 3].map((red) => ({
  red,
  codes: Array.from({ length: 16 }, (_, at) => (red << 4) | at),
}));

/** Exactly the 64 colours that there are, and nothing that would be rounded to one. */
export function Swatches({ label, value, onChange }: SwatchesProps) {
  const name = useId();
  const onKeyDown = (event: KeyboardEvent<HTMLFieldSetElement>) => {
    const beside = sixBitBeside(value, event.key);
    if (beside === undefined) return;
    event.preventDefault(); // an arrow would go through the blocks one by one
    onChange(beside);
    event.currentTarget.querySelector<HTMLInputElement>(`input[value="${beside}"]`)?.focus();
  };
  return (
    <fieldset className="swatches" onKeyDown={onKeyDown}>
      <legend>
        {label} <b>{sixBitName(value)}</b> <code className="num">{value}</code>{" "}
        <code className="dim num">{sixBits(value)}</code>
      </legend>
      <div className="swatch-blocks">
        {BLOCKS.map(({ red, codes }) => (
          <div key={red} className="swatch-grid">
            {codes.map((code) => (
              <Swatch
                key={code}
                code={code}
                group={name}
                isChosen={code === value}
                onChoose={() => onChange(code)}
              />
            ))}
          </div>
        ))}
      </div>
    </fieldset>
  );
}

type SwatchProps = {
  readonly code: number;
  readonly group: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
};

function Swatch({ code, group, isChosen, onChoose }: SwatchProps) {
  const words = `${sixBitName(code)}, ${code}`;
  return (
    <label className="swatch" title={words}>
      <input type="radio" name={group} value={code} checked={isChosen} onChange={onChoose} />
      <span className="spoken">{words}</span>
      <i style={{ background: formatColour(colourOf6Bit(code)).replace("0x", "#") }} />
    </label>
  );
}
