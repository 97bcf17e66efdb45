import type { PointReply, Reply } from "../src/api/contract.ts";
import type { Value } from "../src/domain/reading.ts";
import { formatUnit } from "./format.ts";
import type { Cell } from "./trend-window.ts";
import type { Trend } from "./use-trend.ts";

const LINE = "\r\n";

/** RFC 4180: every sample of some points, one line each. */
export function samplesHeader(): string {
  return `at,place,variable,value,unit,quality,statusWord,toldAfterwards${LINE}`;
}

export function samplesCsv(point: PointReply, page: Reply<"GET /points/:id/history">): string {
  const about = [point.path, `${point.aspect}.${point.variable.name}`].map(cellText).join(",");
  const unit = cellText(formatUnit(point.variable.unit));
  return page.at
    .map((at, row) => {
      const value = cellText(page.value[row]);
      const word = cellText(page.statusWord?.[row]);
      const told = page.toldAfterwards?.[row] ? "true" : "";
      return `${at},${about},${value},${unit},${page.quality[row]},${word},${told}${LINE}`;
    })
    .join("");
}

/** What hours, days and months are told to come to. */
export const SUMS = ["count", "min", "max", "avg", "first", "last", "increase"] as const;

/** What buckets come to, one line for each and each point. */
export function sumsCsv(
  points: readonly PointReply[],
  { at = [], items }: Reply<"GET /history/aggregate">,
): string {
  const lines = points.flatMap((point) => {
    const columns = items.find(({ pointId }) => pointId === point.id)?.columns ?? {};
    const about = [point.path, `${point.aspect}.${point.variable.name}`].map(cellText).join(",");
    const unit = cellText(formatUnit(point.variable.unit));
    return at.map((time, row) => {
      const values = SUMS.map((name) => columns[name]?.[row] ?? "");
      return [time, about, unit, ...values].join(",");
    });
  });
  const head = ["from", "place", "variable", "unit", ...SUMS].join(",");
  return [head, ...lines, ""].join(LINE);
}

type Drawn = Pick<Trend, "points" | "columns" | "valueFor">;

/** What a chart draws: a line a bucket, three columns for a number, one for a state. */
export function bucketsCsv({ points, columns, valueFor }: Drawn, isLane: IsLane): string {
  const heads = points.flatMap((point) => headsOf(point, isLane(point)));
  const rows = columns.at.map((middle, row) => {
    const begin = new Date(middle * 1000 - columns.widthMs / 2).toISOString();
    const cells = points.flatMap((point, at) => {
      const pen = columns.pens[at];
      if (!isLane(point)) return [pen?.avg[row], pen?.min[row], pen?.max[row]].map(numberText);
      const last = pen?.last[row];
      return [typeof last === "number" ? cellText(valueFor(point, last)) : ""];
    });
    return [begin, ...cells].join(",");
  });
  return [["from", ...heads].join(","), ...rows, ""].join(LINE);
}

type IsLane = (point: PointReply) => boolean;

function headsOf({ variable, aspect }: PointReply, isLane: boolean): string[] {
  const unit = formatUnit(variable.unit);
  const name = `${aspect}.${variable.name}`;
  if (isLane) return [cellText(name)];
  return ["mean", "min", "max"].map((what) => cellText(`${name} ${what}${unit && ` [${unit}]`}`));
}

/** A hole in the line is an empty cell; what nobody repeated is empty, too. */
function numberText(cell: Cell): string {
  return typeof cell === "number" ? String(cell) : "";
}

/** A text that a spreadsheet would take for a formula is marked as text. */
function cellText(value: Value | null | undefined): string {
  if (typeof value !== "string") return value === null || value === undefined ? "" : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
