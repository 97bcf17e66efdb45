import assert from "node:assert/strict";
import { after, test } from "node:test";
import pg from "pg";
import { silentLog } from "../../lib/log.ts";
import { allOf, batchOf, row, START } from "../tale.ts";
import { startCluster } from "./cluster.ts";
import { HALVED_MIN } from "./halves.ts";
import { openPostgresHistorian } from "./postgres.ts";

const DAY_MS = 86_400_000;
const cluster = await startCluster();
after(() => cluster?.close());

if (cluster) {
  const open = async (name: string) => {
    const opened = await openPostgresHistorian(cluster.database(name), { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    return opened.value;
  };
  const connected = async (name: string) => {
    const client = new pg.Client({ connectionString: cluster.database(name) });
    await client.connect();
    return client;
  };
  const large = [1, 2].flatMap((series) =>
    Array.from({ length: HALVED_MIN }, (_, at) => row(series, at, at)),
  );

  test("what is sent again is counted once, and written only where it differs by a bit", async () => {
    const historian = await open("repeated");
    const client = await connected("repeated");
    const asked = "SELECT ctid FROM fieldline.sample WHERE series = 1 AND at < $1 ORDER BY at";
    const places = async () =>
      (await client.query(asked, [new Date(START + HALVED_MIN)])).rows.map(({ ctid }) => ctid);
    await historian.append(batchOf(large));
    const before = await places();
    await historian.append(batchOf(large));
    assert.deepEqual(await places(), before);
    await historian.append(batchOf([row(1, 0, -0), row(1, 1, 1), row(1, DAY_MS, 5)]));
    assert.notEqual((await places())[0], before[0]);
    assert.deepEqual((await places()).slice(1), before.slice(1));
    assert.ok(Object.is((await allOf(historian, 1))[0]?.value, -0));
    const late = [row(1, DAY_MS - 1, 1), row(1, DAY_MS - 1, 2), row(1, 2, 2), row(3, 1, 1)];
    await historian.append(batchOf(late));
    assert.equal((await historian.stats()).samplesStored, large.length + 3);
    await client.end();
    await historian.close();
  });

  test("a database of the fifth version counts on", async () => {
    const before = await open("fifth");
    await before.append(batchOf([row(1, 1, 1), row(1, 2, 2)]));
    await before.close();
    const client = await connected("fifth");
    await client.query("DROP TABLE fieldline.beside; UPDATE fieldline.meta SET version = 5");
    await client.end();
    const next = await open("fifth");
    assert.equal((await next.stats()).samplesStored, 2);
    await next.append(batchOf([...large, row(1, 1, 3)]));
    await next.close();
    const again = await open("fifth");
    await again.deleteRange({ series: 2, from: Number.NEGATIVE_INFINITY, to: Infinity });
    assert.equal((await again.stats()).samplesStored, HALVED_MIN);
    await again.close();
  });
} else {
  test("PostgreSQL", { skip: "there is no PostgreSQL on this machine" }, () => {});
}
