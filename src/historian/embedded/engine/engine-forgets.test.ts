import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chances } from "../../../lib/chance.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import { expectedSums, type Row } from "../../expected.ts";
import { bucketsOf } from "../../sums.ts";
import { assertSame, batchOf, inFolder, ramp, START } from "../../tale.ts";
import { asVersion5 } from "../database/older-tale.ts";
import type { Engine } from "./engine.ts";
import { crashImage, failingDisk, ofSeriesOne, openEngine } from "./engine-tale.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test("what was deleted does not return after a crash, wherever it lay", () =>
  inFolder(async (folder) => {
    const random = chances(17);
    const engine = openEngine(join(folder, "live"));
    let expected: Row[] = [];
    for (let round = 0; round < 40; round += 1) {
      const first = Math.floor(random() * 400);
      const rows = ramp(first + 70).slice(first);
      await engine.append(batchOf(rows));
      if (random() < 0.5) engine.work(0);
      const from = START + first + 20;
      const to = from + 60 * random();
      await engine.deleteRange({ series: 1, from, to });
      expected = [...expected.filter(({ at }) => !rows.some((row) => row.at === at)), ...rows]
        .filter(({ at }) => at < from || at >= to)
        .toSorted((one, other) => one.at - other.at);
      const image = openEngine(crashImage(folder, `after ${round}`));
      assert.deepEqual(ofSeriesOne(image), expected, `round ${round}`);
      await image.close();
    }
    await engine.close();
  }));

test("what was let go does not return after a crash, and its hours do not count twice", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    for (let round = 0; round < 5; round += 1) {
      await engine.append(batchOf(ramp(round * 70 + 70).slice(round * 70)));
      let isDone = false;
      for (let step = 0; !isDone; step += 1) {
        isDone = await engine.retire(START + 2 * HOUR_MS, {
          rawMs: HOUR_MS,
          hourlyMs: null,
          dailyMs: null,
        });
        const image = openEngine(crashImage(folder, `after ${round} ${step}`));
        assert.deepEqual(countsOf(image), [round * 70 + 70, 0, 0]);
        assert.equal(ofSeriesOne(image).length, isDone ? 0 : ofSeriesOne(engine).length);
        await image.close();
      }
    }
    await engine.close();
  }));

test("a history of version 1 is brought up to date with all that it holds", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.append(batchOf(ramp(500)));
    await engine.close();
    const database = openSqlite(join(folder, "live", "history.db"));
    asVersion5(database);
    for (const table of ["day", "horizon", "policy", "damaged"])
      database.exec(`DROP TABLE ${table}`);
    database.exec("PRAGMA user_version = 1");
    database.close();
    const again = openEngine(join(folder, "live"));
    assert.deepEqual(ofSeriesOne(again), ramp(500));
    await again.deleteRange({ series: 1, from: START, to: START + 100 });
    assert.deepEqual(ofSeriesOne(again), ramp(500).slice(100));
    await again.close();
  }));

test("days of version 4 answer as before, and know of all qualities when they are made again", () =>
  inFolder(async (folder) => {
    const rows = ramp(48 * 4).map((row, index) => ({
      ...row,
      at: START + index * (HOUR_MS / 4),
      quality: index % 9 === 0 ? ("bad" as const) : ("good" as const),
    }));
    const engine = openEngine(join(folder, "live"));
    for (const row of rows) await engine.append(batchOf([row]));
    for (let more = 0; more < 3; more += 1) {
      const others = ramp(100).map((row) => ({ ...row, series: 2 }));
      await engine.append(batchOf(others));
      while (engine.work(10) === 0);
    }
    await engine.close();
    const history = join(folder, "live", "history.db");
    const database = openSqlite(history);
    asVersion5(database);
    assert.equal(database.prepare("SELECT count(every) FROM day WHERE series = 1").get()?.[0], 1);
    database.exec("ALTER TABLE day DROP COLUMN every; PRAGMA user_version = 4");
    database.close();
    const again = openEngine(join(folder, "live"));
    const query = {
      series: Uint32Array.of(1),
      from: START,
      to: START + 48 * HOUR_MS,
      by: { everyMs: 24 * HOUR_MS },
    };
    for (const quality of ["all", "good"] as const) {
      const [sums] = bucketsOf(query, again.aggregate({ ...query, quality }));
      assert.ok(sums);
      assertSame(sums, expectedSums(rows, { ...query, quality }), quality);
    }
    await again.close();
  }));

test("hours that version 3 kept of what was let go are there, and go on", () =>
  inFolder(async (folder) => {
    const rawHours = { rawMs: HOUR_MS, hourlyMs: null, dailyMs: null };
    const engine = openEngine(join(folder, "live"));
    await engine.append(batchOf(ramp(500)));
    while (!(await engine.retire(START + 2 * HOUR_MS, rawHours)));
    await engine.close();
    const database = openSqlite(join(folder, "live", "history.db"));
    asVersion5(database);
    database.exec(VERSION_3);
    database.close();
    const again = openEngine(join(folder, "live"));
    await again.append(batchOf(ramp(700).slice(400)));
    assert.deepEqual(countsOf(again), [700, 0, 0], "those until 499 are too old to count again");
    while (!(await again.retire(START + 2 * HOUR_MS, rawHours)));
    assert.deepEqual(countsOf(again), [700, 0, 0]);
    assert.deepEqual(ofSeriesOne(again), []);
    await again.close();
  }));

