import { useMemo, useState } from "react";
import { formatDateTime, formatValue } from "../format.ts";
import type { TrendColumns } from "../trend-window.ts";
import { useTrend } from "../use-trend.ts";
import { Empty, ProblemNote, Waiting } from "./empty.tsx";
import { PointFigure } from "./figure.tsx";
import { type Pane, type PointPen, panesOf } from "./pen.ts";
import { TrendPlot } from "./trend.tsx";

type TrendPanesProps = {
  readonly pens: readonly PointPen[];
  readonly spanMs: number;
  /** Names the group of charts whose pointers move together. */
  readonly group: string;
  /** Of a single pane; several share the room. */
  readonly height?: number;
  /** False where the card's head has the legend already. */
  readonly hasLegend?: boolean;
};

/** The trend of some points: a pane for each unit, history and live tail. */
export function TrendPanes(props: TrendPanesProps) {
  const { pens, spanMs, group, height = 220, hasLegend = true } = props;
  const points = useMemo(() => pens.map(({ point }) => point), [pens]);
  const trend = useTrend(points, spanMs);
  const panes = useMemo(
    () => panesOf(pens).map((pane) => ({ pane, columns: columnsOf(pane, pens, trend.columns) })),
    [pens, trend.columns],
  );
  const [row, setRow] = useState<number | null>(null);
  if (pens.length === 0) return <Empty title="Choose what to draw" />;
  if (trend.isLoading) return <Waiting />;
  if (trend.problem && trend.columns.at.length === 0)
    return <ProblemNote problem={trend.problem} />;
  const paneHeight = panes.length === 1 ? height : Math.max(120, height / panes.length + 40);
  return (
    <div className="trend-panes">
      {panes.map(({ pane, columns }) => (
        <figure key={pane.pens[0]?.key} className="trend-pane">
          {hasLegend && <Legend pane={pane} columns={columns} row={row} />}
          <TrendPlot
            label={`${pane.pens.map(({ label }) => label).join(", ")} over time`}
            pens={pane.pens}
            columns={columns}
            from={trend.from}
            to={trend.to}
            height={paneHeight}
            group={group}
            onPoint={setRow}
          />
        </figure>
      ))}
    </div>
  );
}

type LegendProps = {
  readonly pane: Pane;
  readonly columns: TrendColumns;
  readonly row: number | null;
};

function Legend({ pane, columns, row }: LegendProps) {
  const at = row === null ? undefined : columns.at[row];
  return (
    <figcaption className="trend-legend num">
      {pane.pens.map((pen, index) => (
        <span key={pen.key} className="trend-pen">
          <i style={{ background: `var(${pen.colour})` }} />
          {pen.label}
          {at === undefined ? (
            <PointFigure point={pen.point} />
          ) : (
            <b>{valueAt(pen, columns.pens[index]?.avg[row ?? -1])}</b>
          )}
        </span>
      ))}
      {at !== undefined && <span className="hint">{formatDateTime(at * 1000)}</span>}
    </figcaption>
  );
}

function valueAt({ variable }: PointPen, cell: number | null | undefined): string {
  const { text, unit } = formatValue(cell, variable);
  return unit ? `${text} ${unit}` : text;
}

function columnsOf(pane: Pane, pens: readonly PointPen[], columns: TrendColumns): TrendColumns {
  const nothing = { avg: [], min: [], max: [] };
  return {
    at: columns.at,
    pens: pane.pens.map((pen) => columns.pens[pens.indexOf(pen)] ?? nothing),
  };
}
