import assert from "node:assert/strict";
import { after, test } from "node:test";
import pg from "pg";
import { chances } from "../../lib/chance.ts";
import { silentLog } from "../../lib/log.ts";
import type { Row } from "../expected.ts";
import { allOf, batchOf, remembered, row, rowsOf, START } from "../tale.ts";
import { startCluster } from "./cluster.ts";
import { connect } from "./connect.ts";
import type { Beside } from "./database.ts";
import { HALVED_MIN } from "./halves.ts";
import { openHistorianOn } from "./postgres.ts";

const DAY_MS = 86_400_000;
const HALF = HALVED_MIN / 2;
const cluster = await startCluster();
after(() => cluster?.close());

if (cluster) {
  const ahead = cluster.database("ahead");

  /** And whether what was beside each batch went ahead; undefined where all was done by one. */
  const open = async (url = ahead) => {
    const connected = await connect(url, silentLog);
    assert.ok(connected.ok, JSON.stringify(connected));
    const wentAhead: (boolean | undefined)[] = [];
    const database = connected.value;
    const writeAll = database.writeAll.bind(database);
    Object.assign(database, {
      writeAll(steps: Parameters<typeof writeAll>[0], beside?: Beside) {
        wentAhead.push(beside && beside.steps.length > 0 ? beside.isAhead : undefined);
        return writeAll(steps, beside);
      },
    });
    const opened = await openHistorianOn(database, { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    return { historian: opened.value, wentAhead };
  };

  const halfOf = (series: number, from: number) =>
    Array.from({ length: HALF }, (_, at) => row(series, from + at, at));
  const bothFrom = (from: number) => [...halfOf(1, from), ...halfOf(2, from)];

  test("half of a batch is safe while the one before is not, and is sent again without harm", async () => {
    const { historian, wentAhead } = await open();
    const client = new pg.Client({ connectionString: ahead });
    await client.connect();
    const source = "plant";
    await historian.join(source);
    await historian.append(batchOf([row(3, 0, 0)]));
    const batches = [0, 1, 2].map((number) => bothFrom(number * HALF));
    // The connection that notes how far the log has come waits for this, the other one does not.
    await client.query("BEGIN; LOCK TABLE fieldline.source IN SHARE MODE");
    const stored = Promise.allSettled(
      batches.map((rows, sequence) => historian.take(batchOf(rows), { source, sequence })),
    );
    const counted = async () => {
      const asked = `SELECT count(*)::int AS count, max(series) AS last FROM fieldline.sample
        WHERE series < 3`;
      return (await client.query(asked)).rows[0];
    };
    while ((await counted()).count < 2 * HALF);
    const writer = `SELECT pg_terminate_backend(pid) FROM pg_locks
      WHERE relation = 'fieldline.source'::regclass AND NOT granted`;
    while ((await client.query(writer)).rowCount === 0);
    assert.ok((await stored).every((one) => one.status === "rejected"));
    assert.deepEqual(await counted(), { count: 2 * HALF, last: 1 }, "one batch ahead, no more");
    assert.deepEqual(wentAhead, [undefined, false, true, true]);
    await historian.close();
    await client.query("COMMIT");
    await client.end();
    const again = await open();
    assert.equal((await again.historian.join(source)).sequence, null);
    for (const [sequence, rows] of batches.entries()) {
      await again.historian.take(batchOf(rows), { source, sequence });
    }
    for (const series of [1, 2]) {
      const own = batches.flat().filter((one) => one.series === series);
      assert.deepEqual(await allOf(again.historian, series), own);
    }
    const { samplesStored } = await again.historian.stats();
    assert.equal(samplesStored, 1 + batches.flat().length);
    await again.historian.close();
  });

  test("what ends a day, or is another's half, waits for the batch before", async () => {
    const { historian, wentAhead } = await open();
    const nextDay = DAY_MS + HALF;
    await historian.append(batchOf(bothFrom(4 * HALF)));
    await historian.append(batchOf(bothFrom(5 * HALF)));
    await historian.append(batchOf(bothFrom(DAY_MS)));
    await historian.append(batchOf(bothFrom(nextDay)));
    await historian.append(batchOf([row(1, nextDay + HALF, 1)]));
    await historian.append(batchOf([...halfOf(0, 0), ...bothFrom(nextDay + HALF + 1)]));
    assert.deepEqual(wentAhead, [false, true, false, true, undefined, false]);
    await historian.close();
  });

  test("once a deletion is done both connections write again, and nothing is lost or twice", async () => {
    const url = cluster.database("deleted");
    const { historian, wentAhead } = await open(url);
    const [first, later, last] = [0, 1, 2].map((number) => bothFrom(number * HALF));
    assert.ok(first && later && last);
    await historian.append(batchOf([...first, row(2, DAY_MS, 0)]));
    const wrong = { series: 2, from: START + DAY_MS, to: START + 2 * DAY_MS };
    const deleted = historian.deleteRange(wrong);
    const meanwhile = historian.append(batchOf([...later, row(2, 0, -1)]));
    const behind = historian.deleteRange({ series: 1, from: START, to: START + 5 });
    await Promise.all([deleted, meanwhile, behind]);
    await historian.append(batchOf([row(2, 1, -1), ...last, row(1, 3, -1)]));
    assert.deepEqual(wentAhead, [false, undefined, true]);
    const told = remembered([
      [...first, ...later, ...last].filter(({ series, at }) => {
        return series === 2 || at >= START + 5;
      }),
      [row(2, 0, -1), row(2, 1, -1), row(1, 3, -1)],
    ]);
    for (const series of [1, 2]) {
      assert.deepEqual(await allOf(historian, series), told.get(series));
      const newest = rowsOf(await historian.latest(Uint32Array.of(series)));
      assert.deepEqual(newest, last.filter((one) => one.series === series).slice(-1));
    }
    await historian.close();
  });

  test("after any deletions the newest of each series is known, whatever came between", async () => {
    const { historian } = await open(cluster.database("shuffled"));
    const random = chances(7);
    let told: readonly Row[] = [];
    const asked: Promise<unknown>[] = [];
    for (let round = 0; round < 300; round += 1) {
      const from = START + Math.floor(random() * 40);
      const to = from + Math.floor(random() * 40);
      if (random() < 0.3) {
        asked.push(historian.deleteRange({ series: 1, from, to }));
        told = told.filter(({ at }) => at < from || at >= to);
      } else {
        const rows = [from, from + 1, from + 7].map((at) => row(1, at - START, round));
        asked.push(historian.append(batchOf(rows)));
        told = remembered([told, rows]).get(1) ?? [];
      }
      if (random() < 0.5) continue;
      await Promise.all(asked.splice(0));
      assert.deepEqual(rowsOf(await historian.latest(Uint32Array.of(1))), told.slice(-1));
    }
    await Promise.all(asked);
    assert.deepEqual(await allOf(historian, 1), told);
    await historian.close();
  });
} else {
  test("PostgreSQL", { skip: "there is no PostgreSQL on this machine" }, () => {});
}
