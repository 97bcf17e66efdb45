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
import { House } from "./house.ts";

const MAIN = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));
const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, limit: 1_000_000 };
const cluster = await startCluster();
const skip = cluster ? false : "there is no PostgreSQL on this machine";
after(() => cluster?.close());

const data = mkdtempSync(join(tmpdir(), "fieldline-"));
after(() => rmSync(data, { recursive: true, force: true }));
const tale = [...randomTale(24, 2_000), everyKind().map((row) => ({ ...row, series: 9 }))];

const own = { rawMs: 90 * 86_400_000, hourlyMs: null, dailyMs: null };

test("a folder's history moves into a database, sample for sample", { skip }, async () => {
  assert.ok(cluster);
  const url = cluster.database("moved");
  const folder = join(data, "history");
  const local = await openEmbeddedHistorian({ folder }, { log: silentLog });
  assert.ok(local.ok);
  for (const rows of tale) await local.value.append(batchOf(rows));
  await local.value.setRetention(1, own);
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
  assert.deepEqual(await opened.value.retentions(), new Map([[1, own]]));
  await opened.value.close();

  const house = await (await House.open(["--database", url], data)).signIn();
  assert.equal(await house.stop(), 0);
  const alone = await House.open([], data).catch((reason) => String(reason));
  assert.match(String(alone), /database_other.*--database/);
});

function move(url: string) {
  return spawnSync(process.execPath, [MAIN, "move", "--to", url, "--data", data], {
    encoding: "utf8",
  });
}
