import { csvCell } from "../lib/csv.ts";
import { parseIsoTime } from "../lib/iso-time.ts";
import type { Series } from "./brand.ts";
import { integerOf } from "./integer.ts";
import { isPast, QUALITIES, QUALITY_BYTE, type Quality, qualityOf, type Value } from "./reading.ts";
import { type Samples, type SamplesBuilder, valueAt } from "./samples.ts";
import { qualityOfWord, statusWordOf, wordBeside } from "./status-word.ts";

/** A sample outside the house, with the id of its point: how histories are taken out and in. */
export type TableRow = {
  readonly point: string;
  readonly at: number;
  readonly value: Value | null;
  readonly quality: Quality;
  /** OPC UA's, where it says more than the quality, see status-word.ts. */
  readonly statusWord: number | null;
  /** Its device kept it, and told it later (`PAST`). Null: the table does not say. */
  readonly toldAfterwards: boolean | null;
};

/** What a row says beside its value. */
export type Said = Pick<TableRow, "quality" | "statusWord" | "toldAfterwards">;

/*
 * As cells of CSV (over HTTP, `SAMPLE_TABLE`): point, at (ISO 8601, or milliseconds where it lies
 * between two or not in the years 1000 to 9999), kind (number, integer, boolean, text, none),
 * value, quality, statusWord (none unless it says more than the quality), toldAfterwards (true, or
 * nothing). Tables of before end with the quality or the status word. A text that a spreadsheet
 * could take for a formula has an apostrophe before it, and so has one that begins with an
 * apostrophe.
 *
 * As columns of Parquet: sample-columns.ts.
 */
export const SAMPLE_TABLE = "application/vnd.fieldline.samples+csv";
export const TABLE_HEAD = [
  ...(["point", "at", "kind", "value", "quality"] as const),
  ...(["statusWord", "toldAfterwards"] as const),
] as const;

/**
 * With each answer of the API: how many of these a row has there. New ones come at the end, so that
 * a program and a server of different versions know what the other one does not.
 */
export const TABLE_CELLS_HEADER = "fieldline-cells";

/** Cells of a row in tables of before. */
export const TABLE_CELLS_MIN = 5;
/** Point, time, kind and value. */
const CELLS_BEFORE = 4;

export function isTableHead(cells: readonly string[]): boolean {
  const isLong = cells.length >= TABLE_CELLS_MIN && cells.length <= TABLE_HEAD.length;
  return isLong && cells.every((name, at) => name === TABLE_HEAD[at]);
}

/** Where a series has words, plain ones count, too: none of before stays. */
export function putRow(
  samples: SamplesBuilder,
  series: Series,
  words: Series | undefined,
  { at, value, quality, statusWord, toldAfterwards }: Omit<TableRow, "point">,
): void {
  if (toldAfterwards) samples.past(at);
  else samples.time(at);
  samples.put(series, value, quality);
  if (words !== undefined) samples.put(words, statusWord ?? 0, "good");
}

export function cellsOf(row: TableRow): string[] {
  const { point, at, value, quality, statusWord, toldAfterwards } = row;
  const word = statusWord === null ? "" : String(statusWord);
  const told = toldAfterwards ? "true" : "";
  return [point, timeOf(at), kindOf(value), textOf(value), quality, word, told];
}

/** The first so many stored samples as lines of CSV, without a row in between. */
export function linesOfTable(
  point: string,
  samples: Samples,
  count: number,
  words: ReadonlyMap<number, number> | undefined,
): string {
  const id = csvCell(point);
  let lines = "";
  for (let row = 0; row < count; row += 1) {
    lines += lineOf(id, samples, row, words?.get(samples.at[row] ?? 0));
  }
  return lines;
}

/** A row of columns as a line; `id` is a cell. */
export function lineOf(id: string, samples: Samples, row: number, word?: number): string {
  const value = valueAt(samples, row);
  const text = typeof value === "string" ? csvCell(textOf(value)) : textOf(value);
  const quality = qualityOf(samples.quality[row] ?? QUALITY_BYTE.bad);
  const more = wordBeside(quality, word) ?? "";
  const told = isPast(samples.quality[row]) ? "true" : "";
  const time = timeOf(samples.at[row] ?? 0);
  return `${id},${time},${kindOf(value)},${text},${quality},${more},${told}\r\n`;
}

