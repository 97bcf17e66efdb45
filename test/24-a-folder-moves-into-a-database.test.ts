import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openEmbeddedHistorian } from "../src/historian/embedded/embedded.ts";
import { startCluster } from "../src/historian/postgres/cluster.ts";
import { openPostgresHistorian } from "../src/historian/postgres/postgres.ts";
import { batchOf, everyKind, randomTale, remembered, rowsOf } from "../src/historian/tale.ts";
import { silentLog } from "../src/lib/log.ts";
import { hallPoint } from "./hall.ts";
import { House } from "./house.ts";

const MAIN = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));
const OTHERS = 1_000;
const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, limit: 1_000_000 };
const cluster = await startCluster();
const skip = cluster ? false : "there is no PostgreSQL on this machine";
after(() => cluster?.close());

const data = mkdtempSync(join(tmpdir(), "fieldline-"));
after(() => rmSync(data, { recursive: true, force: true }));
/** Of series that a house gives to nobody else. */
const tale = [...randomTale(24, 2_000), everyKind().map((row) => ({ ...row, series: 9 }))].map(
  (rows) => rows.map((row) => ({ ...row, series: row.series + OTHERS })),
);

const own = { rawMs: 90 * 86_400_000, hourlyMs: null, dailyMs: null };

test("a folder's history moves into a database, sample for sample", { skip }, async () => {
  assert.ok(cluster);
  const url = cluster.database("moved");
  await (await House.open([], data)).stop();
  const folder = join(data, "history");
  const local = await openEmbeddedHistorian({ folder }, { log: silentLog });
  assert.ok(local.ok);
  for (const rows of tale) await local.value.append(batchOf(rows));
  await local.value.setRetention(OTHERS + 1, own);
  await local.value.close();

  const refused = await House.open(["--database", url], data).catch((reason) => String(reason));
  assert.match(String(refused), /database_other.*fieldline move/);
  const { stdout, stderr, status } = move(url);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /samples of 5 points are in the database, each compared/);
  assert.match(move(url).stderr, /moved already/);

  const opened = await openPostgresHistorian(url, { log: silentLog });
  assert.ok(opened.ok);
  for (const [series, rows] of remembered(tale)) {
    assert.deepEqual(rowsOf(await opened.value.range({ series, ...ALL })), rows);
  }
  assert.deepEqual(await opened.value.retentions(), new Map([[OTHERS + 1, own]]));
  await opened.value.close();

  const house = await (await House.open(["--database", url], data)).signIn();
  assert.equal(await house.stop(), 0);
  const alone = await House.open([], data).catch((reason) => String(reason));
  assert.match(String(alone), /database_other.*--database/);
});

test("it comes back with what came meanwhile, and the database is not needed any more", {
  skip,
}, async () => {
  assert.ok(cluster);
  const url = cluster.database("moved");
  const server = await (await House.open(["--database", url], data)).signIn();
  const point = await hallPoint(server);
  const at = Date.parse("2020-01-01T00:00:00Z");
  const samples = [
    { at, value: 7 },
    { at: at + 1_000, value: 8, toldAfterwards: true },
  ];
  await server.call("POST", `/points/${point}/samples`, { samples });
  await server.stop();
  const { stdout, stderr, status } = move(url, "--from");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /all of \d+ points are compared/);
  assert.match(move(url, "--from").stderr, /is in no database/);

  const house = await (await House.open([], data)).signIn();
  const history = await house.call(
    "GET",
    `/points/${point}/history?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z`,
  );
  assert.deepEqual(history.value, [7, 8]);
  assert.deepEqual(history.toldAfterwards, [false, true]);
  assert.equal(await house.stop(), 0);
  const local = await openEmbeddedHistorian({ folder: join(data, "history") }, { log: silentLog });
  assert.ok(local.ok);
  for (const [series, rows] of remembered(tale)) {
    assert.deepEqual(rowsOf(await local.value.range({ series, ...ALL })), rows);
  }
  assert.deepEqual(await local.value.retentions(), new Map([[OTHERS + 1, own]]));
  await local.value.close();
});

function move(url: string, way = "--to") {
  return spawnSync(process.execPath, [MAIN, "move", way, url, "--data", data], {
    encoding: "utf8",
  });
}
