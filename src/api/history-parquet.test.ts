import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { rowOfColumns } from "../domain/sample-table.ts";
import { parquetRows } from "../lib/parquet.ts";

const house = await ApiHouse.open();
const folder = mkdtempSync(join(tmpdir(), "fieldline-parquet-"));
after(async () => {
  rmSync(folder, { recursive: true });
  await house.close();
});

test("a history is given as Parquet to those who accept that", async () => {
  const [point] = await house.manyPoints(1);
  assert.ok(point);
  await house.keep(point.series, [
    [1_000, 1.5],
    [2_000, 2n ** 60n],
    [3_000, "open"],
  ]);
  const response = await fetch(`${house.url}/api/v1/points/${point.id}/history?from=0&to=9000`, {
    headers: {
      authorization: `Bearer ${house.tokens.viewer}`,
      accept: "application/vnd.apache.parquet",
    },
  });
  assert.equal(response.headers.get("content-type"), "application/vnd.apache.parquet");
  const file = join(folder, "one.parquet");
  writeFileSync(file, new Uint8Array(await response.arrayBuffer()));
  const rows = [];
  for await (const row of parquetRows(file)) rows.push(rowOfColumns(row));
  const good = { point: point.id, quality: "good" };
  assert.deepEqual(rows, [
    { ...good, at: 1_000, value: 1.5 },
    { ...good, at: 2_000, value: 2n ** 60n },
    { ...good, at: 3_000, value: "open" },
  ]);
});
