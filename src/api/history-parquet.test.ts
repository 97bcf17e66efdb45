import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { rowOfColumns } from "../domain/sample-columns.ts";
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
  const good = { point: point.id, quality: "good", statusWord: null, toldAfterwards: false };
  assert.deepEqual(rows, [
    { ...good, at: 1_000, value: 1.5 },
    { ...good, at: 2_000, value: 2n ** 60n },
    { ...good, at: 3_000, value: "open" },
  ]);
});

test("every sample of some points is one file, however many there are", async () => {
  const points = await house.manyPoints(3);
  const [busy, odd, silent] = points;
  assert.ok(busy && odd && silent);
  const many = Array.from({ length: 10_001 }, (_, row): [number, number] => [row + 1, row / 2]);
  await house.keep(busy.series, many);
  await house.keep(odd.series, [
    [1_000, -0],
    [2_000, Number.NEGATIVE_INFINITY],
    [3_000, -(2n ** 62n)],
    [4_000, "=1+1"],
  ]);
  const ids = [busy.id, odd.id, silent.id];
  const ask = (accept: string, query: string) =>
    fetch(`${house.url}/api/v1/history/samples?${query}`, {
      headers: { authorization: `Bearer ${house.tokens.viewer}`, accept },
    });
  const query = `points=${ids}&from=0&to=20000`;
  const response = await ask("application/vnd.apache.parquet", query);
  const file = join(folder, "all.parquet");
  writeFileSync(file, new Uint8Array(await response.arrayBuffer()));
  const rows = [];
  for await (const row of parquetRows(file)) rows.push(rowOfColumns(row));
  assert.equal(rows.length, 10_005);
  assert.deepEqual(
    rows.slice(10_000).map(({ point, at, value }) => [point, at, value]),
    [
      [busy.id, 10_001, 5_000],
      [odd.id, 1_000, -0],
      [odd.id, 2_000, Number.NEGATIVE_INFINITY],
      [odd.id, 3_000, -(2n ** 62n)],
      [odd.id, 4_000, "=1+1"],
    ],
  );
  const lines = (await (await ask("text/csv", query)).text()).trimEnd().split("\r\n");
  assert.equal(lines.length, 1 + rows.length);
  assert.match(lines.at(-1) ?? "", /,text,'=1\+1,good,/);
  const none = await ask("application/vnd.apache.parquet", `points=${silent.id}&from=0&to=1`);
  writeFileSync(file, new Uint8Array(await none.arrayBuffer()));
  for await (const row of parquetRows(file)) assert.fail(JSON.stringify(row));
  assert.equal((await ask("", "points=nobody&from=0&to=1")).status, 404);
  assert.equal((await ask("", `points=${busy.id}&from=1&to=1`)).status, 400);
});

test("summaries are given as a table, a row for each point and bucket", async () => {
  const points = await house.manyPoints(2);
  for (const { series } of points) {
    await house.keep(series, [
      [1_000, 1.5],
      [2_000, 2.5],
      [9_000, 4],
    ]);
  }
  const ids = points.map(({ id }) => id);
  const query = `points=${ids}&from=0&to=12000&every=4000&fns=count,max,avg`;
  const ask = (accept: string) =>
    fetch(`${house.url}/api/v1/history/aggregate?${query}`, {
      headers: { authorization: `Bearer ${house.tokens.viewer}`, accept },
    });
  const times = [0, 4_000, 8_000].map((at) => new Date(at).toISOString());
  const csv = await (await ask("text/csv")).text();
  const expected = ids.flatMap((id) => [
    `${id},${times[0]},2,2.5,2`,
    `${id},${times[1]},0,,`,
    `${id},${times[2]},1,4,4`,
  ]);
  assert.deepEqual(csv.split("\r\n"), ["point,at,count,max,avg", ...expected, ""]);

  const file = join(folder, "buckets.parquet");
  const response = await ask("application/vnd.apache.parquet");
  assert.equal(response.headers.get("content-type"), "application/vnd.apache.parquet");
  writeFileSync(file, new Uint8Array(await response.arrayBuffer()));
  const rows = [];
  for await (const { point, at, ...sums } of parquetRows(file)) {
    assert.ok(at instanceof Date);
    rows.push([point, at.toISOString(), ...Object.values(sums).map((sum) => sum ?? "")].join());
  }
  assert.deepEqual(rows, expected);
});
