import assert from "node:assert/strict";
import { cpSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, test } from "node:test";
import { problem } from "../../domain/problem.ts";
import { failure, success } from "../../lib/outcome.ts";
import { beforePostgres } from "../before-postgres.ts";
import { expectedSums } from "../expected.ts";
import { startCluster } from "../postgres/cluster.ts";
import {
  allOf,
  assertSame,
  batchOf,
  inFolder,
  ramp,
  randomTale,
  remembered,
  row,
  START,
} from "../tale.ts";
import { moveIntoDatabase, moveOutOfDatabase, openBufferedHistorian } from "./buffered.ts";

const DAY_MS = 86_400_000;
const cluster = await startCluster();
const { openBuffered, openDatabase, openLocal, partsOf } = beforePostgres(cluster);
after(() => cluster?.close());

if (cluster) {
  test("a move that is broken off goes on behind what is done", () =>
    inFolder(async (folder) => {
      const { tale, local, parts } = await toMove(folder, 3);
      const cut = ({ series }: { readonly series: number }) => {
        if (series === 2) throw new Error("power cut");
      };
      await assert.rejects(moveIntoDatabase(parts, cut), /power cut/);
      const moved = await moveIntoDatabase(parts, () => {});
      const told = remembered(tale);
      const rest = (told.get(3)?.length ?? 0) + (told.get(4)?.length ?? 0);
      assert.deepEqual(moved, success({ series: 4, seriesInAll: 4, samples: rest, sums: 0 }));
      await local.close();
      const there = await openBuffered(folder, 0);
      for (const [series, rows] of told) assert.deepEqual(await allOf(there, series), rows);
      await there.close();
    }));

  test("what comes to points that are done before a move goes on is moved with the rest", () =>
    inFolder(async (folder) => {
      const { tale, local, parts } = await toMove(folder, 3);
      const cut = ({ series }: { readonly series: number }) => {
        if (series === 2) throw new Error("power cut");
      };
      await assert.rejects(moveIntoDatabase(parts, cut), /power cut/);
      const meanwhile = [row(1, -5, "before all"), row(2, 40 * DAY_MS, "behind all")];
      await local.append(batchOf(meanwhile));
      const moved = await moveIntoDatabase(parts, () => {});
      assert.ok(moved.ok, JSON.stringify(moved));
      await local.close();
      const there = await openDatabase(folder);
      for (const [series, rows] of remembered([...tale, meanwhile])) {
        assert.deepEqual(await allOf(there, series), rows);
      }
      await there.close();
    }));

  test("a move that is broken off within its first point goes on, too", () =>
    inFolder(async (folder) => {
      const { tale, local, parts } = await toMove(folder, 7);
      const range = local.range.bind(local);
      let asked = 0;
      local.range = async (query) => {
        asked += 1;
        // Copied by the first one, read back beside the second.
        if (asked === 2) throw new Error("power cut");
        return range(query);
      };
      await assert.rejects(
        moveIntoDatabase(parts, () => {}),
        /power cut/,
      );
      local.range = range;
      const moved = await moveIntoDatabase(parts, () => {});
      assert.ok(moved.ok, JSON.stringify(moved));
      await local.close();
      const there = await openBuffered(folder, 0);
      for (const [series, rows] of remembered(tale)) {
        assert.deepEqual(await allOf(there, series), rows);
      }
      await there.close();
    }));

  test("a folder that let go of samples is moved with what their hours and days came to", () =>
    inFolder(async (folder) => {
      const local = await openLocal(folder);
      const rows = Array.from({ length: 4 * 24 * 60 }, (_, index) => ({
        ...row(5, index * 60_000 + 0.25, ((index * 7) % 500) / 8),
        quality: index % 11 === 0 || index % 240 < 60 ? ("bad" as const) : ("good" as const),
      }));
      const silent = rows.slice(0, 200).map((one) => ({ ...one, series: 6 }));
      const end = START + 4 * DAY_MS;
      for (const some of [rows, silent]) await local.append(batchOf(some));
      await local.retire(end, { rawMs: 2.4 * DAY_MS, hourlyMs: 2 * DAY_MS, dailyMs: null });
      await local.setRetention(6, { rawMs: DAY_MS, hourlyMs: null, dailyMs: null });
      await local.retire(end, { rawMs: 1.4 * DAY_MS, hourlyMs: null, dailyMs: null });
      const left = [await allOf(local, 5), await allOf(local, 6)];
      const gone = await local.remains?.series();
      assert.deepEqual([...(gone ?? [])].toSorted(), [5, 6]);
      const moved = await moveIntoDatabase({ ...partsOf(folder), local }, () => {});
      assert.ok(moved.ok && moved.value.sums > 10, JSON.stringify(moved));
      const by = { everyMs: DAY_MS };
      const asked = { series: Uint32Array.of(5, 6), from: START, to: end, by, weighted: true };
      const before = await local.aggregate(asked);
      await local.close();
      const there = await openDatabase(folder);
      assert.deepEqual([await allOf(there, 5), await allOf(there, 6)], left);
      const after = await there.aggregate(asked);
      for (const one of [...before, ...after]) {
        assertSame(one, expectedSums(one.series === 5 ? rows : silent, asked), "here and there");
      }
      const late = batchOf([row(5, 60_000, 1), row(5, 4 * DAY_MS, 1)]);
      assert.deepEqual(await there.append(late), { tooOld: 1 }, "from before then");
      await there.close();
    }));

  test("what a database has comes back into its folder, though it is broken off once", () =>
    inFolder(async (folder) => {
      const tale = randomTale(3, 500);
      const own = { rawMs: 90 * DAY_MS, hourlyMs: null, dailyMs: null };
      const before = await openBuffered(folder, 0);
      for (const rows of tale) await before.append(batchOf(rows));
      await before.setRetention(1, own);
      await before.retire(START, own);
      await before.close();
      const parts = { ...partsOf(folder), open: async () => success(await openLocal(folder)) };
      const cut = ({ series }: { readonly series: number }) => {
        if (series === 2) throw new Error("power cut");
      };
      await assert.rejects(moveOutOfDatabase(parts, cut), /power cut/);
      const told = remembered(tale);
      const between = await openBuffered(folder, 0);
      for (const [series, rows] of told) assert.deepEqual(await allOf(between, series), rows);
      await between.close();
      const moved = await moveOutOfDatabase(parts, () => {});
      assert.ok(moved.ok && moved.value.series === 4, JSON.stringify(moved));
      const local = await openLocal(folder);
      for (const [series, rows] of told) assert.deepEqual(await allOf(local, series), rows);
      assert.deepEqual(await local.retentions(), new Map([[1, own]]));
      assert.deepEqual((await local.append(batchOf([row(1, -1, 1)]))).tooOld, 0);
      await local.close();
      const again = await moveOutOfDatabase(parts, () => {});
      assert.ok(!again.ok && again.problem.code === "database_other");
    }));

  test("a database that has let go of samples keeps its history, and says so", () =>
    inFolder(async (folder) => {
      const before = await openBuffered(folder, 0);
      await before.append(batchOf(ramp(300)));
      await before.append(batchOf([row(1, 4 * DAY_MS, 1)]));
      await before.retire(START + 4 * DAY_MS, { rawMs: DAY_MS, hourlyMs: null, dailyMs: null });
      await before.close();
      const parts = { ...partsOf(folder), open: async () => success(await openLocal(folder)) };
      const moved = await moveOutOfDatabase(parts, () => {});
      assert.ok(!moved.ok && /let go/.test(moved.problem.detail), JSON.stringify(moved));
      const after = await openBuffered(folder, 0);
      assert.equal((await allOf(after, 1)).length, 1);
      await after.close();
    }));

  test("what a failover has lost is sent again from the folder", () =>
    inFolder(async (folder) => {
      const first = await openBuffered(folder);
      await first.append(batchOf(ramp(300)));
      await first.close();
      const { source } = JSON.parse(readFileSync(join(folder, "database.json"), "utf8"));
      const standby = await openDatabase(folder);
      await standby.deleteRange({ series: 1, from: START + 100, to: START + 300 });
      await standby.take(batchOf([]), { source, sequence: 0 });
      await standby.close();
      await (await openBuffered(folder)).close();
      const database = await openDatabase(folder);
      assert.deepEqual(await allOf(database, 1), ramp(300));
      await database.close();
    }));

  test("and what came late with it, of times that the folder does not have whole", () =>
    inFolder(async (folder) => {
      const first = await openBuffered(folder, DAY_MS);
      await first.append(batchOf([...ramp(10), row(1, 4 * DAY_MS, 1)]));
      await first.retire(START + 4 * DAY_MS, { rawMs: null, hourlyMs: null, dailyMs: null });
      await first.append(batchOf([row(1, DAY_MS, 2)]));
      await first.close();
      const { source, wholeFrom } = JSON.parse(readFileSync(join(folder, "database.json"), "utf8"));
      assert.equal(wholeFrom, START + 3 * DAY_MS);
      const standby = await openDatabase(folder);
      await standby.deleteRange({ series: 1, from: START + DAY_MS, to: START + 5 * DAY_MS });
      await standby.take(batchOf([]), { source, sequence: 0 });
      await standby.close();
      await (await openBuffered(folder)).close();
      const database = await openDatabase(folder);
      const late = [row(1, DAY_MS, 2), row(1, 4 * DAY_MS, 1)];
      assert.deepEqual(await allOf(database, 1), [...ramp(10), ...late]);
      await database.close();
    }));

  test("what a restored folder takes in while the database is away is not taken for drained", () =>
    inFolder(async (folder) => {
      const first = await openBuffered(folder);
      await first.append(batchOf(ramp(10)));
      await first.close();
      const kept = join(dirname(folder), `${basename(folder)}-kept`);
      cpSync(folder, kept, { recursive: true });
      const before = await openBuffered(folder);
      // A record each.
      for (const one of ramp(40).slice(10)) await before.append(batchOf([one]));
      await before.close();
      rmSync(folder, { recursive: true });
      renameSync(kept, folder);

      const later = Array.from({ length: 60 }, (_, index) => row(2, index, index));
      for (const some of [later.slice(0, 30), later.slice(30)]) {
        const connect = async () => failure(problem("database_unreachable", "away"));
        const local = await openLocal(folder);
        const restored = await openBufferedHistorian({ ...partsOf(folder), connect, local });
        assert.ok(restored.ok, JSON.stringify(restored));
        for (const one of some) await restored.value.append(batchOf([one]));
        await restored.value.close();
      }
      for (let round = 0; round < 2; round += 1) {
        const back = await openBuffered(folder);
        await back.retentions();
        assert.deepEqual(await allOf(back, 1), ramp(40), "what only the database has is told");
        await back.close();
        const database = await openDatabase(folder);
        assert.deepEqual(await allOf(database, 1), ramp(40));
        assert.deepEqual(await allOf(database, 2), later);
        await database.close();
      }
    }));

  test("a folder and a database that do not belong together are refused", () =>
    inFolder(async (folder) => {
      const one = join(folder, "one");
      const other = join(folder, "other");
      const first = await openBuffered(one);
      await first.append(batchOf(ramp(10)));
      await first.close();
      const local = await openLocal(other);
      const opened = await openBufferedHistorian({ ...partsOf(other, basename(one)), local });
      assert.ok(!opened.ok && opened.problem.code === "database_other");
      await local.close();
    }));
} else {
  test("moves and failovers", { skip: "there is no PostgreSQL on this machine" }, () => {});
}

/** A folder of its own history that holds some series, and what its move needs. */
async function toMove(folder: string, seed: number) {
  const tale = randomTale(seed, 500);
  const local = await openLocal(folder);
  for (const rows of tale) await local.append(batchOf(rows));
  return { tale, local, parts: { ...partsOf(folder), local } };
}
