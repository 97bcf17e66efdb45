import type { Cell } from "../trend-window.ts";
import "./sparkline.css";

type SparklineProps = {
  readonly label: string;
  readonly values: readonly Cell[];
};

const WIDTH = 100;
const HEIGHT = 24;

/** Where it has been: a shape, no scale. The figure beside it has the number. */
export function Sparkline({ label, values }: SparklineProps) {
  return (
    <svg
      className="sparkline"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <path d={pathOf(values)} />
    </svg>
  );
}

/** A line through all numbers; a null lifts the pencil. */
function pathOf(values: readonly Cell[]): string {
  const numbers = values.filter((value) => typeof value === "number");
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low;
  let isDown = false;
  return values
    .flatMap((value, index) => {
      if (value === null) isDown = false;
      if (typeof value !== "number") return [];
      const x = (index / Math.max(1, values.length - 1)) * WIDTH;
      const y = span === 0 ? HEIGHT / 2 : HEIGHT - 1 - ((value - low) / span) * (HEIGHT - 2);
      const step = `${isDown ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
      isDown = true;
      return [step];
    })
    .join("");
}
