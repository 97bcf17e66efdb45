import type { ParquetColumn } from "../lib/parquet.ts";
import type { Series } from "./brand.ts";
import { integerOf } from "./integer.ts";
import { isPast, QUALITY_BYTE, qualityOf, type Value } from "./reading.ts";
import { qualityFrom, type Said, type TableRow } from "./sample-table.ts";
import { KIND, type Samples, SamplesBuilder, valueAt } from "./samples.ts";
import { wordBeside } from "./status-word.ts";
import type { RowTaker } from "./table-page.ts";

/*
 * A table of samples as Parquet: the columns of CSV (sample-table.ts), but one for each kind of
 * value, of which a row has at most one; times to the millisecond.
 */

/** In a row one of them has something, or none. */
const VALUE_COLUMNS = ["number", "integer", "boolean", "text"];
/** Columns that a table of `fieldline export` always had. */
export const TABLE_COLUMNS = ["point", "at", ...VALUE_COLUMNS, "quality"];

/** Stored samples of a point, and the status words beside them, by their times. */
export type StoredTable = {
  readonly point: string;
  readonly samples: Samples;
  /** The first so many are meant. */
  readonly rows: number;
  readonly words: ReadonlyMap<number, number> | undefined;
  /** Of a server that is older nobody knows what was told afterwards. Fallback: it is known. */
  readonly saysAfterwards?: boolean;
};

export function columnsOfTable(table: StoredTable): ParquetColumn[] {
  const { point, samples, rows, words, saysAfterwards = true } = table;
  const ofKind = (kind: number) =>
    column(rows, (row) => (samples.kind[row] === kind ? valueAt(samples, row) : null));
  const quality = column(rows, (row) => qualityOf(samples.quality[row] ?? QUALITY_BYTE.bad));
  const timeAt = (row: number) => samples.at[row] ?? 0;
  const wordAt = (row: number) => {
    const word = wordBeside(quality[row] ?? "bad", words?.get(timeAt(row)));
    return word === null ? null : BigInt(word);
  };
  const pastAt = (row: number) => (saysAfterwards ? isPast(samples.quality[row]) : null);
  return [
    { name: "point", type: "STRING", data: column(rows, () => point) },
    { name: "at", type: "TIMESTAMP", data: column(rows, (row) => BigInt(Math.floor(timeAt(row)))) },
    { name: "number", type: "DOUBLE", data: ofKind(KIND.number) },
    { name: "integer", type: "INT64", data: ofKind(KIND.integer) },
    { name: "boolean", type: "BOOLEAN", data: ofKind(KIND.boolean) },
    { name: "text", type: "STRING", data: ofKind(KIND.text) },
    { name: "quality", type: "STRING", data: quality },
    { name: "statusWord", type: "INT64", data: column(rows, wordAt) },
    { name: "toldAfterwards", type: "BOOLEAN", data: column(rows, pastAt) },
  ];
}

function column<T>(rows: number, cellAt: (row: number) => T): T[] {
  const cells = new Array<T>(rows);
  for (let row = 0; row < rows; row += 1) cells[row] = cellAt(row);
  return cells;
}

/** What a file has of no sample: it has columns all the same. */
export const NO_ROWS = columnsOfTable({
  point: "",
  samples: new SamplesBuilder(0).take(),
  rows: 0,
  words: undefined,
});

type Cells = readonly unknown[];

/** Brings rows of columns into pages. */
export class SampleColumns {
  readonly #page: RowTaker;
  readonly #points: Cells;
  readonly #times: Cells;
  readonly #values: readonly Cells[];
  readonly #qualities: Cells;
  readonly #words: Cells;
  readonly #told: Cells;
  /** Most rows are of the point that the row before is of, and say what it says. */
  #point: unknown;
  #series = 0 as Series;
  #quality: unknown;
  #word: unknown;
  #afterwards: unknown;
  #said: Said | undefined;

  constructor(page: RowTaker, columns: ReadonlyMap<string, Cells>) {
    const named = (name: string) => columns.get(name) ?? [];
    this.#page = page;
    this.#points = named("point");
    this.#times = named("at");
    this.#values = VALUE_COLUMNS.map(named);
    this.#qualities = named("quality");
    this.#words = named("statusWord");
    this.#told = named("toldAfterwards");
  }

  /** Throws a sentence where the row is no sample, or cannot be taken. */
  take(row: number): void {
    const at = timeOf(this.#times[row]);
    const series = this.#seriesOf(this.#points[row]);
    const said = this.#saidBy(this.#qualities[row], this.#words[row], this.#told[row]);
    this.#page.put(series, at, this.#valueAt(row), said);
  }

  #seriesOf(point: unknown): Series {
    if (point === this.#point) return this.#series;
    if (typeof point !== "string") throw new Error(NO_SAMPLE);
    this.#series = this.#page.seriesOf(point);
    this.#point = point;
    return this.#series;
  }

  #saidBy(quality: unknown, word: unknown, afterwards: unknown): Said {
    const isSame = quality === this.#quality && word === this.#word;
    if (this.#said && isSame && afterwards === this.#afterwards) return this.#said;
    this.#said = saidOf(quality, word, afterwards);
    [this.#quality, this.#word, this.#afterwards] = [quality, word, afterwards];
    return this.#said;
  }

  #valueAt(row: number): Value | null {
    for (const cells of this.#values) {
      const cell = cells[row];
      if (cell !== null && cell !== undefined) return valueIn(cell);
    }
    return null;
  }
}

const NO_SAMPLE = "no point, or no time";

/** Throws a sentence where the row of a Parquet file is no sample. */
export function rowOfColumns(row: Readonly<Record<string, unknown>>): TableRow {
  const { point, at, quality, statusWord, toldAfterwards } = row;
  if (typeof point !== "string") throw new Error(NO_SAMPLE);
  const cells = VALUE_COLUMNS.map((name) => row[name]);
  const cell = cells.find((one) => one !== null && one !== undefined);
  const value = cell === undefined ? null : valueIn(cell);
  return { point, at: timeOf(at), value, ...saidOf(quality, statusWord, toldAfterwards) };
}

function timeOf(cell: unknown): number {
  if (!(cell instanceof Date)) throw new Error(NO_SAMPLE);
  return cell.getTime();
}

function valueIn(cell: unknown): Value {
  if (typeof cell === "number" || typeof cell === "boolean" || typeof cell === "string")
    return cell;
  const integer = typeof cell === "bigint" ? integerOf(cell) : undefined;
  if (integer === undefined) throw new Error(`'${String(cell)}' is no value`);
  return integer;
}

function saidOf(quality: unknown, word: unknown, toldAfterwards: unknown): Said {
  return {
    ...qualityFrom(String(quality), String(word ?? "")),
    toldAfterwards: typeof toldAfterwards === "boolean" ? toldAfterwards : null,
  };
}
