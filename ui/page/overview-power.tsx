import type { PointReply } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { Card } from "../part/card.tsx";
import { PointFigure } from "../part/figure.tsx";
import { penColour } from "../part/pen.ts";
import { TrendPanes } from "../part/trend-panes.tsx";
import { assetName } from "../pick.ts";

const SPAN_MS = 60 * 60_000;

export function Power({ points }: { readonly points: readonly PointReply[] }) {
  const pens = points.map((point, at) => ({
    point,
    label: assetName(point),
    colour: penColour(at),
  }));
  return (
    <Card
      title={formatName(points[0]?.variable.name ?? "Power")}
      meta="1 hour"
      span={8}
      flush
      actions={<PowerLegend pens={pens} />}
    >
      <TrendPanes pens={pens} spanMs={SPAN_MS} group="overview" height={232} hasLegend={false} />
    </Card>
  );
}

type PowerLegendProps = {
  readonly pens: readonly {
    readonly point: PointReply;
    readonly label: string;
    readonly colour: string;
  }[];
};

function PowerLegend({ pens }: PowerLegendProps) {
  return pens.map(({ point, label, colour }) => (
    <span key={point.id} className="trend-pen num">
      <i style={{ background: `var(${colour})` }} />
      {label}
      <PointFigure point={point} />
    </span>
  ));
}
