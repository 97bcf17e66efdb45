import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { problem } from "../../domain/problem.ts";
import { TestClock } from "../../lib/clock.ts";
import { failure } from "../../lib/outcome.ts";
import { beforePostgres } from "../before-postgres.ts";
import { AwayError } from "../historian.ts";
import { startCluster } from "../postgres/cluster.ts";
import { allOf, batchOf, inFolder, ramp, row, START } from "../tale.ts";
import { type BufferedHistorian, openBufferedHistorian } from "./buffered.ts";

const cluster = await startCluster();
const { openBuffered, openDatabase, openLocal, partsOf } = beforePostgres(cluster);
after(() => cluster?.close());

if (cluster) {
  test("a database that takes a batch and says nothing is away soon, and its figures are old", () =>
    inFolder(async (folder) => {
      const { historian, clock, other } = await openTurned(folder, 0);
      await historian.append(batchOf(ramp(10)));
      await historian.retentions();
      assert.equal((await historian.stats()).samplesStored, 10);
      const countedAt = clock.now();
      await other.query("BEGIN; LOCK TABLE fieldline.source IN SHARE MODE");
      await historian.append(batchOf(ramp(15)));
      while (historian.trouble === undefined) await turn(clock);
      assert.match(historian.trouble, /has not answered for 10 s; about 1 batch waits for it here/);
      await assert.rejects(allOf(historian, 1), AwayError);
      assert.equal((await historian.latest(Uint32Array.of(1))).count, 0);
      const { samplesStored, ...old } = await historian.stats();
      assert.deepEqual([samplesStored, old.countedAt], [10, countedAt]);
      assert.equal(old.newestAt, START + 14, "of the folder, which knows of more");
      await other.query("COMMIT");
      while (historian.trouble !== undefined) await setTimeout(10);
      const now = await historian.stats();
      assert.deepEqual([now.samplesStored, now.countedAt], [15, undefined]);
      await other.end();
      await historian.close();
    }));

  test("whoever asks a database for figures that it does not say gets those of before", () =>
    inFolder(async (folder) => {
      const { historian, clock, other } = await openTurned(folder, 0);
      await historian.append(batchOf(ramp(10)));
      assert.equal((await historian.stats()).samplesStored, 10);
      const countedAt = clock.now();
      await other.query("BEGIN; LOCK TABLE fieldline.meta IN ACCESS EXCLUSIVE MODE");
      const { samplesStored, ...old } = await turned(clock, historian.stats());
      assert.deepEqual([samplesStored, old.countedAt], [10, countedAt]);
      await other.query("COMMIT");
      await other.end();
      await historian.close();
    }));

  test("while a range is deleted only what comes into it waits, and what comes behind that", () =>
    inFolder(async (folder) => {
      const historian = await openBuffered(folder);
      await historian.append(batchOf(ramp(10)));
      await historian.retentions();
      const other = await clientOf(folder);
      await other.query("BEGIN; LOCK TABLE fieldline.sample IN SHARE MODE");
      const deleted = historian.deleteRange({ series: 1, from: START, to: START + 5 });
      await historian.append(batchOf([row(2, 0, 1), row(1, 5, -5)]));
      const safe: number[] = [];
      const later = [row(1, 2, -2), row(2, 0, 2), row(2, 1, 3)].map((one, index) =>
        historian.append(batchOf([one])).then(() => safe.push(index)),
      );
      await historian.latest(Uint32Array.of(1));
      assert.deepEqual(safe, [], "they wait for the deletion");
      await other.query("COMMIT");
      await Promise.all([deleted, ...later]);
      assert.deepEqual(safe, [0, 1, 2]);
      await other.end();
      await historian.close();
      const first = [row(1, 2, -2), row(1, 5, -5), ...ramp(10).slice(6)];
      const database = await openDatabase(folder);
      const local = await openLocal(folder);
      for (const one of [database, local]) {
        assert.deepEqual(await allOf(one, 1), first);
        assert.deepEqual(await allOf(one, 2), [row(2, 0, 2), row(2, 1, 3)]);
        await one.close();
      }
    }));

  test("what is on its way into a range that is deleted is deleted here and there", () =>
    inFolder(async (folder) => {
      const historian = await openBuffered(folder);
      for (let series = 1; series <= 40; series += 1) {
        const underWay = historian.append(batchOf([row(series, 0, 1)]));
        await Promise.all([
          underWay,
          historian.deleteRange({ series, from: START, to: START + 5 }),
        ]);
      }
      await historian.close();
      const database = await openDatabase(folder);
      const local = await openLocal(folder);
      for (const one of [database, local]) {
        for (let series = 1; series <= 40; series += 1) {
          assert.deepEqual(await allOf(one, series), []);
        }
        await one.close();
      }
    }));

  test("until a database has counted once, what is counted is in the folder", () =>
    inFolder(async (folder) => {
      const before = await openBuffered(folder);
      await before.append(batchOf(ramp(10)));
      await before.close();
      const connect = async () => failure(problem("database_unreachable", "away"));
      const parts = { ...partsOf(folder), connect, local: await openLocal(folder) };
      const opened = await openBufferedHistorian(parts);
      assert.ok(opened.ok);
      const { samplesStored, countedAt } = await opened.value.stats();
      assert.deepEqual([samplesStored, countedAt], [10, null]);
      await opened.value.close();
    }));

  test("while a database that has lost samples gets them again, it is told how far that is", () =>
    inFolder(async (folder) => {
      const first = await openBuffered(folder);
      await first.append(batchOf(ramp(10)));
      await first.close();
      const other = await clientOf(folder);
      await other.query("UPDATE fieldline.source SET sequence = 0; DELETE FROM fieldline.sample");
      await other.query("BEGIN; LOCK TABLE fieldline.sample IN SHARE MODE");
      const second = await openBuffered(folder);
      while (second.trouble === undefined) await setTimeout(10);
      assert.match(second.trouble, /lost samples; they are sent again from here: 1 of 1 series/);
      await assert.rejects(second.retentions(), AwayError);
      await other.query("COMMIT");
      while (second.trouble !== undefined) await setTimeout(10);
      await second.close();
      await other.end();
      const database = await openDatabase(folder);
      assert.deepEqual(await allOf(database, 1), ramp(10));
      await database.close();
    }));
} else {
  test("silence", { skip: "there is no PostgreSQL on this machine" }, () => {});
}

/** Its time passes only while somebody turns the clock. */
async function openTurned(folder: string, nearMs: number) {
  const clock = new TestClock();
  const parts = { ...partsOf(folder), local: await openLocal(folder), nearMs, clock };
  const opened = await openBufferedHistorian(parts);
  assert.ok(opened.ok, JSON.stringify(opened));
  return {
    historian: opened.value satisfies BufferedHistorian,
    clock,
    other: await clientOf(folder),
  };
}

async function clientOf(folder: string): Promise<pg.Client> {
  const url = cluster?.database(basename(folder).toLowerCase());
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function turn(clock: TestClock): Promise<void> {
  clock.advance(100);
  await setTimeout(5);
}

/** Turns the clock until it is done. */
async function turned<T>(clock: TestClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  while (!isDone) await turn(clock);
  return work;
}
