import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, test } from "node:test";
import pg from "pg";
import { silentLog } from "../../lib/log.ts";
import { byHand } from "../by-hand.ts";
import { testHistorian } from "../conformance.ts";
import { allOf, assertSame, batchOf, columnOf, ramp, row, START } from "../tale.ts";
import { startCluster } from "./cluster.ts";
import { openPostgresHistorian } from "./postgres.ts";

const HOUR_MS = 3_600_000;
const cluster = await startCluster();
after(() => cluster?.close());

if (cluster) {
  testHistorian({
    name: "PostgreSQL",
    open: async (folder) => {
      const url = cluster.database(basename(folder).toLowerCase());
      const opened = await openPostgresHistorian(url, { log: silentLog });
      assert.ok(opened.ok, JSON.stringify(opened));
      return opened.value;
    },
  });
  test("a second writer, a wrong address and a user without rights are refused in words", async () => {
    const url = cluster.database("refusals");
    const open = (address: string) => openPostgresHistorian(address, { log: silentLog });
    const first = await open(url);
    assert.ok(first.ok);
    const second = await open(url.replace("fieldline@", "fieldline:secret@"));
    assert.ok(!second.ok && second.problem.code === "database_in_use");
    const nobody = await open(url.replace("fieldline@", "nobody:secret@"));
    assert.ok(!nobody.ok && nobody.problem.code === "database_unreachable");
    const nowhere = await open("postgres://fieldline:secret@127.0.0.1:1/refusals");
    assert.ok(!nowhere.ok && nowhere.problem.code === "database_unreachable");
    assert.ok(!JSON.stringify([second, nobody, nowhere]).includes("secret"));
    await first.value.close();
  });

  test("samples of times that no clock can mean are left out, and keep nobody waiting", async () => {
    const opened = await openPostgresHistorian(cluster.database("clocks"), { log: silentLog });
    assert.ok(opened.ok);
    const sane = ramp(3);
    await opened.value.append(batchOf([{ ...row(1, 0, 1), at: -1e17 }, ...sane]));
    const old = { ...row(1, 0, "the year 1900"), at: Date.UTC(1900, 0, 1) };
    await opened.value.append(batchOf([old]));
    assert.deepEqual(await allOf(opened.value, 1), [old, ...sane]);
    await opened.value.close();
  });
  test("a database of the first version learns what its days came to", async () => {
    const url = cluster.database("first");
    const open = async () => {
      const opened = await openPostgresHistorian(url, { log: silentLog });
      assert.ok(opened.ok, JSON.stringify(opened));
      return opened.value;
    };
    const before = await open();
    const rows = Array.from({ length: 72 }, (_, hour) => row(5, hour * HOUR_MS, (hour * 7) % 50));
    await before.append(batchOf(rows));
    const kept = { rawMs: 24 * HOUR_MS, hourlyMs: null, dailyMs: null };
    await before.retire(START + 72 * HOUR_MS, kept);
    await before.close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`DROP TABLE fieldline.day; UPDATE fieldline.meta SET version = 1;
      ALTER TABLE fieldline.policy DROP COLUMN daily_ms`);
    await client.end();
    const after = await open();
    await after.retire(START + 72 * HOUR_MS, { ...kept, hourlyMs: 24 * HOUR_MS });
    const span = { from: START, to: START + 72 * HOUR_MS, by: { everyMs: 24 * HOUR_MS } };
    const asked = { ...span, series: Uint32Array.of(5), weighted: true };
    for (const one of await after.aggregate(asked)) assertSame(one, byHand(rows, asked), "days");
    const hourly = { ...asked, to: START + 48 * HOUR_MS, by: { everyMs: HOUR_MS } };
    const [hours] = await after.aggregate(hourly);
    const counted = columnOf(hours, "count").filter((count) => count > 0);
    assert.deepEqual(counted, [24, 24], "each day as one, in the bucket of its first sample");
    const late = await after.append(batchOf([row(5, 48 * HOUR_MS - 1, 1)]));
    assert.deepEqual(late, { tooOld: 1 }, "nothing can be put to a day without its hours");
    await after.close();
  });
} else {
  test("PostgreSQL", { skip: "there is no PostgreSQL on this machine" }, () => {});
}