test("space that was given up is used again", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"), { checkpoint });
    const sizes: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      await engine.append(batchOf(ramp(2_000)));
      await engine.deleteRange({ series: 1, from: 0, to: Number.MAX_VALUE });
      while (engine.work(10) === 0);
      sizes.push(engine.stats().bytesOnDisk);
    }
    assert.ok((sizes[29] ?? 0) <= Math.max(...sizes.slice(0, 10)), `${sizes}`);
    assert.equal(engine.stats().samplesStored, 0);
    await engine.close();
  }));

test("what lets go as fast as it takes in keeps its size, and nothing of it returns", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"), { checkpoint });
    const kept = { rawMs: 2 * DAY_MS, hourlyMs: 4 * DAY_MS, dailyMs: 6 * DAY_MS };
    const sizes: number[] = [];
    for (let day = 0; day < 40; day += 1) {
      const rows = ramp(500).map((row, index) => {
        return { ...row, at: START + day * DAY_MS + index * 172_800 };
      });
      await engine.append(batchOf(rows));
      while (!(await engine.retire(START + (day + 1) * DAY_MS, kept)));
      while (engine.work(10) === 0);
      sizes.push(engine.stats().bytesOnDisk);
    }
    assert.ok((sizes[39] ?? 0) <= Math.max(...sizes.slice(0, 15)), `${sizes}`);
    const image = openEngine(crashImage(folder, "after"));
    for (const one of [engine, image]) {
      const left = ofSeriesOne(one);
      assert.ok(left.length >= 1_000 && left.length < 1_200, `${left.length} are left`);
      await one.close();
    }
  }));

test("what is deleted of a log larger than memory does not return either", () =>
  inFolder(async (folder) => {
    const large = openEngine(join(folder, "live"), { rowsFirst: 5_000, rowsMax: 5_000 });
    for (const [series, at] of [1, 2, 2].entries()) {
      await large.append(batchOf(ramp(90).map((row) => ({ ...row, series: at, value: series }))));
    }
    await large.close();
    const small = openEngine(join(folder, "live"), { segmentBytes: 65_536 });
    await small.deleteRange({ series: 1, from: 0, to: Number.MAX_VALUE });
    const image = openEngine(crashImage(folder, "after"), { segmentBytes: 65_536 });
    assert.deepEqual(ofSeriesOne(image), []);
    await image.close();
    await small.close();
  }));

test("a deletion cuts a damaged chunk off whole; one that lies within is forgotten", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    const engine = openEngine(join(folder, "live"), { lines, chunkSamples: 2 });
    await engine.append(batchOf(ramp(64)));
    await engine.deleteRange({ series: 1, from: START + 63, to: START + 64 });
    const disk = openSqlite(join(folder, "live", "history.db"));
    disk.exec(`UPDATE chunk SET data = CAST(x'01' || substr(data, 2, 20) AS BLOB)
      WHERE first_at IN (${START + 16}, ${START + 32})`);
    await engine.deleteRange({ series: 1, from: START + 20, to: START + 50 });
    assert.deepEqual(ofSeriesOne(engine), [...ramp(16), ...ramp(63).slice(50)]);
    assert.deepEqual(disk.prepare("SELECT first_at FROM damaged").all(), [[START + 16]]);
    assert.equal(lines.filter((line) => line.includes("put aside")).length, 1);
    disk.close();
    await engine.close();
  }));

test("once the disk has failed nothing is deleted, for it could come back", () =>
  inFolder(async (folder) => {
    let isFailing = false;
    const files = failingDisk(() => isFailing);
    const engine = openEngine(join(folder, "live"), { files });
    await engine.append(batchOf(ramp(90)));
    isFailing = true;
    const early = { series: 1, from: START, to: START + 10 };
    await assert.rejects(engine.deleteRange(early), /the disk failed/);
    assert.deepEqual(ofSeriesOne(engine), ramp(90));
    isFailing = false;
    await assert.rejects(engine.deleteRange(early), /the disk failed/);
    await assert.rejects(engine.setRetention(1, null), /the disk failed/);
    const kept = { rawMs: 0, hourlyMs: null, dailyMs: null };
    await assert.rejects(async () => {
      while (!(await engine.retire(START + HOUR_MS, kept)));
    }, /the disk failed/);
    await engine.close();
    const again = openEngine(join(folder, "live"));
    await again.deleteRange(early);
    assert.deepEqual(ofSeriesOne(again), ramp(90).slice(10));
    await again.close();
  }));

/** A row for each hour instead of days, as it was until then; all of the ramp lies in one. */
const VERSION_3 = `
  CREATE TABLE hour(
    series INTEGER NOT NULL, at INTEGER NOT NULL,
    first_at REAL, last_at REAL, countable INTEGER NOT NULL, good INTEGER NOT NULL,
    min REAL, max REAL, sum REAL, first REAL, last REAL, increase REAL, area REAL,
    PRIMARY KEY(series, at)) WITHOUT ROWID;
  INSERT INTO hour SELECT series, at, first_at, last_at, countable, good,
    min, max, sum, first, last, increase, area FROM day;
  DROP TABLE day;
  DROP TABLE horizon;
  ALTER TABLE policy DROP COLUMN daily_ms;
  PRAGMA user_version = 3;`;

function countsOf(engine: Engine): number[] {
  const [from, to] = [START, START + 3 * HOUR_MS];
  const asked = { series: Uint32Array.of(1), from, to, by: { everyMs: HOUR_MS } };
  return Array.from(bucketsOf(asked, engine.aggregate(asked))[0]?.count ?? []);
}

async function checkpoint(file: string): Promise<void> {
  const database = openSqlite(file);
  database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  database.close();
}
