import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { testHistorian } from "../conformance.ts";
import { allOf, batchOf, ramp, row } from "../tale.ts";
import { startCluster } from "./cluster.ts";
import { openPostgresHistorian } from "./postgres.ts";

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
} else {
  test("PostgreSQL", { skip: "there is no PostgreSQL on this machine" }, () => {});
}
