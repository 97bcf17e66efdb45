import { useRef } from "react";
import { Reader } from "./reader.tsx";
import "./bars.css";

type BarsProps = {
  readonly label: string;
  /** Null: not known. */
  readonly values: readonly (number | null)[];
  /** What stands below each of them, where there is room for it. */
  readonly names: readonly string[];
  /** The end of the scale, with its unit. */
  readonly format: (value: number) => string;
  /** The one that is looked at; null: none. */
  readonly picked: number | null;
  /** What it says; without one, what all of them say. */
  readonly words: string;
  readonly onPick: (bar: number | null) => void;
};

/** Labels below, spread over the width. */
const LABELS = 6;

/** Amounts by interval. A bar of plain boxes: as many as fit, never so many that it is a line. */
export function Bars(props: BarsProps) {
  const { label, values, names, format, picked, words, onPick } = props;
  const box = useRef<HTMLDivElement>(null);
  const bars = values.map((value, bar) => ({ bar, value, name: names[bar] ?? "" }));
  const most = niceTop(Math.max(0, ...values.map((value) => value ?? 0)));
  const pick = (x: number) => {
    const edges = box.current?.getBoundingClientRect();
    if (!edges) return;
    const bar = Math.floor(((x - edges.left) / edges.width) * values.length);
    onPick(bar >= 0 && bar < values.length ? bar : null);
  };
  const step = Math.max(1, Math.ceil(values.length / LABELS));
  return (
    <div className="bars num">
      <div className="bars-scale" aria-hidden>
        <span>{most > 0 ? format(most) : ""}</span>
        <span>{most > 0 ? "0" : ""}</span>
      </div>
      <div
        ref={box}
        className="bars-box"
        onPointerDown={(event) => pick(event.clientX)}
        onPointerMove={(event) => pick(event.clientX)}
        onPointerLeave={() => onPick(null)}
      >
        {bars.map(({ bar, value }) => (
          <i
            key={bar}
            className={barClass(value, bar === picked)}
            style={value === null ? {} : { height: `${most > 0 ? (value / most) * 100 : 0}%` }}
          />
        ))}
        {bars.length > 0 && (
          <Reader label={label} words={words} count={bars.length} at={picked} onRead={onPick} />
        )}
      </div>
      <div className="bars-times" aria-hidden>
        {bars
          .filter(({ bar }) => bar % step === 0)
          .map(({ bar, name }) => (
            <span key={bar} style={{ left: `${(bar / bars.length) * 100}%` }}>
              {name}
            </span>
          ))}
      </div>
    </div>
  );
}

function barClass(value: number | null, isPicked: boolean): string {
  return [value === null && "unknown", isPicked && "picked"].filter(Boolean).join(" ");
}

/** The next of 1, 2, 5 times a power of ten: the scale's end. */
function niceTop(most: number): number {
  if (most <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most) ?? most;
}
