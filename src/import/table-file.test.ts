import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Series } from "../domain/brand.ts";
import { columnsOfTable, NO_ROWS } from "../domain/sample-columns.ts";
import type { TableRow } from "../domain/sample-table.ts";
import { pageOf } from "../domain/table-page.ts";
import { ParquetFile, parquetBytes } from "../lib/parquet.ts";
import { openTable, TableError } from "./table-file.ts";

const folder = mkdtempSync(join(tmpdir(), "fieldline-table-file-"));
after(() => rmSync(folder, { recursive: true }));
/** In two groups. */
const ROWS = 20_000;
const FIRST_GROUP = 1_000;

function rowsFrom(start: number, count: number): TableRow[] {
  return Array.from({ length: count }, (_, row) => ({
    ...{ point: "p1", at: Date.UTC(2026, 0, 1) + start + row, value: (start + row) / 8 },
    ...{ quality: "good" as const, statusWord: null, toldAfterwards: row % 2 === 0 },
  }));
}

function columnsOf(rows: readonly TableRow[]) {
  const page = pageOf(rows, () => 0 as Series);
  return columnsOfTable({ point: "p1", rows: rows.length, ...page });
}

/** The threads that start while something is done. */
async function threadsOf(work: () => Promise<void>): Promise<number> {
  let threads = 0;
  const count = () => {
    threads += 1;
  };
  process.on("worker", count);
  try {
    await work();
  } finally {
    process.off("worker", count);
  }
  return threads;
}

test("groups of rows are unpacked by a thread, not where the server waits for them", async () => {
  const path = join(folder, "large.parquet");
  const rows = rowsFrom(0, ROWS);
  const file = new ParquetFile(path, NO_ROWS);
  await file.write(columnsOf(rows.slice(0, FIRST_GROUP)));
  await file.write(columnsOf(rows.slice(FIRST_GROUP)));
  file.end();
  const table = await openTable(path);
  const read: TableRow[] = [];
  const threads = await threadsOf(async () => {
    for await (const { line, exact } of table.lines()) if (line > 0) read.push(exact());
  });
  assert.equal(threads, 1);
  assert.deepEqual(read, rows);
});

test("whoever has seen enough of a Parquet file leaves it, and may read it again", async () => {
  const path = join(folder, "twice.parquet");
  writeFileSync(path, parquetBytes(columnsOf(rowsFrom(0, 2_000))));
  const table = await openTable(path);
  for (const _ of ["once", "twice"]) {
    for await (const { line } of table.lines()) if (line === 3) break;
    assert.equal(table.done, 3 / 2_000);
  }
});

test("a Parquet file that is cut, or damaged inside, is refused in a sentence", async () => {
  const whole = parquetBytes(columnsOf(rowsFrom(0, 2_000)));
  const cut = join(folder, "cut.parquet");
  writeFileSync(cut, whole.subarray(0, whole.length / 2));
  await assert.rejects(openTable(cut), TableError);
  const damaged = join(folder, "damaged.parquet");
  writeFileSync(
    damaged,
    whole.map((byte, at) => (at > 100 && at < 2_000 ? byte ^ 0xff : byte)),
  );
  const table = await openTable(damaged);
  await assert.rejects(async () => {
    for await (const line of table.lines()) if (line.line > 0) line.exact();
  }, Error);
});
