import { formatDateTime } from "../format.ts";
import type { View } from "../trend-view.ts";
import { Button } from "./button.tsx";
import type { PointPen } from "./pen.ts";

type TrendBlankProps = {
  readonly pens: readonly PointPen[];
  readonly view: View;
  readonly onView: ((from: number, to: number) => void) | undefined;
};

/** Where nothing is drawn: that this is so, and where there is something. */
export function TrendBlank({ pens, view, onView }: TrendBlankProps) {
  const newest = Math.max(...pens.map(({ point }) => Date.parse(point.latest?.at ?? "") || 0));
  return (
    <div className="trend-blank" role="status">
      <span>
        {newest === 0 ? "No values yet: they are drawn as they come." : "No values in this time."}
      </span>
      {newest > 0 && onView && (
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
