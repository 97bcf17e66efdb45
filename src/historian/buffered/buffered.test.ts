import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "../../lib/clock.ts";
import { silentLog } from "../../lib/log.ts";
import { testHistorian } from "../conformance.ts";
import { openEmbeddedHistorian } from "../embedded/embedded.ts";
import { startCluster } from "../postgres/cluster.ts";
import { openPostgresHistorian } from "../postgres/postgres.ts";
import { type BufferedHistorian, openBufferedHistorian } from "./buffered.ts";

const cluster = await startCluster();
after(() => cluster?.close());

if (cluster) {
  testHistorian({
    name: "embedded before PostgreSQL, all of it near",
    open: (folder) => openBuffered(folder),
  });
  testHistorian({
    name: "embedded before PostgreSQL, nothing near",
    open: (folder) => openBuffered(folder, 0),
  });
} else {
  test("embedded before PostgreSQL", { skip: "there is no PostgreSQL on this machine" }, () => {});
}

async function openBuffered(folder: string, nearMs?: number): Promise<BufferedHistorian> {
  const log = silentLog;
  const local = await openEmbeddedHistorian({ folder: join(folder, "history") }, { log });
  assert.ok(local.ok, JSON.stringify(local));
  const url = cluster?.database(basename(folder).toLowerCase()) ?? "";
  const opened = await openBufferedHistorian({
    local: local.value,
    connect: () => openPostgresHistorian(url, { log }),
    file: join(folder, "database.json"),
    ...(nearMs !== undefined && { nearMs }),
    clock: systemClock,
    chance: () => 0,
    log,
  });
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}
