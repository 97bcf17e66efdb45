import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "pg";
import { type Cluster, startCluster } from "../src/historian/postgres/cluster.ts";
import { CountingDevice } from "./counting-device.ts";
import { House, until } from "./house.ts";

const primary = await startCluster();
const skip = primary ? false : "there is no PostgreSQL on this machine";
after(() => primary?.close());

test("the database is killed under load: all that was acknowledged is in it, once", {
  skip,
}, async () => {
  assert.ok(primary);
  const url = primary.database("killed");
  const house = await (await House.open(["--database", url])).signIn();
  after(() => house.close());
  const device = await CountingDevice.enter(house);
  for (let round = 0; round < 3; round += 1) {
    const { sent } = device;
    const under = device.send(2_000);
    await until("some of it has arrived", async () => (await count(url)) > sent);
    await killed(primary.pid());
    await restarted(primary);
    await under;
  }
  await until("all of it has arrived", async () => (await count(url)) === device.sent, 60_000);
  assert.deepEqual(await numbers(url), allOf(device));
  assert.equal(await house.stop(), 0);
});

test("a standby takes over: devices notice nothing, and nothing is lost", { skip }, async () => {
  assert.ok(primary);
  const first = primary.database("plant");
  const standby = await primary.standby();
  after(() => standby.close());
  const second = `postgres://fieldline@${standby.address}/plant`;
  const hosts = `${primary.address},${standby.address}`;
  const url = `postgres://fieldline@${hosts}/plant?target_session_attrs=read-write`;
  const house = await (await House.open(["--database", url])).signIn();
  after(() => house.close());
  const device = await CountingDevice.enter(house);
  await device.send(1_000);
  await until("it is in the primary", async () => (await count(first)) > 500);

  const under = device.send(3_000);
  await killed(primary.pid());
  standby.promote();
  await under;
  await until("all is in the standby", async () => (await count(second)) === device.sent, 60_000);
  assert.deepEqual(await numbers(second), allOf(device));
  await until("the house is well again", async () => {
    return (await house.call("GET", "/health")).status === "ready";
  });

  // The old one comes back, and does not know that its time is over.
  await restarted(primary);
  await house.killAndRestart(["--database", url]);
  await device.reconnect();
  await device.send(500);
  await until("the new one has it", async () => (await count(second)) === device.sent, 60_000);
  assert.ok((await count(first)) < device.sent - 500, "nothing more went to the old one");
  await house.killAndRestart(["--database", first]);
  const reasons = await until("the old one is refused", async () => {
    const health = await house.call("GET", "/health");
    return health.status === "degraded" && health.reasons;
  });
  assert.match(reasons[0], /its standby has taken over since/);
});

test("a standby that was behind takes over: what was deleted stays deleted", { skip }, async () => {
  const [first, standby] = await pair();
  const url = `postgres://fieldline@${first.address},${standby.address}/plant`;
  const house = await (await House.open(["--database", url])).signIn();
  after(() => house.close());
  const device = await CountingDevice.enter(house);
  await device.send(1_000);
  const there = first.database("plant");
  await until("it is in the primary", async () => (await count(there)) === device.sent);

  standby.stop("fast");
  await device.send(500);
  await until("that is there, too", async () => (await count(there)) === device.sent);
  await device.forget(100, 200);
  const under = device.send(1_000);
  await killed(first.pid());
  standby.start();
  standby.promote();
  await under;
  const left = allOf(device).filter((number) => number < 100 || number >= 200);
  const now = `postgres://fieldline@${standby.address}/plant`;
  await until("all is in the standby", async () => (await count(now)) === left.length, 60_000);
  assert.deepEqual(await numbers(now), left);
  assert.match(house.complaints, /the database has lost deletions/);
  await restarted(first); // Only one that runs can be closed.
});

/** A primary, and a standby that follows it. */
async function pair(): Promise<[Cluster, Cluster]> {
  const first = await startCluster();
  assert.ok(first);
  after(() => first.close());
  first.database("plant");
  const standby = await first.standby();
  after(() => standby.close());
  return [first, standby];
}

/** Of PostgreSQL nobody is left: its children end when they notice. */
async function killed(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await until("it is gone", () => !isAlive(pid));
}

/** Its children may hold its memory for a moment still. */
function restarted(cluster: Cluster): Promise<boolean> {
  return until("it starts", () => {
    try {
      cluster.start();
      return true;
    } catch {
      return false;
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process.
  }
}

function allOf({ sent }: CountingDevice): number[] {
  return Array.from({ length: sent }, (_, number) => number);
}

async function count(url: string): Promise<number> {
  const [[found] = []] = await sql(url, "SELECT count(*) FROM fieldline.sample");
  return Number(found ?? 0);
}

async function numbers(url: string): Promise<number[]> {
  const rows = await sql(url, "SELECT number FROM fieldline.sample ORDER BY at");
  return rows.map(([number]) => Number(number));
}

/** Nothing while there is no database, or no table yet. */
async function sql(url: string, text: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {}); // It is killed at times.
  try {
    await client.connect();
    return (await client.query<unknown[]>({ text, rowMode: "array" })).rows;
  } catch {
    return [];
  } finally {
    await client.end().catch(() => {});
  }
}
