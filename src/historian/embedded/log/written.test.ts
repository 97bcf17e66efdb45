import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { batchOf, inFolder, ramp } from "../../tale.ts";
import { crashImage, ofSeriesOne, openEngine } from "../engine/engine-tale.ts";
import { diskFiles, type Files } from "./files.ts";

const SIZES = { durability: "written", segmentBytes: 65_536, rowsFirst: 10_000 } as const;

test("written: an append does not wait for the disk, and a kill loses nothing", () =>
  inFolder(async (folder) => {
    const disk = slowDisk();
    const engine = openEngine(join(folder, "live"), { ...SIZES, files: disk.files });
    await engine.append(batchOf(ramp(40)));
    await engine.append(batchOf(ramp(70).slice(40)));
    assert.equal(disk.waiting(), 1, "one sync at a time");
    const image = openEngine(crashImage(folder, "killed"));
    assert.deepEqual(ofSeriesOne(image), ramp(70));
    await image.close();
    disk.answer();
    await engine.close();
    assert.ok(disk.syncedNow() > 0, "a clean end leaves nothing to chance");
  }));

test("written: a sync that failed is told, and what follows goes into another segment", () =>
  inFolder(async (folder) => {
    const disk = slowDisk();
    const lines: string[] = [];
    const engine = openEngine(join(folder, "live"), { ...SIZES, files: disk.files, lines });
    await engine.append(batchOf(ramp(40)));
    disk.answer(new Error("EIO"));
    await new Promise((resolve) => setImmediate(resolve));
    await engine.append(batchOf(ramp(70).slice(40)));
    assert.match(lines.join("\n"), /a segment of the log failed, another took its place/);
    assert.deepEqual(ofSeriesOne(engine), ramp(70));
    await engine.close();
    const again = openEngine(join(folder, "live"));
    assert.deepEqual(ofSeriesOne(again), ramp(70));
    await again.close();
  }));

/** Its syncs are answered by hand. */
function slowDisk() {
  const waiting: ((failed?: Error) => void)[] = [];
  let syncedNow = 0;
  const files: Files = {
    ...diskFiles,
    sync: () =>
      new Promise((resolve, reject) => {
        waiting.push((failed) => (failed ? reject(failed) : resolve()));
      }),
    syncNow(file) {
      syncedNow += 1;
      diskFiles.syncNow(file);
    },
  };
  const answer = (failed?: Error) => {
    for (const settle of waiting.splice(0)) settle(failed);
  };
  return { files, answer, waiting: () => waiting.length, syncedNow: () => syncedNow };
}
