import assert from "node:assert/strict";
import { after, test } from "node:test";
import pg from "pg";
import { silentLog } from "../../lib/log.ts";
import { AwayError } from "../historian.ts";
import { allOf, batchOf, ramp } from "../tale.ts";
import { startCluster } from "./cluster.ts";
import { openPostgresHistorian } from "./postgres.ts";

const cluster = await startCluster();
const skip = cluster ? false : "there is no PostgreSQL on this machine";
after(() => cluster?.close());
const WAITING = "datname = current_database() AND wait_event_type = 'Lock'";

test("a connection that breaks while it reads is told to its reader, and ends nobody", {
  skip,
}, async () => {
  assert.ok(cluster);
  const url = cluster.database("broken");
  const opened = await openPostgresHistorian(url, { log: silentLog });
  assert.ok(opened.ok);
  await opened.value.append(batchOf(ramp(10)));
  const [other, watcher] = [1, 2].map(() => new pg.Client({ connectionString: url }));
  assert.ok(other && watcher);
  await Promise.all([other.connect(), watcher.connect()]);
  await other.query("BEGIN; LOCK TABLE fieldline.sample IN ACCESS EXCLUSIVE MODE");
  const refused = assert.rejects(allOf(opened.value, 1), AwayError);
  for (let ended = 0; ended === 0; ) {
    const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${WAITING}`;
    ended = (await watcher.query(sql)).rowCount ?? 0;
  }
  await refused;
  await other.query("ROLLBACK");
  assert.equal((await allOf(opened.value, 1)).length, 10);
  await Promise.all([other.end(), watcher.end()]);
  await opened.value.close();
});

test("whoever waits for a read is told when the writer is lost, and keeps nothing from closing", {
  skip,
}, async () => {
  assert.ok(cluster);
  const url = cluster.database("stuck");
  const opened = await openPostgresHistorian(url, { log: silentLog });
  assert.ok(opened.ok);
  await opened.value.append(batchOf(ramp(10)));
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  await other.query("BEGIN; LOCK TABLE fieldline.sample IN ACCESS EXCLUSIVE MODE");
  const refused = assert.rejects(allOf(opened.value, 1), AwayError);
  const count = `SELECT count(*)::int FROM pg_stat_activity WHERE ${WAITING}`;
  while ((await other.query(count)).rows[0]?.count === 0);
  const ended = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1`;
  await other.query(ended);
  await opened.value.lost;
  await refused;
  await opened.value.close();
  await other.end();
});
