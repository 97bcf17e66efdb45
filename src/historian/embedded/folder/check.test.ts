import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { silentLog } from "../../../lib/log.ts";
import { openSqlite, type Sqlite } from "../../../lib/sqlite.ts";
import { batchOf, inFolder, ramp, row, START } from "../../tale.ts";
import { ByteReader } from "../bytes/bytes.ts";
import { readFixedWidth } from "../bytes/fixed-width.ts";
import { openEmbeddedHistorian } from "../embedded.ts";
import { crashImage, ofSeriesOne, openEngine } from "../engine/engine-tale.ts";
import { checkFolder } from "./check.ts";

const HOUR_MS = 3_600_000;
const GOOD = "good" as const;
const LONG = { rawMs: 1e12, hourlyMs: null, dailyMs: null };
/** See chunk-head.ts. */
const COLUMNS_BEFORE_SUM = 7;

test("a folder is read through, and each fault in it is told", () =>
  inFolder(async (folder) => {
    const opened = await openEmbeddedHistorian({ folder }, { log: silentLog });
    assert.ok(opened.ok);
    await opened.value.append(batchOf(ramp(24_000)));
    await opened.value.retire(0, LONG);
    await opened.value.append(batchOf(ramp(10)));
    const busy = checkFolder(folder);
    assert.equal(busy.ok || busy.problem.code, "folder_in_use");
    await opened.value.close();
    const well = checkFolder(folder);
    assert.deepEqual(well, {
      ok: true,
      value: { chunks: 3, samples: 24_000, records: 1, isTorn: false, faults: [] },
    });

    const database = openSqlite(join(folder, "history.db"));
    database.exec("UPDATE chunk SET data = CAST(x'01' || zeroblob(20) AS BLOB) WHERE id = 1");
    database.prepare("UPDATE chunk SET data = ? WHERE id = 2").run(withOtherSums(database, 2));
    database.close();
    const ill = checkFolder(folder);
    assert.ok(ill.ok);
    assert.match(ill.value.faults[0] ?? "", /its bytes are damaged/);
    assert.match(ill.value.faults[1] ?? "", /its summary disagrees/);
    assert.equal(ill.value.faults.length, 2);
  }));

test("a log that ends in half a record is told, and is no fault", () =>
  inFolder(async (folder) => {
    const [live, left] = [join(folder, "live"), join(folder, "left")];
    const opened = await openEmbeddedHistorian({ folder: live }, { log: silentLog });
    assert.ok(opened.ok);
    await opened.value.append(batchOf(ramp(200)));
    await opened.value.append(batchOf(ramp(300).slice(200)));
    // As a crash would leave it.
    cpSync(live, left, { recursive: true, filter: (path) => !/-shm$/.test(path) });
    await opened.value.close();
    const [name = ""] = readdirSync(join(left, "log")).toSorted();
    const bytes = readFileSync(join(left, "log", name));
    const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
    writeFileSync(join(left, "log", name), bytes.fill(0, end - 40, end));
    const checked = checkFolder(left);
    assert.deepEqual(checked, {
      ok: true,
      value: { chunks: 0, samples: 0, records: 1, isTorn: true, faults: [] },
    });
  }));

test("an end of the log that is gone is told by a check, and once by a start", () =>
  inFolder(async (folder) => {
    const engine = openEngine(folder);
    for (let from = 0; from < 90; from += 10)
      await engine.append(batchOf(ramp(90).slice(from, from + 10)));
    await engine.close();
    const names = readdirSync(join(folder, "log")).filter((name) => name.endsWith(".log"));
    const path = join(folder, "log", names.toSorted().at(-1) ?? "");
    writeFileSync(path, readFileSync(path).fill(0));
    const checked = checkFolder(folder);
    assert.match(
      (checked.ok && checked.value.faults.join()) || "",
      /the end of the log is missing/,
    );
    for (const expected of [[{ places: 1 }], []]) {
      const told: unknown[] = [];
      const again = openEngine(folder, { onMissing: (missing) => told.push(missing) });
      assert.deepEqual(told, expected);
      await again.close();
    }
    const well = checkFolder(folder);
    assert.deepEqual(well.ok && well.value.faults, []);
  }));

test("a database that is gone is told, and the log is read all the same", () =>
  inFolder(async (folder) => {
    const engine = openEngine(folder);
    await engine.append(batchOf(ramp(100)));
    await engine.close();
    truncateSync(join(folder, "history.db"), 0);
    for (const round of ["empty", "missing"]) {
      const checked = checkFolder(folder);
      assert.ok(checked.ok, round);
      assert.equal(checked.value.faults.length, 1, round);
      assert.match(checked.value.faults[0] ?? "", /^history.db is missing or empty/);
      assert.equal(checked.value.records, 1);
      rmSync(join(folder, "history.db"), { force: true });
    }
    const again = openEngine(folder);
    await again.close();
    const well = checkFolder(folder);
    assert.deepEqual(well.ok && well.value.faults, []);
  }));

