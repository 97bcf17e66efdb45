import assert from "node:assert/strict";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../../lib/log.ts";
import { batchOf, inFolder, ramp } from "../../tale.ts";
import { diskFiles, type Files } from "./files.ts";
import { SegmentLog } from "./log.ts";

const SEGMENT_BYTES = 1_000;

function openLog(folder: string, files: Files = diskFiles): SegmentLog {
  return new SegmentLog({ folder, segmentBytes: SEGMENT_BYTES, files, log: silentLog });
}

/** A batch of a few rows that is known by its first value. */
function batch(value: number) {
  return batchOf([{ series: 1, at: 1_000 + value, value, quality: "good" }, ...ramp(5)]);
}

function replayed(log: SegmentLog, flushed = 0): { values: (number | undefined)[]; gaps: number } {
  const values: (number | undefined)[] = [];
  const { gaps } = log.replay(flushed, ({ value }) => values.push(value[0]));
  return { values, gaps };
}

test("what was appended is replayed in order, over all segments", () =>
  inFolder(async (folder) => {
    const log = openLog(folder);
    for (let value = 1; value <= 40; value += 1) await log.append(batch(value));
    log.close();
    assert.ok(readdirSync(folder).length > 3);
    const expected = Array.from({ length: 40 }, (_, index) => index + 1);
    assert.deepEqual(replayed(openLog(folder)), { values: expected, gaps: 0 });
    assert.deepEqual(replayed(openLog(folder), 38), { values: [39, 40], gaps: 0 });
  }));

test("a segment that is used again replays its new records only", () =>
  inFolder(async (folder) => {
    const log = openLog(folder);
    for (let value = 1; value <= 8; value += 1) await log.append(batch(value));
    const old = log.turn();
    await log.append(batch(9));
    log.release(old);
    log.turn();
    await log.append(batch(10));
    log.close();
    const [, newest = ""] = readdirSync(folder).toSorted();
    const bytes = readFileSync(join(folder, newest)).toString("latin1");
    assert.ok(bytes.split("FLr2").length > 3, "old records lie behind the new one");
    assert.deepEqual(replayed(openLog(folder), 8), { values: [9, 10], gaps: 0 });
  }));

test("records that are in chunks already are not taken for one that was begun", () =>
  inFolder(async (folder) => {
    const log = openLog(folder);
    for (const value of [1, 2, 3]) await log.append(batch(value));
    log.close();
    assert.equal(openLog(folder).replay(3, () => {}).isTorn, false);
    const [name = ""] = readdirSync(folder);
    const bytes = readFileSync(join(folder, name));
    const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
    writeFileSync(join(folder, name), bytes.fill(0, end - 4));
    assert.equal(openLog(folder).replay(2, () => {}).isTorn, true, "one that was is");
  }));

test("a record that was written in part ends its segment, and what was before it stays", () =>
  inFolder(async (folder) => {
    const log = openLog(folder);
    for (const value of [1, 2, 3]) await log.append(batch(value));
    log.close();
    const [name = ""] = readdirSync(folder);
    const path = join(folder, name);
    const bytes = readFileSync(path);
    const third = bytes.toString("latin1").lastIndexOf("FLr2");
    truncateSync(path, third + 50);
    assert.deepEqual(replayed(openLog(folder)).values, [1, 2]);
    bytes[third + 40] = 255;
    writeFileSync(path, bytes);
    assert.deepEqual(replayed(openLog(folder)).values, [1, 2]);
  }));

test("records that the disk has lost are noticed by those behind them", () =>
  inFolder(async (folder) => {
    const log = openLog(folder);
    for (let value = 1; value <= 20; value += 1) await log.append(batch(value));
    log.close();
    const [, second = ""] = readdirSync(folder).toSorted();
    writeFileSync(join(folder, second), "");
    const { values, gaps } = replayed(openLog(folder));
    assert.equal(gaps, 1);
    assert.ok(values.length > 8 && values.length < 20);
  }));

