import { useId } from "react";
import "./slider.css";

type SliderProps = {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  /** The value in words, beside the label: `5 s`, `40 %`. */
  readonly words: string;
  readonly hint?: string;
};

/** A whole number in a range, where nearly right is right enough. */
export function Slider({ label, value, onChange, min, max, words, hint }: SliderProps) {
  const id = useId();
  return (
    <div className="slider">
      <div className="slider-head">
        <label htmlFor={id}>{label}</label>
        <output className="num" htmlFor={id}>
          {words}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={1}
        value={value}
        aria-valuetext={words}
        {...(hint ? { "aria-describedby": `${id}-hint` } : {})}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