test("what a damaged database does not say of the log is not told as a gap in it", () =>
  inFolder(async (folder) => {
    const engine = openEngine(folder);
    await engine.outbox.follow("above");
    for (let from = 0; from < 2_000; from += 40) {
      await engine.append(batchOf(ramp(from + 40).slice(from)));
      while (engine.work(10) === 0);
      if (from === 1_000) await engine.outbox.take("above", 20);
    }
    await engine.deleteRange({ series: 9, from: 0, to: 1 }); // Waits for what is being let go.
    await engine.close();
    const path = join(folder, "history.db");
    writeFileSync(path, readFileSync(path).fill(7, 8_192));
    const checked = checkFolder(folder);
    assert.ok(checked.ok);
    assert.match(checked.value.faults.join(), /history.db cannot be read further/);
    assert.doesNotMatch(checked.value.faults.join(), /the log/);
  }));

test("what a heal that was broken off has put aside is told, and gone after a start", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.append(batchOf(ramp(100)));
    await engine.append(batchOf(ramp(150).slice(100)));
    await engine.leave();
    // As a crash would leave it before the next thread takes it back.
    const left = join(folder, "left");
    cpSync(join(folder, "live"), left, { recursive: true, filter: (path) => !/-shm$/.test(path) });
    writeFileSync(join(left, "history.db-wal.new"), "half of");
    const checked = checkFolder(left);
    assert.ok(checked.ok);
    const told = checked.value.faults.filter((fault) => fault.startsWith("history.db-wal"));
    assert.deepEqual(
      told.map((fault) => fault.replace(/:.*/, "")),
      ["history.db-wal.kept", "history.db-wal.new"],
    );
    const again = openEngine(left);
    assert.deepEqual(ofSeriesOne(again), ramp(150));
    await again.close();
    assert.deepEqual(
      readdirSync(left).filter((name) => /kept|new/.test(name)),
      [],
    );
    const well = checkFolder(left);
    assert.deepEqual(well.ok && well.value.faults, []);
  }));

test("a day that does not say what its samples say, or not all of it, is told", () =>
  inFolder(async (folder) => {
    const opened = await openEmbeddedHistorian({ folder, chunkSamples: 64 }, { log: silentLog });
    assert.ok(opened.ok);
    const minutes = Array.from({ length: 4 * 1_440 }, (_, minute) =>
      row(1, minute * 60_000, minute),
    );
    await opened.value.append(batchOf(minutes));
    await opened.value.retire(0, LONG);
    await opened.value.close();
    const well = checkFolder(folder);
    assert.deepEqual(well.ok && well.value.faults, []);

    const database = openSqlite(join(folder, "history.db"));
    database.exec(`UPDATE day SET sums = zeroblob(length(sums)) WHERE at = ${START}`);
    const next = START + 86_400_000;
    database.exec(`UPDATE day SET hours = substr(hours, 1, 40) WHERE at = ${next}`);
    database.close();
    const ill = checkFolder(folder);
    assert.deepEqual(ill.ok && ill.value.faults, [
      "series 1, day from 2026-01-01T00:00:00.000Z: it disagrees with its samples",
      "series 1, day from 2026-01-02T00:00:00.000Z: its hours are damaged",
    ]);
  }));

test("whenever the packing of late samples ends, days are what their samples are", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    const hours = Array.from({ length: 96 }, (_, hour) => row(1, hour * HOUR_MS, hour));
    const late = hours.map(({ at }) => ({ series: 1, at: at + 1, value: 1_000, quality: GOOD }));
    await engine.append(batchOf(hours));
    while (!(await engine.retire(0, LONG)));
    await engine.append(batchOf(late.slice(0, 70)));
    await engine.retire(0, LONG);
    for (let step = 0, waitMs: number | undefined = 0; waitMs === 0; step += 1) {
      waitMs = engine.work(0);
      const checked = checkFolder(crashImage(folder, `step ${step}`));
      assert.deepEqual(checked.ok && checked.value.faults, [], `step ${step}`);
      assert.ok(waitMs === 0 || step > 5, "there are some");
    }
    await engine.close();
  }));

/** Another sum at the head of a chunk, and all of it well sealed. */
function withOtherSums(database: Sqlite, id: number): Uint8Array {
  const bytes = database.prepare("SELECT data FROM chunk WHERE id = ?").get(id)?.[0];
  assert.ok(bytes instanceof Uint8Array);
  const data = Buffer.from(bytes);
  const body = new ByteReader(data, 5);
  const blocks = Math.ceil(body.varint() / body.varint());
  body.zigzag();
  for (let column = 0; column < COLUMNS_BEFORE_SUM; column += 1) {
    readFixedWidth(body, new Float64Array(blocks), 0, blocks);
  }
  data.writeUInt8(data.readUInt8(body.at + 1) ^ 1, body.at + 1);
  const headEnd = data.readUInt32LE(1) - 4;
  data.writeUInt32LE(crc32(data.subarray(0, headEnd)), headEnd);
  return data;
}
