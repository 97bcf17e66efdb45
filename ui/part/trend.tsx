import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { scaleLabels } from "../scale-labels.ts";
import { colourOf, type Theme, useTheme } from "../theme.ts";
import { timeLabels } from "../time-axis.ts";
import { drawnAt, type TrendColumns } from "../trend-window.ts";
import type { Pen } from "./pen.ts";
import { PLOT_LEFT, PLOT_RIGHT } from "./plot-edges.ts";
import "./trend.css";

type TrendPlotProps = {
  /** What the picture shows, for ears. */
  readonly label: string;
  readonly pens: readonly Pen[];
  readonly columns: TrendColumns;
  /** The time axis, in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** At least; where its card has more room it takes that. */
  readonly height: number;
  /** True: each value holds for its whole bucket, and `columns.at` is where it begins. */
  readonly isStepped?: boolean;
};

/** uPlot lives outside React: React keeps its box, and hands it new columns. */
export function TrendPlot(props: TrendPlotProps) {
  const { label, pens, columns, from, to, height, isStepped = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(props);
  newest.current = props;
  const theme = useTheme();
  const shape = pens.map(({ key, colour }) => `${key}:${colour}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` and `theme` stand for the pens
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const columnsNow = () => newest.current.columns;
    const made = new uPlot(
      { ...optionsFor(newest.current, theme, columnsNow), ...sizeOf(element) },
      dataOf(newest.current),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize(sizeOf(element)));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, theme]);

  useEffect(() => {
    plot.current?.batch((it: uPlot) => {
      it.setData(dataOf({ columns, from, to, isStepped }), false);
      it.setScale("x", { min: from / 1000, max: to / 1000 });
    });
  }, [columns, from, to, isStepped]);

  return (
    <div
      ref={box}
      className="trend-plot"
      role="img"
      aria-label={label}
      style={{ minHeight: height }}
    />
  );
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement) {
  return { width: clientWidth, height: clientHeight };
}

function optionsFor(
  { pens, isStepped = false }: TrendPlotProps,
  theme: Theme,
  columns: () => TrendColumns,
) {
  const text = colourOf("--t3");
  const font = "11px 'Inter Variable', Inter, sans-serif";
  const options: Omit<uPlot.Options, "width" | "height"> = {
    padding: [8, PLOT_RIGHT, 0, 0],
    legend: { show: false },
    // What a pointer does is the same for all that shares the time: see trend-surface.tsx.
    cursor: { show: false },
    scales: {
      x: { time: true },
      y: { range: (_, low, high) => yRange(pens[0]?.variable.range, isStepped, [low, high]) },
    },
    axes: [
      {
        stroke: text,
        font,
        size: 26,
        space: 84,
        grid: { show: false },
        ticks: { show: false },
        values: (_, splits) => timeLabels(splits.map((split) => split * 1000)),
      },
      {
        stroke: text,
        font,
        size: PLOT_LEFT,
        space: 28,
        grid: { stroke: colourOf("--line"), width: 1 },
        ticks: { show: false },
        values: (_, splits) => scaleLabels(splits),
      },
    ],
    series: [{}, ...pens.flatMap((pen) => seriesOf(colourOf(pen.colour), theme, isStepped))],
    bands: pens.map((pen, at) => ({
      series: [3 * at + 1, 3 * at + 2] as [number, number],
      fill: faint(colourOf(pen.colour), theme),
    })),
    hooks: {
      drawClear: [(plot) => drawNormal(plot, pens, colourOf("--band"))],
      draw: [(plot) => drawBad(plot, columns(), colourOf("--p4"))],
    },
  };
  return options;
}

/** Highest, lowest, average: the first two only hold the band between them. */
function seriesOf(colour: string, theme: Theme, isStepped: boolean): uPlot.Series[] {
  const edge = { stroke: "transparent", width: 0, points: { show: false } };
  const width = theme === "dark" ? 1.5 : 1.6;
  const stepped = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const paths = stepped ? { paths: stepped } : {};
  return [edge, edge, { stroke: colour, width, points: { show: false }, ...paths }];
}

type Drawn = Pick<TrendPlotProps, "columns" | "from" | "to" | "isStepped">;

function dataOf({ columns: { at, pens }, from, to, isStepped }: Drawn): uPlot.AlignedData {
  return [
    isStepped ? [...at] : drawnAt(at, from, to),
    ...pens.flatMap(({ max, min, avg }) => [[...max], [...min], [...avg]]),
  ] as uPlot.AlignedData;
}

/** Room above and below; and never so close that noise looks like an event. */
function yRange(
  range: readonly [number, number] | undefined,
  isStepped: boolean,
  [low, high]: readonly [number | null, number | null],
): [number, number] {
  if (low === null || high === null) return range ? [range[0], range[1]] : [0, 1];
  const least = range ? (range[1] - range[0]) * 0.04 : Math.abs(high) * 0.01 || 1;
  const middle = (low + high) / 2;
  const half = Math.max(high - low, least) * 0.6;
  // Amounts are compared by their height, so they stand on zero.
  if (isStepped && low >= 0) return [0, high * 1.08 || 1];
  // A quantity that cannot be negative is not drawn with a negative axis.
  return [low >= 0 ? Math.max(0, middle - half) : middle - half, middle + half];
}

/** The band where a single pen should be, behind everything. */
function drawNormal(plot: uPlot, pens: readonly Pen[], colour: string): void {
  const normal = pens.length === 1 ? pens[0]?.variable.normal : undefined;
  const { min, max } = plot.scales["y"] ?? {};
  if (!normal || typeof min !== "number" || typeof max !== "number") return;
  const top = plot.valToPos(Math.min(normal[1], max), "y", true);
  const bottom = plot.valToPos(Math.max(normal[0], min), "y", true);
  if (bottom <= top) return;
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.globalAlpha = 0.22;
  ctx.fillStyle = colour;
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.restore();
}

const BAD_PX = 3;

/** Below the line, where samples came and none of them could be drawn. */
function drawBad(plot: uPlot, { at, bad = [] }: TrendColumns, colour: string): void {
  const half = ((at[1] ?? 0) - (at[0] ?? 0)) / 2;
  const { ctx, bbox } = plot;
  const height = BAD_PX * devicePixelRatio;
  const within = (x: number) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, x));
  ctx.save();
  ctx.fillStyle = colour;
  for (const [row, isBad] of bad.entries()) {
    const middle = at[row];
    if (!isBad || middle === undefined) continue;
    const left = Math.floor(within(plot.valToPos(middle - half, "x", true)));
    const right = Math.ceil(within(plot.valToPos(middle + half, "x", true)));
    ctx.fillRect(left, bbox.top + bbox.height - height, Math.max(1, right - left), height);
  }
  ctx.restore();
}

function faint(colour: string, theme: Theme): string {
  const alpha = theme === "dark" ? 0.2 : 0.17;
  return colour.replace(/^rgb\((.*)\)$/, (_, parts: string) => `rgba(${parts}, ${alpha})`);
}