test("what one segment fails to take goes into another, and is stored", () =>
  inFolder(async (folder) => {
    let failures = 1;
    const sync = (file: number) => {
      failures -= 1;
      return failures === 0 ? Promise.reject(new Error("EIO")) : diskFiles.sync(file);
    };
    const log = openLog(folder, { ...diskFiles, sync });
    failures = 3;
    for (const value of [1, 2, 3, 4]) assert.equal(await log.append(batch(value)), value);
    assert.deepEqual(readdirSync(folder), ["0000000001.log", "0000000002.log"]);
    assert.deepEqual(replayed(openLog(folder)), { values: [1, 2, 3, 4], gaps: 0 });
    log.release(log.turn());
    assert.deepEqual(readdirSync(folder), ["0000000002.log"], "what failed is not used again");
    log.close();
  }));

test("what was refused is not there after a restart, whatever the disk has of it", () =>
  inFolder(async (folder) => {
    let isBroken = false;
    const sync = (file: number) =>
      isBroken ? Promise.reject(new Error("EIO")) : diskFiles.sync(file);
    const write: Files["write"] = (file, bytes, position) => {
      if (isBroken && bytes.length < 8) throw new Error("EIO");
      diskFiles.write(file, bytes, position);
    };
    for (const files of [
      { ...diskFiles, sync },
      { ...diskFiles, sync, write },
    ]) {
      const log = openLog(folder, files);
      const before = replayed(log).values;
      assert.equal(await log.append(batch(1)), before.length + 1);
      isBroken = true;
      await assert.rejects(log.append(batch(666)), /EIO/);
      isBroken = false;
      assert.equal(await log.append(batch(2)), before.length + 2);
      log.close();
      assert.deepEqual(replayed(openLog(folder)), { values: [...before, 1, 2], gaps: 0 });
    }
  }));

test("a damaged record costs itself, not those behind it, and its segment is put aside", () =>
  inFolder(async (folder) => {
    const log = openLog(folder);
    for (const value of [1, 2, 3, 4]) await log.append(batch(value));
    log.close();
    const path = join(folder, "0000000001.log");
    const bytes = readFileSync(path);
    const second = bytes.indexOf("FLr2", 4);
    bytes[second + 40] = 255;
    writeFileSync(path, bytes);
    const again = openLog(folder);
    assert.deepEqual(replayed(again), { values: [1, 3, 4], gaps: 1 });
    again.release(again.turn());
    assert.deepEqual(readdirSync(folder), ["0000000001.damaged"]);
  }));

test("records are kept for those who need them, and while the log is pinned", () =>
  inFolder(async (folder) => {
    const log = openLog(folder);
    log.keepAfter(3);
    for (let value = 1; value <= 20; value += 1) {
      await log.append(batch(value));
      if (value % 2 === 0) log.release(log.turn());
    }
    assert.equal(log.holding(1)?.first, 3, "what was taken is gone");
    assert.equal(log.holding(4)?.first, 3);
    const unpin = log.pin();
    log.keepAfter(20);
    assert.equal(log.holding(4)?.first, 3);
    unpin();
    assert.equal(log.holding(4), undefined);
    log.close();
  }));

test("a segment that could not be made leaves nothing in the way", () =>
  inFolder(async (folder) => {
    let isFull = true;
    const log = openLog(folder, {
      ...diskFiles,
      write(file, bytes, position) {
        diskFiles.write(file, bytes.subarray(0, 100), position);
        if (isFull) throw new Error("ENOSPC");
        diskFiles.write(file, bytes, position);
      },
    });
    for (const value of [1, 2]) await assert.rejects(log.append(batch(value)), /ENOSPC/);
    assert.deepEqual(readdirSync(folder), []);
    isFull = false;
    assert.equal(await log.append(batch(3)), 1);
    log.close();
    assert.deepEqual(replayed(openLog(folder)).values, [3]);
  }));
