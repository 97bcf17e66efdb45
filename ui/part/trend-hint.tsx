import { formatDateTime, formatSpan, formatValue, NO_VALUE } from "../format.ts";
import type { Cell } from "../trend-window.ts";
import { useToldAfterwards } from "../use-told-afterwards.ts";
import type { Trend } from "../use-trend.ts";
import { hasLane, type PointPen } from "./pen.ts";

type TrendHintProps = {
  readonly trend: Trend;
  readonly pens: readonly PointPen[];
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/** All that is known of one moment: value, unit, time, and how far it is to be trusted. */
export function TrendHint({ trend, pens, at }: TrendHintProps) {
  const { columns } = trend;
  const { widthMs } = columns;
  const { row, from } = rowAt(columns, at);
  const toldAfterwards = useToldAfterwards({
    points: pens.map(({ key: id }, index) => ({ id, samples: columns.pens[index]?.all[row] ?? 0 })),
    ...{ from, to: from + widthMs },
  });
  return (
    <>
      <b>{formatDateTime(from)}</b>
      <span className="hint">{widthMs < 1_000 ? "" : ` for ${formatSpan(widthMs)}`}</span>
      <table>
        <tbody>
          {pens.map((pen, index) => (
            <tr key={pen.key}>
              <td>
                <i style={{ background: `var(${pen.colour})` }} />
                {pen.label}
              </td>
              <td className="trend-hint-value">{told(trend, pen, at).value}</td>
              <td className="hint">
                {told(trend, pen, at).quality}
                {afterwardsText(toldAfterwards[index], columns.pens[index]?.all[row] ?? 0)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The same for ears: `3 Mar, 14:10:00: Pressure 4.21 bar, good; Flow no value`. */
export function hintWords(trend: Trend, pens: readonly PointPen[], at: number): string {
  const words = pens.map((pen) => {
    const { value, quality } = told(trend, pen, at);
    return value === NO_VALUE ? `${pen.label} ${quality}` : `${pen.label} ${value}, ${quality}`;
  });
  return `${formatDateTime(rowAt(trend.columns, at).from)}: ${words.join("; ")}`;
}

/** The bucket that a moment is in, and when that begins. */
function rowAt({ at: middles, widthMs }: Trend["columns"], at: number) {
  const first = (middles[0] ?? 0) * 1000 - widthMs / 2;
  const row = Math.floor((at - first) / widthMs);
  return { row, from: first + row * widthMs };
}

function told(trend: Trend, pen: PointPen, at: number) {
  const { columns, points } = trend;
  const { row, from } = rowAt(columns, at);
  const drawn = columns.pens[points.indexOf(pen.point)];
  if (from >= trend.heardTo) return { value: NO_VALUE, quality: "server not heard" };
  if (isUnread(trend, pen, from + columns.widthMs)) {
    return { value: NO_VALUE, quality: "zoom in to see" };
  }
  return { value: valueText(trend, pen, drawn, row), quality: qualityText(drawn, row) };
}

function valueText(
  trend: Trend,
  { point, variable }: PointPen,
  pen: Pen | undefined,
  row: number,
): string {
  const cell = pen && (hasLane(point) ? stateAt(pen, row) : heldAt(pen.avg, row));
  if (typeof cell !== "number") return NO_VALUE;
  const { text, unit } = formatValue(trend.valueFor(point, cell), variable);
  return unit ? `${text} ${unit}` : text;
}

/** Of a text that came too often, only the newest are read. */
function isUnread({ readFrom }: Trend, { point }: Pick<PointPen, "point">, to: number): boolean {
  return to <= (readFrom(point) ?? 0);
}

type Pen = Trend["columns"]["pens"][number];

/** `good`, `unchanged` where nothing came, or how many samples were left out. */
function qualityText(pen: Pen | undefined, row: number): string {
  const all = pen?.all[row] ?? 0;
  const good = pen?.good[row] ?? 0;
  if (good < all) return `${all - good} of ${all} not good`;
  if (all > 0) return "good";
  if (typeof heldAt(pen?.avg ?? [], row) === "number") return "unchanged";
  return pen && typeof stateAt(pen, row) === "number" ? "not heard of" : "no value";
}

/** What a device kept while it could not tell: it was not to be seen here at that time. */
function afterwardsText(toldAfterwards = 0, all: number): string {
  if (toldAfterwards === 0) return "";
  return `, ${toldAfterwards < all ? `${toldAfterwards} of ${all} ` : ""}told afterwards`;
}

/** A state holds until another one is told; how long that is ago stands beside it. */
function stateAt({ last, before }: Pen, row: number): Cell {
  return last.findLast((cell, at) => at <= row && typeof cell === "number") ?? before;
}

/** The value in a row, or that which still held there. */
function heldAt(cells: readonly Cell[], row: number): Cell {
  return cells.findLast((cell, at) => at <= row && cell !== undefined);
}
