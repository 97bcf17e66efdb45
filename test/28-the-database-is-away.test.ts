import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "pg";
import { type Cluster, startCluster } from "../src/historian/postgres/cluster.ts";
import { CountingDevice } from "./counting-device.ts";
import { House, until } from "./house.ts";

const SECRET = "a-secret-of-the-database";
const cluster = await startCluster();
const skip = cluster ? false : "there is no PostgreSQL on this machine";

test("while the database is away, devices notice nothing and nothing is lost", {
  skip,
}, async () => {
  assert.ok(cluster);
  const url = cluster.database("plant").replace("fieldline@", `fieldline:${SECRET}@`);
  const options = ["--database", url, "--log-level", "debug"];
  const house = await (await House.open(options)).signIn();
  after(() => house.close());
  const device = await CountingDevice.enter(house);
  await device.send(500);
  await until(
    "samples are in the database",
    async () => (await kept(cluster)).length === device.sent,
  );

  const counted = await until("all is counted", async () => {
    const stored = await house.call("GET", "/storage");
    return stored.lastCount === null && stored.samples === device.sent && stored;
  });
  assert.equal((await house.call("GET", "/backups")).isWhole, false, "the rest is the database's");

  cluster.stop("immediate");
  await device.send(500);
  const reasons = await until("the house says so", async () => {
    const health = await house.call("GET", "/health");
    return health.status === "degraded" && health.reasons;
  });
  assert.match(reasons[0], /the database is away: .*waits? for it here/);
  assert.ok(!JSON.stringify(reasons).includes(SECRET));
  assert.equal((await device.history()).length, device.sent, "what is recent can be read");
  const old = await house.call("GET", "/storage");
  assert.equal(old.samples, counted.samples, "as the database said last");
  assert.ok(Date.parse(old.lastCount.at) <= Date.now());

  await house.killAndRestart(options);
  await device.reconnect();
  await device.send(500);
  const here = await house.call("GET", "/storage");
  assert.deepEqual([here.samples, here.lastCount], [device.sent, { at: null }]);
  cluster.start();
  await until("the house is well again", async () => {
    return (await house.call("GET", "/health")).status === "ready";
  });
  // A backend dies in the midst of it, as in a failover.
  const under = device.send(2_000);
  await sql(
    cluster,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
  );
  await under;
  const all = Array.from({ length: device.sent }, (_, number) => number);
  await until("all is in the database, once and in order", async () => {
    const found = await kept(cluster);
    return found.length === all.length && found.every((value, index) => value === index);
  });
  assert.deepEqual((await device.history()).map(Number), all);
  assert.equal(await house.stop(), 0);
  assert.ok(!house.complaints.includes(SECRET), "the password is in no line of the log");
});

after(() => cluster?.close());

async function kept(place: Cluster): Promise<number[]> {
  const rows = await sql(place, "SELECT number FROM fieldline.sample ORDER BY at");
  return rows.map(([number]) => Number(number));
}

async function sql(place: Cluster, text: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: place.database("plant") });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}
