import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { cellsOf, parquetColumns, TABLE_HEAD, type TableRow } from "../domain/sample-table.ts";
import { csvLine } from "../lib/csv.ts";
import { type ParquetColumn, ParquetFile } from "../lib/parquet.ts";
import { syncFolder } from "../lib/sync-folder.ts";
import type { SumsWish } from "./sums-wish.ts";
import type { SumsRow } from "./table-place.ts";

export const TABLE_FORMATS = ["csv", "parquet"] as const;
type TableFormat = (typeof TABLE_FORMATS)[number];

/** What a row is in either format. */
export type Table<Row> = {
  readonly head: readonly string[];
  readonly cells: (row: Row) => readonly string[];
  readonly columns: (rows: readonly Row[]) => readonly ParquetColumn[];
};

export const SAMPLES: Table<TableRow> = {
  head: TABLE_HEAD,
  cells: cellsOf,
  columns: parquetColumns,
};

/** Point and begin of a bucket, then a number a function, or nothing. */
export function sumsTable({ functions }: SumsWish): Table<SumsRow> {
  return {
    head: ["point", "at", ...functions],
    cells: (row) => row,
    columns: (rows) => [
      { name: "point", type: "STRING", data: rows.map(([id]) => id) },
      { name: "at", type: "TIMESTAMP", data: rows.map(([, time = ""]) => new Date(time)) },
      ...functions.map((name, index) => ({
        name,
        type: "DOUBLE" as const,
        data: rows.map((row) => (row[index + 2] ? Number(row[index + 2]) : null)),
      })),
    ],
  };
}

/** The file has its name when it is whole: one that was broken off is begun again. */
export async function writeTable<Row>(
  out: string,
  format: TableFormat,
  table: Table<Row>,
  pages: AsyncIterable<readonly Row[]>,
): Promise<void> {
  const draft = `${out}.part`;
  await rm(draft, { force: true });
  try {
    await (format === "csv" ? writeCsv : writeParquet)(draft, table, pages);
    await rename(draft, out);
    await syncFolder(dirname(resolve(out)));
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeCsv<Row>(
  draft: string,
  { head, cells }: Table<Row>,
  pages: AsyncIterable<readonly Row[]>,
): Promise<void> {
  const lines = async function* () {
    yield csvLine(head);
    for await (const page of pages) yield page.map((row) => csvLine(cells(row))).join("");
  };
  await pipeline(Readable.from(lines()), createWriteStream(draft, { flags: "wx", flush: true }));
}

async function writeParquet<Row>(
  draft: string,
  { columns }: Table<Row>,
  pages: AsyncIterable<readonly Row[]>,
): Promise<void> {
  const file = new ParquetFile(draft, columns([]));
  for await (const page of pages) await file.write(columns(page));
  file.end();
}