/** Throws a sentence where the cells are none of a sample. */
export function rowOfCells(cells: readonly string[]): TableRow {
  const [point = "", at = "", kind = "", value = "", ...rest] = cells;
  checkCount(cells.length);
  const said = saidFrom(rest);
  return { point, at: timeFrom(at), value: valueFrom(kind, value), ...said };
}

/** What stands behind the value. Throws a sentence. */
export function saidFrom(cells: readonly string[]): Said {
  checkCount(cells.length + CELLS_BEFORE);
  const [quality = "", word = "", told] = cells;
  const toldAfterwards = told === undefined ? null : toldAfterwardsFrom(told);
  return { ...qualityFrom(quality, word), toldAfterwards };
}

function checkCount(cells: number): void {
  if (cells >= TABLE_CELLS_MIN && cells <= TABLE_HEAD.length) return;
  throw new Error(`${cells} cells instead of ${TABLE_HEAD.length}`);
}

/** Throws a sentence where it is none. */
export function timeFrom(text: string): number {
  const time = /^-?[\d.e+]+$/.test(text) ? Number(text) : parseIsoTime(text);
  if (time === undefined || !Number.isFinite(time)) throw new Error(`'${text}' is no time`);
  return time;
}

/** Where ISO 8601 is what everybody reads: years of four digits, the first of which is not 0. */
const ISO_FROM = Date.UTC(1000, 0);
const ISO_TO = Date.UTC(10_000, 0);

function timeOf(at: number): string {
  const isPlain = Number.isInteger(at) && at >= ISO_FROM && at < ISO_TO;
  return isPlain ? new Date(at).toISOString() : String(at);
}

function kindOf(value: Value | null): string {
  if (value === null) return "none";
  return KINDS[typeof value as keyof typeof KINDS];
}

const KINDS = { number: "number", bigint: "integer", boolean: "boolean", string: "text" };

function textOf(value: Value | null): string {
  if (value === null) return "";
  if (Object.is(value, -0)) return "-0";
  return typeof value === "string" && /^[=+\-@\t\r']/.test(value) ? `'${value}` : String(value);
}

/** Throws a sentence where the text is none of its kind. */
export function valueFrom(kind: string, text: string): Value | null {
  switch (kind) {
    case "number":
      return numberOf(text);
    case "integer":
      return integerFrom(text);
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw new Error(`'${text}' is neither true nor false`);
    case "text":
      return text.replace(/^'/, "");
    case "none":
      return null;
    default:
      throw new Error(`there is no kind '${kind}'`);
  }
}

function numberOf(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && (text === "NaN" || !Number.isNaN(number))) return number;
  throw new Error(`'${text}' is no number`);
}

function integerFrom(text: string): Value {
  const integer = /^-?\d{1,19}$/.test(text) ? integerOf(BigInt(text)) : undefined;
  if (integer === undefined) throw new Error(`'${text}' is no integer of 64 bits`);
  return integer;
}

/** Throws a sentence where they are none, or do not go together. */
export function qualityFrom(
  text: string,
  wordText: string,
): Pick<TableRow, "quality" | "statusWord"> {
  const quality = QUALITIES.find((one) => one === text);
  if (!quality) throw new Error(`there is no quality '${text}'`);
  const word = statusWordOf(wordText);
  if (word === undefined) throw new Error(`'${wordText}' is no status word`);
  if (wordText !== "" && qualityOfWord(word) !== quality) {
    throw new Error(`the status word ${wordText} does not say ${quality}`);
  }
  return { quality, statusWord: wordBeside(quality, word) };
}

/** Throws a sentence where the cell says neither. */
export function toldAfterwardsFrom(text: string): boolean {
  if (/^(true|yes|1)$/i.test(text)) return true;
  if (/^(false|no|0)?$/i.test(text)) return false;
  throw new Error(`'${text}' does not say whether it was told afterwards: true, or nothing`);
}
