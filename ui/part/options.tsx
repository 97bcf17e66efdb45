import { useId } from "react";
import "./options.css";

type Option<T extends string> = {
  readonly value: T;
  readonly name: string;
  /** One sentence: what choosing it means. */
  readonly words: string;
};

type OptionsProps<T extends string> = {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly columns?: 2 | 3;
};

/** One of a few that each need a sentence. */
export function Options<T extends string>(props: OptionsProps<T>) {
  const { label, options, value, onChange, columns = 3 } = props;
  const name = useId();
  return (
    <fieldset className={`options columns-${columns}`}>
      <legend className="spoken">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="option">
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className="option-words">
            <b>{option.name}</b>
            <span className="dim">{option.words}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
