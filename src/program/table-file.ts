import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { NO_ROWS } from "../domain/sample-columns.ts";
import { TABLE_HEAD } from "../domain/sample-table.ts";
import { csvLine } from "../lib/csv.ts";
import { type ParquetColumn, ParquetFile } from "../lib/parquet.ts";
import { syncFolder } from "../lib/sync-folder.ts";
import type { SumsWish } from "./sums-wish.ts";
import type { Columns, Lines, SumsRow } from "./table-place.ts";

export const TABLE_FORMATS = ["csv", "parquet"] as const;
type TableFormat = (typeof TABLE_FORMATS)[number];

/** Writes what comes in pages into a file that is not there yet. */
type Writer<Page> = (draft: string, pages: AsyncIterable<Page>) => Promise<void>;

export const SAMPLE_LINES: Writer<Lines> = csvOf(TABLE_HEAD, ({ text }) => text);
export const SAMPLE_COLUMNS: Writer<Columns> = parquetOf(NO_ROWS, ({ columns }) => columns);

/** Point and begin of a bucket, then a number a function, or nothing. */
export function sumsWriter(
  format: TableFormat,
  { functions }: SumsWish,
): Writer<readonly SumsRow[]> {
  if (format === "csv") {
    return csvOf(["point", "at", ...functions], (rows) => rows.map(csvLine).join(""));
  }
  const columnsOf = (rows: readonly SumsRow[]): ParquetColumn[] => [
    { name: "point", type: "STRING", data: rows.map(([id]) => id) },
    { name: "at", type: "TIMESTAMP", data: rows.map(([, time = ""]) => new Date(time)) },
    ...functions.map((name, index) => ({
      name,
      type: "DOUBLE" as const,
      data: rows.map((row) => (row[index + 2] ? Number(row[index + 2]) : null)),
    })),
  ];
  return parquetOf(columnsOf([]), columnsOf);
}

/** The file has its name when it is whole: one that was broken off is begun again. */
export async function writeTable<Page>(
  out: string,
  write: Writer<Page>,
  pages: AsyncIterable<Page>,
): Promise<void> {
  const draft = `${out}.part`;
  await rm(draft, { force: true });
  try {
    await write(draft, pages);
    await syncFile(draft);
    await rename(draft, out);
    await syncFolder(dirname(resolve(out)));
  } finally {
    await rm(draft, { force: true });
  }
}

function csvOf<Page>(
  head: readonly string[],
  linesOf: (page: Page) => string | Uint8Array,
): Writer<Page> {
  return async (draft, pages) => {
    const pieces = async function* () {
      yield csvLine(head);
      for await (const page of pages) yield linesOf(page);
    };
    await pipeline(Readable.from(pieces()), createWriteStream(draft, { flags: "wx" }));
  };
}

function parquetOf<Page>(
  head: readonly ParquetColumn[],
  columnsOf: (page: Page) => readonly ParquetColumn[],
): Writer<Page> {
  return async (draft, pages) => {
    const file = new ParquetFile(draft, head);
    for await (const page of pages) await file.write(columnsOf(page));
    file.end();
  };
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
