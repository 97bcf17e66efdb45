import type { PointReply } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { Card } from "../part/card.tsx";
import { PointFigure } from "../part/figure.tsx";
import { penOf } from "../part/pen.ts";
import { TrendPanes } from "../part/trend-panes.tsx";
import { assetName } from "../pick.ts";
import type { View } from "../trend-view.ts";

const LAST_HOUR: View = { spanMs: 60 * 60_000, from: null };

export function Power({ points }: { readonly points: readonly PointReply[] }) {
  const pens = points.map((point, at) => penOf(point, at, assetName(point)));
  return (
    <Card
      title={formatName(points[0]?.variable.name ?? "Power")}
      meta="1 hour"
      span={8}
      flush
      actions={pens.map(({ key, point, label, colour }) => (
        <span key={key} className="trend-pen num">
          <i style={{ background: `var(${colour})` }} />
          {label}
          <PointFigure point={point} />
        </span>
      ))}
    >
      <TrendPanes pens={pens} view={LAST_HOUR} height={232} hasLegend={false} />
    </Card>
  );
}
