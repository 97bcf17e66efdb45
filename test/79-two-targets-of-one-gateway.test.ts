import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "pg";
import type { DeviceReply } from "../src/api/contract.ts";
import { startCluster } from "../src/historian/postgres/cluster.ts";
import { Cable } from "./cable.ts";
import { CountingDevice } from "./counting-device.ts";
import { enrol, uplinkOf } from "./enrol.ts";
import { House, until } from "./house.ts";

const cluster = await startCluster();
const skip = cluster ? false : "there is no PostgreSQL on this machine";
after(() => cluster?.close());

test("a server above and a database read one log, each as far as it has come", {
  skip,
}, async () => {
  assert.ok(cluster);
  const server = await (await House.open()).signIn();
  after(() => server.close());
  const bundle = { kind: "gateway", name: "hall-3", credential: "certificate" } as const;
  const { folder } = await enrol(server, bundle);
  const cable = await Cable.lay(() => server.ports.mqtts);
  after(() => cable.close());
  const alone = ["gateway", "--commit-ms", "20", "--database", cluster.database("plant")];
  const options = [...alone, ...uplinkOf(folder, cable.port, "hall-3")];
  const gateway = await (await House.open(options)).signIn();
  after(() => gateway.close());
  const device = await CountingDevice.enter(gateway);
  await device.send(200);
  const found = await until("it is there", async (): Promise<DeviceReply | undefined> => {
    return (await server.call("GET", "/inbox")).items[0];
  });
  await server.call("POST", `/inbox/${found.id}/adopt`, {});
  const point = (await server.call("GET", "/points")).items[0].id;
  const above = () => historyOf(server, point);
  const inDatabase = () => kept(cluster.database("plant"));
  /** All that was sent, in order and once. */
  const has = async (what: string, read: () => Promise<number[]>) => {
    await until(what, async () => (await read()).length === device.sent, 40_000);
    assert.deepEqual(await read(), numbers(device.sent));
  };
  await has("the server has it", above);
  await has("the database has it", inDatabase);

  // The database is away, and the gateway killed meanwhile: the server gets all of it.
  cluster.stop("immediate");
  await device.send(200);
  await gateway.killAndRestart(options);
  await device.reconnect();
  await device.send(200);
  await has("the server goes on", above);
  assert.ok((await waitsFor(gateway, "database")) > 0);

  // The database is back, and the line is cut: it gets all, and what comes.
  cable.cut();
  cluster.start();
  await device.send(200);
  await has("the database goes on", inDatabase);
  assert.ok((await above()).length < device.sent);
  assert.ok((await waitsFor(gateway, "uplink")) > 0);

  // Both cursors outlive a restart.
  assert.equal(await gateway.stop(), 0);
  await gateway.restart(options);
  cable.mend();
  await has("the server has the rest", above);

  // Nothing goes to the server any more: what is kept for it is told, and let go.
  assert.equal(await gateway.stop(), 0);
  await gateway.restart(alone);
  await device.reconnect();
  await device.send(200);
  await has("the database goes on alone", inDatabase);
  const [reason] = await until("the gateway says so", async () => {
    const { reasons } = await gateway.call("GET", "/health");
    return reasons.length > 0 && reasons;
  });
  assert.match(reason, /are kept for 'uplink', and nothing brings them there/);
  await gateway.call("DELETE", "/outbox/uplink");
  assert.equal((await gateway.call("GET", "/health")).status, "ready");
  const { waiting } = await gateway.call("GET", "/storage");
  assert.deepEqual(
    waiting.map(({ target }: { target: string }) => target),
    ["database"],
  );
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

async function historyOf(house: House, point: string): Promise<number[]> {
  const span = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&limit=100000";
  return (await house.call("GET", `/points/${point}/history?${span}`)).value;
}

/** In records of the log. */
async function waitsFor(house: House, target: string): Promise<number> {
  const { waiting } = await house.call("GET", "/storage");
  return waiting.find((one: { target: string }) => one.target === target)?.records ?? 0;
}

async function kept(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const text = "SELECT number FROM fieldline.sample ORDER BY at";
    return (await client.query<unknown[]>({ text, rowMode: "array" })).rows.map(([number]) =>
      Number(number),
    );
  } finally {
    await client.end();
  }
}
