import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../../lib/log.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import type { Damaged } from "../../historian.ts";
import { batchOf, inFolder, ramp, rowsOf, START } from "../../tale.ts";
import { diskFiles, type Files } from "../log/files.ts";
import { Engine } from "./engine.ts";
import { crashImage, failingDisk, ofSeriesOne, openEngine, PARTS, SIZES } from "./engine-tale.ts";

test("a batch that would straddle two generations outlives both", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    const rows = ramp(1_000);
    for (let from = 0; from < rows.length; from += 70) {
      await engine.append(batchOf(rows.slice(from, from + 70)));
      while (engine.work(0) === 0);
      const image = openEngine(crashImage(folder, `after ${from}`));
      assert.deepEqual(ofSeriesOne(image), rows.slice(0, from + 70));
      await image.close();
    }
    await engine.close();
  }));

test("work gives way as soon as something else is asked, and goes on where it was", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"), { chunkSamples: 2 });
    for (let from = 0; from < 300; from += 50) {
      await engine.append(batchOf(ramp(from + 50).slice(from)));
    }
    let slices = 0;
    for (; engine.work(60_000, () => true) === 0; slices += 1) {
      assert.deepEqual(ofSeriesOne(engine), ramp(300));
    }
    assert.ok(slices > 3, `${slices} slices`);
    await engine.close();
  }));

test("a batch larger than the memory for it is stored whole", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.append(batchOf(ramp(777)));
    const image = openEngine(crashImage(folder, "after"));
    assert.deepEqual(ofSeriesOne(image), ramp(777));
    await image.close();
    await engine.close();
  }));

test("a log larger than the memory for it is recovered whole, and again if that is broken off", () =>
  inFolder(async (folder) => {
    const large = openEngine(join(folder, "live"), { rowsFirst: 10_000, rowsMax: 10_000 });
    for (let from = 0; from < 3_000; from += 90) {
      await large.append(batchOf(ramp(3_000).slice(from, from + 90)));
    }
    await large.close();
    for (const round of [1, 2, 3]) {
      const small = openEngine(join(folder, "live"));
      assert.deepEqual(ofSeriesOne(small), ramp(3_000), `round ${round}`);
      const image = openEngine(crashImage(folder, `image ${round}`));
      assert.deepEqual(ofSeriesOne(image), ramp(3_000));
      await image.close();
      await small.close();
    }
  }));

test("restarts do not pile up segments", () =>
  inFolder(async (folder) => {
    for (let round = 0; round < 30; round += 1) {
      const engine = openEngine(join(folder, "live"), { rowsFirst: 10_000, rowsMax: 10_000 });
      await engine.append(batchOf(ramp(round + 1).slice(-1)));
      assert.deepEqual(ofSeriesOne(engine), ramp(round + 1));
      await engine.close();
    }
    assert.ok(readdirSync(join(folder, "live", "log")).length < 12);
  }));

test("an old segment that comes back is not replayed over later corrections", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.append(batchOf(ramp(60)));
    cpSync(join(folder, "live", "log"), join(folder, "old"), { recursive: true });
    const corrected = ramp(60).map((row) => ({ ...row, value: 1_000 }));
    const others = corrected.map((row) => ({ ...row, series: 2 }));
    for (const rows of [corrected, others, others, others]) {
      await engine.append(batchOf(rows));
      while (engine.work(10) === 0);
    }
    await engine.close();
    cpSync(join(folder, "old"), join(folder, "live", "log"), { recursive: true });
    const again = openEngine(join(folder, "live"));
    assert.deepEqual(ofSeriesOne(again), corrected);
    await again.close();
  }));

