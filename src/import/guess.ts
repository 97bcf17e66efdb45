import type { Reading } from "./reading.ts";
import { isHouseHead, type Line, TableError, type TableFile } from "./table-file.ts";
import { isWallTime, slashedDate, TimeReader } from "./time-reader.ts";

/** What the first rows of a table show, and how it will be read unless people say otherwise. */
export type Look = {
  readonly format: TableFile["format"];
  /** By their names, or counted where the file has none. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly reading: Reading;
  /** What the file does not say itself, so that people have to. */
  readonly asks: { readonly zone: boolean; readonly dates: boolean; readonly decimal: boolean };
};

const SEEN_ROWS = 200;
const SHOWN_ROWS = 8;
/** Wider than any that people look at. */
const COLUMNS_MAX = 1_000;
const CELL_CHARS = 60;

const TIME =
  /^(at|time|times?tamp|date ?\/? ?time|date|datum|zeit|zeitstempel|uhrzeit|from|_time)\b/i;
const NAMES = /^(point|place|variable|path|asset|device|sensor|series|name|topic)( ?id)?$/i;
const VALUE = /^_?(value|wert|reading)\b/i;
const QUALITY = /^(quality|qualität)$/i;
const STATUS_WORD = /^(status ?word|status ?code|quality ?code)$/i;
const TOLD_AFTERWARDS = /^(told ?afterwards|(is ?)?historical)$/i;
const UNIT = /^(unit|einheit)$/i;
const DECIMAL_COMMA = /^[+-]?(\d{1,3}(\.\d{3})*|\d+),\d+$/;

/** Throws a `TableError` where there is nothing in it, or no column of times. */
export async function lookAt(table: TableFile, zone: string): Promise<Look> {
  const lines = await firstLines(table);
  const [first] = lines;
  if (!first) throw new TableError("there is nothing in the file");
  if (first.cells.length > COLUMNS_MAX) throw new TableError(`more than ${COLUMNS_MAX} columns`);
  const hasHead = table.format === "parquet" || !first.cells.some(isTime);
  const body = (hasHead ? lines.slice(1) : lines).map(({ cells }) => cells);
  const columns = hasHead ? first.cells : first.cells.map((_, at) => `Column ${at + 1}`);
  const time = timeColumn(columns, body);
  const times = body.map((cells) => cells[time] ?? "");
  const slashed = times.flatMap((text) => slashedDate(text) ?? []);
  const form = formOf(table, columns);
  const reading: Reading = {
    ...{ form, hasHead, time, zone, feeds: [] },
    dates: isMonthFirst(times) ? "month-first" : "day-first",
    decimal: decimalOf(body, time),
    ...columnsOf(form, columns, time),
  };
  const isExact = form === "house";
  return {
    format: table.format,
    columns,
    rows: body.slice(0, SHOWN_ROWS).map((cells) => cells.map(shortened)),
    reading,
    asks: {
      zone: !isExact && times.some(isWallTime),
      dates: !isExact && slashed.length > 0,
      decimal: !isExact && body.flat().some((cell) => /^[+-]?\d+,\d+$/.test(cell)),
    },
  };
}

async function firstLines(table: TableFile): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of table.lines()) {
    lines.push(line);
    if (lines.length > SEEN_ROWS) break;
  }
  return lines;
}

function isTime(text: string): boolean {
  const reader = new TimeReader({ zone: "UTC", dates: "day-first" });
  return typeof reader.read(text.trim()) === "number" || slashedDate(text) !== undefined;
}

/** By its name where its cells are times, or the first one whose cells are. */
function timeColumn(columns: readonly string[], body: readonly (readonly string[])[]): number {
  const isOfTimes = (at: number) => body.slice(0, SHOWN_ROWS).some((row) => isTime(row[at] ?? ""));
  const named = columns.findIndex((name, at) => TIME.test(name.trim()) && isOfTimes(at));
  const found = named >= 0 ? named : columns.findIndex((_, at) => isOfTimes(at));
  if (found < 0) throw new TableError("no column has times that can be read");
  return found;
}

function formOf({ format }: TableFile, columns: readonly string[]): Reading["form"] {
  if (isHouseHead(format, columns)) return "house";
  const trimmed = columns.map((name) => name.trim());
  const isNamed = trimmed.some((name) => NAMES.test(name));
  return isNamed && trimmed.some((name) => VALUE.test(name)) ? "rows" : "columns";
}

type Columns = Pick<
  Reading,
  "names" | "values" | "quality" | "statusWord" | "toldAfterwards" | "unit"
>;

function columnsOf(form: Reading["form"], columns: readonly string[], time: number): Columns {
  const at = (pattern: RegExp) => {
    const found = columns.findIndex((name) => pattern.test(name.trim()));
    return found < 0 || found === time ? null : found;
  };
  const all = (pattern: RegExp) =>
    columns.flatMap((name, index) => (index !== time && pattern.test(name.trim()) ? [index] : []));
  const about = {
    ...{ quality: at(QUALITY), statusWord: at(STATUS_WORD) },
    ...{ toldAfterwards: at(TOLD_AFTERWARDS), unit: at(UNIT) },
  };
  if (form === "rows") return { ...about, names: all(NAMES), values: all(VALUE).slice(0, 1) };
  if (form === "house") return { ...about, names: [], values: [] };
  const taken = new Set([time, ...Object.values(about)]);
  const values = columns.flatMap((_, index) => (taken.has(index) ? [] : [index]));
  return { ...about, names: [], values };
}

function isMonthFirst(times: readonly string[]): boolean {
  return times.some((text) => (slashedDate(text)?.[1] ?? 0) > 12);
}

/** A comma between digits is one where no point ever is. */
function decimalOf(body: readonly (readonly string[])[], time: number): "." | "," {
  const cells = body.flatMap((row) => row.filter((_, at) => at !== time));
  return cells.some((cell) => DECIMAL_COMMA.test(cell.trim())) ? "," : ".";
}

function shortened(cell: string): string {
  return cell.length > CELL_CHARS ? `${cell.slice(0, CELL_CHARS)}…` : cell;
}
