import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startCluster } from "../src/historian/postgres/cluster.ts";
import { run } from "./command.ts";
import { hallPoint } from "./hall.ts";
import { House, until } from "./house.ts";

const HOUR_MS = 3_600_000;
const ROWS = 500;
/** Long before the two days that a folder has of its own, and within them. */
const TIMES = [Date.parse("2026-01-01T00:00:00Z"), Date.now() - 5 * HOUR_MS];

const cluster = await startCluster();
const skip = cluster ? false : "there is no PostgreSQL on this machine";
const folder = mkdtempSync(join(tmpdir(), "fieldline-beside-"));
after(() => {
  cluster?.close();
  rmSync(folder, { recursive: true, force: true });
});
const file = join(folder, "all.tar");
const restored = join(folder, "restored");
const SAYS = /its history is in a database/;

test("a database that was backed up, and the folder soon after, are all that was acknowledged", {
  skip,
}, async () => {
  assert.ok(cluster);
  const [url, copy] = [cluster.database("plant"), cluster.database("copy")];
  const house = await (await House.open(["--database", url])).signIn();
  after(() => house.close());
  const point = await hallPoint(house);
  const token = (await house.call("POST", "/tokens", { name: "backup", role: "admin" })).token;
  await push(house, point, 0);
  await history(house, point); // Older ones are read in the database: it has all of them now.
  const dump = call("pg_dump", ["-n", "fieldline", url]);
  await push(house, point, 1);
  const before = await history(house, point);
  assert.equal(before.at.length, 2 * ROWS * TIMES.length);
  const made = await run(["backup", file, "--url", house.url], { FIELDLINE_TOKEN: token });
  assert.equal(made.status, 0, made.complained);
  assert.match(made.said, SAYS);
  await house.stop();

  const back = await run(["restore", file, "--data", restored]);
  assert.match(back.said, SAYS, back.complained);
  call("psql", ["-q", "-v", "ON_ERROR_STOP=1", copy], dump);
  const again = await (await House.open(["--database", copy], restored)).signIn();
  after(() => again.stop());
  const kept = await history(again, point);
  for (const column of ["at", "value", "quality"]) assert.deepEqual(kept[column], before[column]);
  assert.equal(await again.stop(), 0);
});

test("who checks the file or its folder is told what is not in it", { skip }, async () => {
  for (const args of [
    ["check", file],
    ["check", "--data", restored],
  ]) {
    const checked = await run(args);
    assert.equal(checked.status, 0, checked.complained);
    assert.match(checked.said, SAYS);
    assert.match(checked.said, /sound/);
  }
});

test("with another database it starts, writes nothing there and says why", { skip }, async () => {
  assert.ok(cluster);
  const other = cluster.database("other");
  const house = await (await House.open(["--database", other], restored)).signIn();
  after(() => house.stop());
  const reasons = await until("it says why", async () => {
    const health = await house.call("GET", "/health");
    return health.status === "degraded" && health.reasons.join();
  });
  assert.match(reasons, /the folder drains into another database/);
  assert.equal(await house.stop(), 0);
});

test("of a database that is lost for good the folder's own days go into a new one", {
  skip,
}, async () => {
  assert.ok(cluster);
  const url = cluster.database("new");
  rmSync(join(restored, "history", "database.json"));
  const moved = await run(["move", "--to", url, "--data", restored]);
  assert.equal(moved.status, 0, moved.complained);
  const house = await (await House.open(["--database", url], restored)).signIn();
  after(() => house.stop());
  const [point] = (await house.call("GET", "/points")).items;
  const { at } = await history(house, point.id);
  const recent = at.filter((one: string) => Date.parse(one) >= (TIMES[1] ?? 0));
  assert.equal(recent.length, 2 * ROWS);
  assert.equal((await house.call("GET", "/health")).status, "ready");
  assert.equal(await house.stop(), 0);
});

async function push(house: House, point: string, batch: number): Promise<void> {
  for (const begin of TIMES) {
    const samples = Array.from({ length: ROWS }, (_, row) => {
      const place = batch * ROWS + row;
      return { at: begin + place * 1_000, value: (place * 7) % 101 };
    });
    await house.call("POST", `/points/${point}/samples`, { samples });
  }
}

/** All but what its device said, which is of now. */
async function history(house: House, point: string) {
  const [from = 0, recent = 0] = TIMES;
  const span = `from=${from}&to=${recent + HOUR_MS}&limit=10000`;
  return house.call("GET", `/points/${point}/history?${span}`);
}

function call(program: string, args: readonly string[], input = ""): string {
  const done = spawnSync(program, args, { input, encoding: "utf8", maxBuffer: 2 ** 26 });
  assert.equal(done.status, 0, `${program}: ${done.stderr}`);
  return done.stdout;
}