test("a full disk refuses samples, says so once, and takes them again when there is room", () =>
  inFolder(async (folder) => {
    let isFull = false;
    const lines: string[] = [];
    const write: Files["write"] = (file, bytes, position) => {
      if (isFull) throw new Error("ENOSPC: no space left on device");
      diskFiles.write(file, bytes, position);
    };
    const files = { ...diskFiles, write };
    const engine = openEngine(join(folder, "live"), { files, lines });
    await engine.append(batchOf(ramp(50)));
    isFull = true;
    for (let round = 0; round < 3; round += 1) {
      await assert.rejects(engine.append(batchOf(ramp(70).slice(50))), /ENOSPC/);
    }
    assert.deepEqual(ofSeriesOne(engine), ramp(50), "what is not safe is not shown");
    isFull = false;
    await engine.append(batchOf(ramp(90).slice(50)));
    assert.deepEqual(ofSeriesOne(engine), ramp(90));
    assert.equal(lines.filter((line) => line.includes("ENOSPC")).length, 1);
    assert.equal(lines.filter((line) => line.includes('"times":3')).length, 1);
    const image = openEngine(crashImage(folder, "after"));
    assert.deepEqual(ofSeriesOne(image), ramp(90));
    await image.close();
    await engine.close();
  }));

test("while the database cannot be written, the log takes samples as long as memory does", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    const engine = openEngine(join(folder, "live"), { lines });
    const other = openSqlite(join(folder, "live", "history.db"));
    other.exec("BEGIN IMMEDIATE");
    for (let from = 0; from < 200; from += 50) {
      await engine.append(batchOf(ramp(from + 50).slice(from)));
      const waitMs = engine.work(10) ?? 0;
      assert.ok(from < 100 || waitMs > 0, "it will be tried again");
    }
    await assert.rejects(engine.append(batchOf(ramp(250).slice(200))), /locked/);
    assert.deepEqual(ofSeriesOne(engine), ramp(200));
    other.exec("ROLLBACK");
    other.close();
    await engine.append(batchOf(ramp(250).slice(200)));
    assert.deepEqual(ofSeriesOne(engine), ramp(250));
    assert.equal(lines.filter((line) => line.includes('"error"')).length, 2);
    await engine.close();
  }));

/** A thousand samples, most of which the database took, and the disk refused to sync. */
async function openInDoubt(folder: string) {
  const doubts: string[] = [];
  const onDoubt = (reason: string) => void doubts.push(reason);
  const files = failingDisk(() => true);
  const engine = openEngine(join(folder, "live"), { files, onDoubt });
  for (let from = 0; from < 1_000; from += 50) {
    await engine.append(batchOf(ramp(from + 50).slice(from)));
    while (engine.work(10) === 0);
  }
  assert.deepEqual(doubts, ["EIO"], "it is said once");
  return engine;
}

test("when the disk does not keep the database, the log keeps all that may be lost", () =>
  inFolder(async (folder) => {
    const engine = await openInDoubt(folder);
    const image = crashImage(folder, "without what was not synced");
    for (const name of ["history.db", "history.db-wal"]) rmSync(join(image, name), { force: true });
    const again = openEngine(image);
    assert.deepEqual(ofSeriesOne(again), ramp(1_000));
    await again.close();
    await engine.close();
  }));

test("an engine in doubt forgets nothing, changes nothing, and leaves its folder to another", () =>
  inFolder(async (folder) => {
    const engine = await openInDoubt(folder);
    await assert.rejects(engine.deleteRange({ series: 1, from: 0, to: START + 1 }), /opened anew/);
    await assert.rejects(engine.hold(), /opened anew/);
    assert.deepEqual(ofSeriesOne(engine), ramp(1_000), "and is read as ever");
    await engine.leave();
    const live = join(folder, "live");
    assert.equal(
      statSync(join(live, "history.db-wal")).size,
      0,
      "nobody brings in what is in doubt",
    );
    for (const lost of [0, 0.5, 1]) {
      const image = join(folder, `${lost} of its end is lost`);
      cpSync(live, image, { recursive: true, filter: (path) => !path.endsWith("-shm") });
      const kept = join(image, "history.db-wal.kept");
      truncateSync(kept, Math.floor(statSync(kept).size * (1 - lost)));
      const again = openEngine(image);
      assert.deepEqual(ofSeriesOne(again), ramp(1_000));
      await again.append(batchOf(ramp(1_200).slice(1_000)));
      while (again.work(10) === 0);
      await again.deleteRange({ series: 1, from: 0, to: START + 1_000 });
      assert.deepEqual(ofSeriesOne(again), ramp(1_200).slice(1_000));
      assert.ok(readdirSync(join(image, "log")).length < 6, "and the log lets go again");
      await again.close();
    }
  }));

