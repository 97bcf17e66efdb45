import { type KeyboardEvent, useRef } from "react";
import "./reader.css";

type ReaderProps = {
  /** What is read. */
  readonly label: string;
  /** Places to read at, from left to right. */
  readonly count: number;
  /** Null: at none of them. */
  readonly at: number | null;
  /** What it says there; at none, as a whole. */
  readonly words: string;
  readonly onRead: (at: number | null) => void;
};

/**
 * Lies over a picture of what there was, to read it by keys and by ear: the arrows, Home and End go
 * from place to place, Escape and going on leave it. It begins at the newest. The pointer does not
 * meet it.
 */
export function Reader({ label, count, at, words, onRead }: ReaderProps) {
  const last = count - 1;
  const left = useRef(last);
  if (at !== null) left.current = at;
  const value = Math.min(left.current, last);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onRead(null);
    else if (at === null && /^(Arrow|Home|End|Page)/.test(event.key)) {
      // It was left here: the first key comes back to it.
      event.preventDefault();
      onRead(value);
    }
  };
  return (
    <input
      type="range"
      className="reader"
      aria-label={label}
      aria-valuetext={words}
      min={0}
      max={last}
      value={value}
      onFocus={() => onRead(last)}
      onBlur={() => onRead(null)}
      onKeyDown={onKeyDown}
      onChange={(event) => onRead(event.target.valueAsNumber)}
    />
  );
}
