import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openSqlite } from "../../../lib/sqlite.ts";
import type { Row } from "../../expected.ts";
import { batchOf, inFolder, ramp, rowsOf } from "../../tale.ts";
import { loseNewestPage } from "../database/pages-tale.ts";
import type { Engine } from "../engine/engine.ts";
import { openEngine } from "../engine/engine-tale.ts";
import { startPackingThread } from "./packing-port.ts";

/** Chunks that take several pages. */
const STORED = 20_000;
const AT_ONCE = 20;
/** They leave more segments behind than a start keeps for later. */
const STARTS = 10;

const WAYS = { "by itself": {}, "in a thread of its own": { startPacking: startPackingThread } };

for (const [way, wishes] of Object.entries(WAYS)) {
  test(`an engine that packs ${way} tells of malformed pages and keeps what cannot be packed`, () =>
    inFolder(async (folder) => {
      await spoil(folder);
      const told = new Set<string>();
      const onMalformed = (reason: string) => void told.add(reason);
      const engine = openEngine(folder, { ...wishes, onMalformed });
      const kept: Row[] = [];
      while (await isTaken(engine, kept, AT_ONCE));
      assert.deepEqual([...told], ["database disk image is malformed"]);
      assert.ok(kept.length >= 2 * AT_ONCE, "memory takes samples all the same");
      assert.deepEqual(ofSeries(engine, 2), of(2, AT_ONCE));
      assert.deepEqual(ofSeries(engine, 3), kept);
      await engine.close();
      const again = openEngine(folder);
      assert.deepEqual(ofSeries(again, 3), kept);
      await again.close();
    }));
}

test("a chunk that grows and is gone from its page is told, and what would go to it is kept", () =>
  inFolder(async (folder) => {
    const engine = openEngine(folder, { onMalformed: (reason) => void told.push(reason) });
    const told: string[] = [];
    await engine.append(batchOf(of(2, 5)));
    await pack(engine, 1);
    const database = openSqlite(join(folder, "history.db"));
    database.exec("UPDATE chunk SET id = -1000 WHERE id = -3");
    database.close();
    await engine.append(batchOf(of(2, 10).slice(5)));
    await pack(engine, 2);
    assert.deepEqual([...new Set(told)], ["a chunk that grows is gone from its page"]);
    await engine.close();
    const again = openEngine(folder);
    assert.deepEqual(ofSeries(again, 2), of(2, 10).slice(5));
    await again.close();
  }));

test("the newest sample that a malformed page hides is in nobody else's way", () =>
  inFolder(async (folder) => {
    await spoil(folder);
    const told = new Set<string>();
    const engine = openEngine(folder, { onMalformed: (reason) => void told.add(reason) });
    for (const time of ["first", "second"]) {
      const latest = rowsOf(engine.latest(Uint32Array.of(1, 2)));
      assert.deepEqual(latest, of(2, AT_ONCE).slice(-1), time);
    }
    assert.deepEqual([...told], ["database disk image is malformed"]);
    assert.deepEqual(ofSeries(engine, 2), of(2, AT_ONCE));
    await engine.close();
  }));

test("a database that nothing can be brought into is in no start's way", () =>
  inFolder(async (folder) => {
    await spoil(folder);
    const kept: Row[] = [];
    const told: string[] = [];
    const onMalformed = (reason: string) => void told.push(reason);
    for (let start = 0; start < STARTS; start += 1) {
      const engine = openEngine(folder, { onMalformed });
      assert.deepEqual(ofSeries(engine, 3), kept, `start ${start}`);
      assert.ok(await isTaken(engine, kept, AT_ONCE / 4));
      await engine.close();
    }
    assert.ok(told.length > 0, "there was much to pack");
  }));

/** A folder into whose database no chunk can be put any more, with another series in it. */
async function spoil(folder: string): Promise<void> {
  const engine = openEngine(folder);
  const stored = ramp(STORED);
  for (let row = 0; row < STORED; row += 50) {
    await engine.append(batchOf(stored.slice(row, row + 50)));
  }
  await engine.append(batchOf(of(2, AT_ONCE)));
  // What memory held is in chunks behind a deletion.
  await engine.deleteRange({ series: 1, from: 0, to: 1 });
  await engine.close();
  loseNewestPage(folder);
}

/** More than a generation comes, and what memory held before is packed, or meets what is in its way. */
async function pack(engine: Engine, time: number): Promise<void> {
  await engine.append(batchOf(of(5, 100 * time).slice(-100)));
  while (engine.work(1_000, () => false) === 0);
}

/** Whether the next rows are, which are kept then: memory ends where nothing can leave it. */
async function isTaken(engine: Engine, kept: Row[], count: number): Promise<boolean> {
  const rows = of(3, kept.length + count).slice(kept.length);
  try {
    await engine.append(batchOf(rows));
  } catch (reason) {
    assert.match(String(reason), /malformed/);
    return false;
  }
  kept.push(...rows);
  return true;
}

function of(series: number, count: number): Row[] {
  return ramp(count).map((row) => ({ ...row, series }));
}

function ofSeries(engine: Engine, series: number): Row[] {
  return rowsOf(engine.range({ series, from: 0, to: Number.MAX_VALUE, limit: STORED }));
}