test("a damaged chunk is an error to its readers, and in nobody's way for ever", () =>
  inFolder(async (folder) => {
    const [lines, told]: [string[], Damaged[]] = [[], []];
    const onDamaged = (damaged: Damaged) => told.push(damaged);
    const engine = openEngine(join(folder, "live"), { lines, onDamaged, chunkSamples: 2 });
    const others = ramp(100).map((row) => ({ ...row, series: 2 }));
    for (const rows of [ramp(100), others]) await engine.append(batchOf(rows));
    while (engine.work(10) === 0);
    const disk = openSqlite(join(folder, "live", "history.db"));
    disk.exec("UPDATE chunk SET data = CAST(x'01' || substr(data, 2, 20) AS BLOB) WHERE id = 2");
    disk.close();
    assert.throws(() => ofSeriesOne(engine), /damaged/);
    assert.deepEqual(rowsOf(engine.latest(Uint32Array.of(1))), ramp(100).slice(-1));
    for (const rows of [ramp(50), others]) await engine.append(batchOf(rows));
    await engine.append(batchOf(others));
    while (engine.work(10) === 0);
    assert.deepEqual(ofSeriesOne(engine), ramp(100), "what came again is there again");
    assert.equal(lines.filter((line) => line.includes("put aside")).length, 1);
    assert.deepEqual(
      told.map(({ series }) => series),
      [1],
    );
    await engine.close();
  }));

test("series may be far apart", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    const rows = ramp(90).map((row, index) => ({ ...row, series: index * 2_000 }));
    for (const round of [1, 2, 3]) {
      await engine.append(batchOf(rows.map((row) => ({ ...row, at: row.at + round }))));
      engine.work(0);
    }
    const all = Uint32Array.from(rows, ({ series }) => series);
    const expected = rows.map((row) => ({ ...row, at: row.at + 3 }));
    assert.deepEqual(rowsOf(engine.latest(all)), expected);
    await engine.close();
    const again = openEngine(join(folder, "live"));
    assert.deepEqual(rowsOf(again.latest(all)), expected);
    assert.equal(again.stats().series, 90);
    await again.close();
  }));

test("a folder that is open, newer or not a folder is refused with what to do", () =>
  inFolder(async (folder) => {
    const open = async (name: string) => {
      const parts = { ...PARTS, files: diskFiles, log: silentLog };
      const opened = Engine.open({ folder: join(folder, name), ...SIZES }, parts);
      if (opened.ok) await opened.value.close();
      return opened.ok ? undefined : opened.problem;
    };
    const engine = openEngine(join(folder, "live"));
    const taken = await open("live");
    assert.equal(taken?.code, "folder_in_use");
    assert.match(taken?.detail ?? "", /stop that one, or choose another folder/);
    await engine.close();
    assert.equal(await open("live"), undefined);

    const database = openSqlite(join(folder, "live", "history.db"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.equal((await open("live"))?.code, "folder_newer");

    writeFileSync(join(folder, "file"), "");
    assert.equal((await open("file"))?.code, "folder_unreadable");
    mkdirSync(join(folder, "torn"));
    writeFileSync(join(folder, "torn", "history.db"), "not a database".repeat(100));
    assert.equal((await open("torn"))?.code, "folder_unreadable");
  }));
