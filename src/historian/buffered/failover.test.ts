import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, test } from "node:test";
import { Client } from "pg";
import { silentLog } from "../../lib/log.ts";
import { beforePostgres } from "../before-postgres.ts";
import { startCluster } from "../postgres/cluster.ts";
import { openPostgresHistorian } from "../postgres/postgres.ts";
import { allOf, batchOf, inFolder, ramp, START } from "../tale.ts";
import { openBufferedHistorian } from "./buffered.ts";

const cluster = await startCluster();
const { openBuffered, openLocal, partsOf } = beforePostgres(cluster);
after(() => cluster?.close());

if (cluster) {
  test("deletions that a failover has lost are made again, and only those", () =>
    inFolder(async (folder) => {
      const first = await openBuffered(folder);
      await first.append(batchOf(ramp(100)));
      await first.deleteRange({ series: 1, from: START, to: START + 10 });
      await first.append(batchOf(ramp(5)));
      await first.close();
      await copied(basename(folder), "standby");
      const second = await openBuffered(folder);
      await second.deleteRange({ series: 1, from: START + 50, to: START + 60 });
      await second.deleteRange({ series: 1, from: START + 70, to: START + 100 });
      await second.close();

      const rows = ramp(100);
      const left = [...rows.slice(0, 5), ...rows.slice(10, 50), ...rows.slice(60, 70)];
      for (let round = 0; round < 2; round += 1) {
        const promoted = await openBefore(folder, "standby");
        assert.deepEqual(await allOf(promoted, 1), left);
        await promoted.close();
        const database = await openPostgresHistorian(urlOf("standby"), { log: silentLog });
        assert.ok(database.ok);
        assert.deepEqual(await allOf(database.value, 1), left);
        await database.value.close();
      }
    }));
} else {
  test("failovers", { skip: "there is no PostgreSQL on this machine" }, () => {});
}

function urlOf(name: string): string {
  return `postgres://fieldline@${cluster?.address}/${name}`;
}

/** As it is now, which is all that a standby has got. */
async function copied(name: string, to: string): Promise<void> {
  const client = new Client({ connectionString: urlOf("postgres") });
  await client.connect();
  await client.query(`CREATE DATABASE ${to} TEMPLATE "${name.toLowerCase()}"`);
  await client.end();
}

async function openBefore(folder: string, database: string) {
  const connect = () => openPostgresHistorian(urlOf(database), { log: silentLog });
  const local = await openLocal(folder);
  const opened = await openBufferedHistorian({ ...partsOf(folder), connect, local });
  assert.ok(opened.ok, JSON.stringify(opened));
  await opened.value.retentions();
  return opened.value;
}
