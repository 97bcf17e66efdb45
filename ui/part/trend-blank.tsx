import { formatDateTime } from "../format.ts";
import type { View } from "../trend-view.ts";
import type { Trend } from "../use-trend.ts";
import { Button } from "./button.tsx";
import type { PointPen } from "./pen.ts";

const NOTHING_YET = "No values yet: they are drawn as they come.";
const NOTHING_HERE = "No values in this time.";
/** What was told has no place on a scale: none, or no number. */
const NO_FIGURE = "Nothing in this time that can be drawn.";

type TrendBlankProps = {
  readonly pens: readonly PointPen[];
  readonly view: View;
  readonly trend: Pick<Trend, "from" | "to">;
  readonly onView: ((from: number, to: number) => void) | undefined;
};

/** Where nothing is drawn: that this is so, and where there is something. */
export function TrendBlank({ pens, view, trend: { from, to }, onView }: TrendBlankProps) {
  const newest = Math.max(...pens.map(({ point }) => Date.parse(point.latest?.at ?? "") || 0));
  const isHere = newest >= from && newest <= to;
  return (
    <div className="trend-blank" role="status">
      <span>{newest === 0 ? NOTHING_YET : isHere ? NO_FIGURE : NOTHING_HERE}</span>
      {newest > 0 && !isHere && onView && (
        <Button onClick={() => onView(...endingAt(newest, view.spanMs))}>
          {`Show the newest, of ${formatDateTime(newest)}`}
        </Button>
      )}
    </div>
  );
}

/** As wide as before; the newest value is seen a little before its end. */
function endingAt(newest: number, spanMs: number): [from: number, to: number] {
  const to = newest + spanMs * 0.05;
  return [to - spanMs, to];
}
