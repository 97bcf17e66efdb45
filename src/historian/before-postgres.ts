import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { systemClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { type BufferedHistorian, openBufferedHistorian } from "./buffered/buffered.ts";
import { openEmbeddedHistorian } from "./embedded/embedded.ts";
import type { Historian } from "./historian.ts";
import { openPostgresHistorian, type PostgresHistorian } from "./postgres/postgres.ts";

/*
 * What tests of a folder before a PostgreSQL open, and what it is made of.
 */

type Cluster = { readonly database: (name: string) => string };

/** Each folder has a database of its own in the cluster, of the folder's name. */
export function beforePostgres(cluster: Cluster | undefined) {
  const partsOf = (folder: string, name = basename(folder)) => {
    const url = cluster?.database(name.toLowerCase()) ?? "";
    return {
      connect: () => openPostgresHistorian(url, { log: silentLog }),
      file: join(folder, "database.json"),
      clock: systemClock,
      chance: () => 0,
      log: silentLog,
    };
  };
  return {
    partsOf,
    openLocal,
    async openDatabase(folder: string): Promise<PostgresHistorian> {
      const opened = await partsOf(folder).connect();
      assert.ok(opened.ok, JSON.stringify(opened));
      return opened.value;
    },
    async openBuffered(folder: string, nearMs?: number): Promise<BufferedHistorian> {
      const opened = await openBufferedHistorian({
        ...{ ...partsOf(folder), local: await openLocal(folder) },
        ...(nearMs !== undefined && { nearMs }),
      });
      assert.ok(opened.ok, JSON.stringify(opened));
      return opened.value;
    },
  };
}

async function openLocal(folder: string): Promise<Historian> {
  const options = { folder: join(folder, "history") };
  const opened = await openEmbeddedHistorian(options, { log: silentLog });
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}
