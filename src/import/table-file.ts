import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { LIMIT } from "../domain/limit.ts";
import { rowOfColumns, TABLE_COLUMNS } from "../domain/sample-columns.ts";
import { isTableHead, rowOfCells, type TableRow } from "../domain/sample-table.ts";
import { csvRows } from "../lib/csv.ts";
import type { ParquetShape } from "../lib/parquet.ts";
import { type ParquetRow, rowsOfParquet, shapeOfParquet } from "./parquet-rows.ts";

/** A file with rows and columns, read from its beginning as often as one likes. */
export interface TableFile {
  readonly format: "csv" | "parquet";
  /** Throws a `TableError` where the file cannot be read further. */
  lines(): AsyncGenerator<Line>;
  /** How much of it the last walk over its lines has read, from 0 to 1. */
  readonly done: number;
}

export type Line = {
  /** Of a CSV the line, of a Parquet file the row, from 1; its head is line 0. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The row where it is one of `fieldline export`; throws a sentence where it is not. */
  readonly exact: () => TableRow;
};

/** What is wrong with a file, in a sentence. */
export class TableError extends Error {}

const MAGIC = "PAR1";
/** Enough to tell an encoding and a separator. */
const PEEK_BYTES = 64 * 1024;

/** Throws a `TableError` where it is no table. */
export async function openTable(path: string): Promise<TableFile> {
  const table = await told(() => tableAt(path));
  return {
    format: table.format,
    get done() {
      return table.done;
    },
    async *lines() {
      const lines = table.lines();
      try {
        for (;;) {
          const next = await told(() => lines.next());
          if (next.done) return;
          yield next.value;
        }
      } finally {
        // Whoever looks at the first rows only, leaves the file open otherwise.
        await lines.return(undefined);
      }
    },
  };
}

/** Libraries throw errors of their own for what is wrong with a file. */
async function told<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (reason) {
    throw new TableError(reason instanceof Error ? reason.message : String(reason));
  }
}

async function tableAt(path: string): Promise<TableFile> {
  const peek = await peekAt(path);
  if (peek.bytes.subarray(0, MAGIC.length).toString("latin1") === MAGIC) {
    const shape = await shapeOfParquet(path);
    if (shape.groupBytes > LIMIT.parquetGroupBytes) {
      throw new Error(`a group of its rows takes ${shape.groupBytes} bytes: write smaller groups`);
    }
    return parquetFile(path, shape);
  }
  if (peek.bytes.includes(0)) throw new Error("it is neither CSV nor Parquet");
  return csvFile(path, peek);
}

/** Whether the rows are those of `fieldline export`, by what the columns are called. */
export function isHouseHead(format: TableFile["format"], head: readonly string[]): boolean {
  if (format === "csv") return isTableHead(head);
  return TABLE_COLUMNS.every((name) => head.includes(name));
}

type Peek = { readonly bytes: Buffer; readonly size: number };

async function peekAt(path: string): Promise<Peek> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
    return { bytes: buffer.subarray(0, bytesRead), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

function csvFile(path: string, { bytes, size }: Peek): TableFile {
  const encoding = encodingOf(bytes);
  const separator = separatorOf(new TextDecoder(encoding).decode(bytes));
  let read = 0;
  async function* texts(): AsyncGenerator<string> {
    // Takes a byte order mark away, and says where the bytes are no text.
    const decoder = new TextDecoder(encoding, { fatal: true });
    for await (const piece of createReadStream(path)) {
      read += (piece as Buffer).length;
      yield decoder.decode(piece as Buffer, { stream: true });
    }
    yield decoder.decode();
  }
  return {
    format: "csv",
    get done() {
      return size === 0 ? 1 : read / size;
    },
    async *lines() {
      read = 0;
      for await (const { cells, line } of csvRows(texts(), separator)) {
        yield { line, cells, exact: () => rowOfCells(cells) };
      }
    },
  };
}

/** What spreadsheets write that know no UTF-8: a character that is cut at the end is none of it. */
function encodingOf(bytes: Buffer): "utf-8" | "windows-1252" {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** What the first row has most of, outside quotation marks. */
function separatorOf(text: string): string {
  const first = text.trimStart().split("\n", 1)[0] ?? "";
  const bare = first.replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((mark) => [mark, bare.split(mark).length] as const);
  return counts.toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? ",";
}

function parquetFile(path: string, { columns, rows }: ParquetShape): TableFile {
  let read = 0;
  return {
    format: "parquet",
    get done() {
      return rows === 0 ? 1 : read / rows;
    },
    async *lines() {
      read = 0;
      yield { line: 0, cells: columns, exact: () => rowOfColumns({}) };
      for await (const some of rowsOfParquet(path)) {
        for (const row of some) {
          read += 1;
          yield parquetLine(columns, row, read);
        }
      }
    },
  };
}

function parquetLine(columns: readonly string[], row: ParquetRow, line: number): Line {
  return {
    line,
    get cells() {
      return row.map(textOf);
    },
    exact: () => rowOfColumns(Object.fromEntries(columns.map((name, at) => [name, row[at]]))),
  };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
