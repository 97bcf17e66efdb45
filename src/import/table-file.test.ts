import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parquetColumns, type TableRow } from "../domain/sample-table.ts";
import { ParquetFile, parquetBytes } from "../lib/parquet.ts";
import { openTable, TableError } from "./table-file.ts";

const folder = mkdtempSync(join(tmpdir(), "fieldline-table-file-"));
after(() => rmSync(folder, { recursive: true }));
/** A thousand, a hundred thousand and the rest: groups as they are written. */
const ROWS = 120_000;
const FIRST_GROUP = 1_000;

function rowsFrom(start: number, count: number): TableRow[] {
  return Array.from({ length: count }, (_, row) => ({
    ...{ point: "p1", at: Date.UTC(2026, 0, 1) + start + row, value: (start + row) / 8 },
    ...{ quality: "good" as const, statusWord: null, toldAfterwards: row % 2 === 0 },
  }));
}

/** Milliseconds of processor time that the thread of this test had, to ten of them. */
function ownWork(): number {
  const stat = readFileSync("/proc/thread-self/stat", "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return 10 * (Number(user) + Number(system));
}

/** Of all threads together. */
function allWork(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

test("a group of rows is unpacked where nobody waits for the server", {
  skip: !existsSync("/proc/thread-self/stat"),
}, async () => {
  const path = join(folder, "large.parquet");
  const rows = rowsFrom(0, ROWS);
  const file = new ParquetFile(path, parquetColumns([]));
  await file.write(parquetColumns(rows));
  file.end();
  const lines = (await openTable(path)).lines();
  for (let line = 0; line <= FIRST_GROUP; line += 1) await lines.next();
  const [own, all] = [ownWork(), allWork()];
  const { value: first } = await lines.next();
  const share = (ownWork() - own) / (allWork() - all);
  assert.ok(share < 0.25, `${share} of the work`);
  assert.deepEqual(first?.exact(), rows[FIRST_GROUP]);
  let [read, last] = [FIRST_GROUP + 1, first];
  for await (const line of lines) [read, last] = [read + 1, line];
  assert.equal(read, ROWS);
  assert.deepEqual(last?.exact(), rows.at(-1));
});

test("whoever has seen enough of a Parquet file leaves it, and may read it again", async () => {
  const path = join(folder, "twice.parquet");
  writeFileSync(path, parquetBytes(parquetColumns(rowsFrom(0, 2_000))));
  const table = await openTable(path);
  for (const _ of ["once", "twice"]) {
    for await (const { line } of table.lines()) if (line === 3) break;
    assert.equal(table.done, 3 / 2_000);
  }
});

test("a Parquet file that is cut, or damaged inside, is refused in a sentence", async () => {
  const whole = parquetBytes(parquetColumns(rowsFrom(0, 2_000)));
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
