import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { testHistorian } from "../conformance.ts";
import { TOO_LATE } from "../forgetting.ts";
import { startCluster } from "./cluster.ts";
import { openPostgresHistorian } from "./postgres.ts";

const cluster = await startCluster();
after(() => cluster?.close());

if (cluster) {
  testHistorian({
    name: "PostgreSQL",
    notYet: [TOO_LATE],
    open: async (folder) => {
      const url = cluster.database(basename(folder).toLowerCase());
      const opened = await openPostgresHistorian(url, { log: silentLog });
      assert.ok(opened.ok, JSON.stringify(opened));
      return opened.value;
    },
  });
} else {
  test("PostgreSQL", { skip: "there is no PostgreSQL on this machine" }, () => {});
}
