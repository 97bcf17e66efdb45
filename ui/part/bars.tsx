import { useRef } from "react";
import "./bars.css";

type BarsProps = {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** The first bar's beginning, in milliseconds since the epoch. */
  readonly from: number;
  readonly everyMs: number;
  /** The end of the scale, with its unit. */
  readonly format: (value: number) => string;
  readonly onPoint: (bar: number | null) => void;
};

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" });
const DAY_MS = 24 * 3_600_000;
/** Labels below, spread over the width. */
const LABELS = 6;

/** Amounts by interval. A bar of plain boxes: as many as fit, never so many that it is a line. */
export function Bars({ label, values, from, everyMs, format, onPoint }: BarsProps) {
  const box = useRef<HTMLDivElement>(null);
  const bars = values.map((value, bar) => ({ at: from + bar * everyMs, value: value ?? 0 }));
  const most = niceTop(Math.max(0, ...bars.map(({ value }) => value)));
  const pick = (x: number) => {
    const edges = box.current?.getBoundingClientRect();
    if (!edges) return;
    const bar = Math.floor(((x - edges.left) / edges.width) * values.length);
    onPoint(bar >= 0 && bar < values.length ? bar : null);
  };
  const times = everyMs * values.length > DAY_MS ? DAY : TIME;
  const step = Math.max(1, Math.ceil(values.length / LABELS));
  return (
    <div className="bars num" role="img" aria-label={label}>
      <div className="bars-scale" aria-hidden>
        <span>{most > 0 ? format(most) : ""}</span>
        <span>0</span>
      </div>
      <div
        ref={box}
        className="bars-box"
        onPointerMove={(event) => pick(event.clientX)}
        onPointerLeave={() => onPoint(null)}
      >
        {bars.map(({ at, value }) => (
          <i key={at} style={{ height: `${most > 0 ? (value / most) * 100 : 0}%` }} />
        ))}
      </div>
      <div className="bars-times" aria-hidden>
        {bars
          .filter((_, bar) => bar % step === 0)
          .map(({ at }) => (
            <span key={at} style={{ left: `${((at - from) / (everyMs * bars.length)) * 100}%` }}>
              {times.format(at)}
            </span>
          ))}
      </div>
    </div>
  );
}

/** The next of 1, 2, 5 times a power of ten: the scale's end. */
function niceTop(most: number): number {
  if (most <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most) ?? most;
}
