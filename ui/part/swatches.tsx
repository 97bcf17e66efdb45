import { useId } from "react";
import { colourOf6Bit, formatColour } from "../../src/domain/led-colour.ts";
import { sixBitName } from "../six-bit.ts";
import "./swatches.css";

type SwatchesProps = {
  readonly label: string;
  /** Six bits, as basic patterns carry a colour. */
  readonly value: number;
  readonly onChange: (code: number) => void;
};

/** All codes, so laid that red grows from block to block, blue to the right and green downwards. */
const CODES = Array.from({ length: 64 }, (_, at) => {
  const [row, column] = [Math.floor(at / 16), at % 16];
  return ((column >> 2) << 4) | (row << 2) | (column & 3);
});

/** Exactly the 64 colours that there are, and nothing that would be rounded to one. */
export function Swatches({ label, value, onChange }: SwatchesProps) {
  const name = useId();
  return (
    <fieldset className="swatches">
      <legend>
        {label} <span className="dim">{sixBitName(value)}</span>{" "}
        <code className="num">{value}</code>
      </legend>
      <div className="swatch-grid">
        {CODES.map((code) => (
          <label key={code} className="swatch" title={`${sixBitName(code)}, ${code}`}>
            <input
              type="radio"
              name={name}
              checked={code === value}
              onChange={() => onChange(code)}
            />
            <span className="spoken">{`${sixBitName(code)}, ${code}`}</span>
            <i style={{ background: formatColour(colourOf6Bit(code)).replace("0x", "#") }} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
