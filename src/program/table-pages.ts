import { type FileHandle, open } from "node:fs/promises";
import { SampleColumns, TABLE_COLUMNS } from "../domain/sample-columns.ts";
import { LINE_BYTES, SampleLines } from "../domain/sample-lines.ts";
import { PAGE_ROWS, type PageBuilder, RowError, type TablePage } from "../domain/table-page.ts";
import { parquetParts, parquetShape } from "../lib/parquet.ts";

/** Rows of a file, and how much of it has been read with them, from 0 to 1. */
type FilePage = { readonly page: TablePage; readonly done: number };

const PARQUET_MAGIC = "PAR1";
const BLOCK_BYTES = 256 * 1024;

/** A table of `fieldline export`, page by page. Throws a sentence where it cannot be read on. */
export async function* pagesOfFile(path: string, page: PageBuilder): AsyncGenerator<FilePage> {
  const file = await open(path, "r");
  try {
    yield* (await isParquet(file)) ? parquetPages(path, page) : csvPages(file, page);
  } finally {
    await file.close();
  }
}

async function isParquet(file: FileHandle): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(PARQUET_MAGIC.length), { position: 0 });
  return buffer.toString("latin1") === PARQUET_MAGIC;
}

/** A block is read, its lines are taken out of it, and what is left goes before the next one. */
async function* csvPages(file: FileHandle, page: PageBuilder): AsyncGenerator<FilePage> {
  const { size } = await file.stat();
  const lines = new SampleLines(page);
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let filled = 0;
  let position = 0;
  for (let isWhole = false; !isWhole; ) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, position);
    isWhole = bytesRead === 0;
    filled += bytesRead;
    position += bytesRead;
    let used = lines.read(block.subarray(0, filled), isWhole);
    while (page.isFull) {
      yield { page: page.take(), done: position / size };
      used += lines.read(block.subarray(used, filled), isWhole);
    }
    block.copyWithin(0, used, filled);
    filled -= used;
    if (filled === block.length) block = enlarged(block);
  }
  if (page.rows > 0) yield { page: page.take(), done: 1 };
}

/** For a line that is longer than it. */
function enlarged(block: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(Math.min(2 * block.length, LINE_BYTES + BLOCK_BYTES));
  block.copy(larger);
  return larger;
}

async function* parquetPages(path: string, page: PageBuilder): AsyncGenerator<FilePage> {
  const { columns, rows } = await parquetShape(path);
  const missing = TABLE_COLUMNS.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new Error(`it has no column ${missing.join(", ")}`);
  let before = 0;
  for await (const part of parquetParts(path)) {
    const columns = new SampleColumns(page, part.columns);
    for (let row = 0; row < part.rows; row += PAGE_ROWS) {
      const end = Math.min(row + PAGE_ROWS, part.rows);
      takeRows(columns, { row, end, before });
      yield { page: page.take(), done: (before + end) / rows };
    }
    before += part.rows;
  }
}

type Stretch = { readonly row: number; readonly end: number; readonly before: number };

/** Rows of a part, behind so many rows of the file. */
function takeRows(columns: SampleColumns, { row, end, before }: Stretch): void {
  let at = row;
  try {
    for (; at < end; at += 1) columns.take(at);
  } catch (reason) {
    throw RowError.at(`row ${before + at + 1}`, reason);
  }
}
