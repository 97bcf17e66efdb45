import { useMemo, useRef } from "react";
import { formatAlike, formatCount, formatDateTime, formatUnit } from "../format.ts";
import { badCount, badRows, isBlank, trendSum } from "../trend-sum.ts";
import type { View } from "../trend-view.ts";
import type { TrendColumns } from "../trend-window.ts";
import { type Trend, useTrend } from "../use-trend.ts";
import { Empty, ProblemNote, Waiting } from "./empty.tsx";
import { Figure, PointFigure } from "./figure.tsx";
import { Lane, LaneTimes } from "./lane.tsx";
import { hasLane, type Pane, type PointPen, panesOf } from "./pen.ts";
import { TrendPlot } from "./trend.tsx";
import { TrendBlank } from "./trend-blank.tsx";
import { hintWords, TrendHint } from "./trend-hint.tsx";
import { type Reading, TrendSurface } from "./trend-surface.tsx";

type TrendPanesProps = {
  readonly pens: readonly PointPen[];
  readonly view: View;
  /** Another stretch of time was chosen by dragging; absent: the view stays as it is. */
  readonly onView?: ((from: number, to: number) => void) | undefined;
  readonly onReset?: (() => void) | undefined;
  /** Of a single pane; several share the room. */
  readonly height?: number;
  /** False where the card's head has the legend already. */
  readonly hasLegend?: boolean;
};

/** The trend of some points: a pane for each unit, a strip for each state, one time for all. */
export function TrendPanes(props: TrendPanesProps) {
  const { pens, view } = props;
  const points = useMemo(() => pens.map(({ point }) => point), [pens]);
  const newest = useTrend(points, view);
  // Until what was chosen last has come, what was there before stays: nothing jumps.
  const ready = useRef<Drawn>(null);
  if (!newest.isLoading) ready.current = { pens, trend: newest };
  if (pens.length === 0) return <Empty title="Choose what to draw" />;
  if (!ready.current) {
    return (
      <div style={{ minHeight: heightOf(props) }}>
        <Waiting />
      </div>
    );
  }
  return <Panes {...props} {...ready.current} isWaiting={newest.isWaiting} />;
}

const HEIGHT = 220;
/** Of a pane, where several share the height. */
const HEIGHT_MIN = 120;
/** A line of words above a pane, and the strip of a state. */
const LEGEND_HEIGHT = 28;
/** Room below the last pane, less the gap that the first has not above it. */
const REST_HEIGHT = 4;

function paneHeightOf(panes: number, height = HEIGHT): number {
  return panes === 1 ? height : Math.max(HEIGHT_MIN, height / panes + 40);
}

/** Of what will be drawn: what stands below it does not jump when it comes. */
function heightOf({ pens, height, hasLegend = true }: TrendPanesProps): number {
  const counted = pens.filter(({ point }) => !hasLane(point));
  const panes = panesOf(counted).length;
  const legends = pens.length - counted.length + (hasLegend ? panes : 0);
  return panes * paneHeightOf(panes, height) + legends * LEGEND_HEIGHT + REST_HEIGHT;
}

type Drawn = { readonly pens: readonly PointPen[]; readonly trend: Trend };
type PanesProps = TrendPanesProps & Drawn & { readonly isWaiting: boolean };

function Panes(props: PanesProps) {
  const { pens, trend, view, onView, onReset, hasLegend = true } = props;
  const isLive = view.from === null;
  const isHeard = trend.heardTo > trend.from;
  const lanes = pens.filter(({ point }) => hasLane(point));
  const panes = useMemo(() => panesOf(pens.filter(({ point }) => !hasLane(point))), [pens]);
  const paneHeight = paneHeightOf(panes.length, props.height);
  return (
    <div className="trend-panes" aria-busy={props.isWaiting}>
      <ProblemNote problem={trend.problem} />
      {isHeard && isBlank(trend.columns.pens) && (
        <TrendBlank pens={pens} view={view} trend={trend} onView={onView} />
      )}
      <TrendSurface
        from={trend.from}
        to={trend.to}
        reading={readingOf(pens, trend)}
        hint={(at) => <TrendHint trend={trend} pens={pens} at={at} />}
        onView={onView}
        onReset={onReset}
      >
        {panes.map((pane) => (
          <figure key={pane.pens[0]?.key} className="trend-pane">
            {hasLegend && <Legend pane={pane} trend={trend} isLive={isLive} />}
            <PanePlot pane={pane} trend={trend} height={paneHeight} />
          </figure>
        ))}
        {lanes.map((pen) => (
          <Lane key={pen.key} trend={trend} pen={pen} isLive={isLive} />
        ))}
        {panes.length === 0 && <LaneTimes from={trend.from} to={trend.to} />}
      </TrendSurface>
    </div>
  );
}

function readingOf(pens: readonly PointPen[], trend: Trend): Reading {
  return {
    label: `Read ${pens.map(({ label }) => label).join(", ")}`,
    stepMs: trend.columns.widthMs,
    words: (at) =>
      at === null
        ? `${formatDateTime(trend.from)} to ${formatDateTime(trend.to)}`
        : hintWords(trend, pens, at),
  };
}

type PanePlotProps = {
  readonly pane: Pane;
  readonly trend: Trend;
  readonly height: number;
};

function PanePlot({ pane, trend, height }: PanePlotProps) {
  const { columns, points, from, to } = trend;
  const shown = useMemo((): TrendColumns => {
    const pens = pane.pens.map(({ point }) => columns.pens[points.indexOf(point)] ?? NOTHING);
    return { at: columns.at, bad: badRows(pens), pens };
  }, [pane, columns, points]);
  return (
    <TrendPlot
      label={`${pane.pens.map(({ label }) => label).join(", ")} over time`}
      pens={pane.pens}
      columns={shown}
      from={from}
      to={to}
      height={height}
    />
  );
}

const NOTHING = { avg: [], min: [], max: [], good: [], all: [] };

type LegendProps = {
  readonly pane: Pane;
  readonly trend: Trend;
  readonly isLive: boolean;
};

/** Beside what ends now stands what it is now; beside any other time, what it was then. */
function Legend({ pane, trend, isLive }: LegendProps) {
  return (
    <figcaption className="trend-legend num">
      {pane.pens.map((pen) => (
        <span key={pen.key} className="trend-pen">
          <i style={{ background: `var(${pen.colour})` }} />
          {pen.label}
          {isLive ? <PointFigure point={pen.point} /> : <PastFigure pen={pen} trend={trend} />}
          <NotGood pen={pen} trend={trend} />
        </span>
      ))}
    </figcaption>
  );
}

type PenFigureProps = { readonly pen: PointPen; readonly trend: Trend };

/** Why there is a hole where samples came: the marks below the line are of the same. */
function NotGood({ pen, trend: { columns, points } }: PenFigureProps) {
  const drawn = columns.pens[points.indexOf(pen.point)];
  const bad = drawn ? badCount(drawn) : 0;
  if (bad === 0) return null;
  return <span className="trend-bad">{`${formatCount(bad, "sample")} not good`}</span>;
}

function PastFigure({ pen, trend }: PenFigureProps) {
  const { columns, points } = trend;
  const drawn = columns.pens[points.indexOf(pen.point)];
  const sum = drawn && trendSum(drawn);
  if (!sum) return <span className="hint">no value</span>;
  const [min, max, mean] = formatAlike([sum.min, sum.max, sum.mean], pen.variable);
  return (
    <>
      <Figure text={`${min} \u2013 ${max}`} unit={formatUnit(pen.variable.unit)} />
      <span className="hint">{`mean ${mean}`}</span>
    </>
  );
}
