import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { AssertionError } from "../../../lib/assert.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import type { Damaged } from "../../historian.ts";
import { bucketsOf } from "../../sums.ts";
import { batchOf, inFolder, ramp, START } from "../../tale.ts";
import type { Engine } from "../engine/engine.ts";
import { crashImage, ofSeriesOne, openEngine } from "../engine/engine-tale.ts";
import { diskFiles, type Files } from "../log/files.ts";
import { startPackingThread } from "./packing-port.ts";
import type { PackingAsk } from "./packing-words.ts";

const HOUR_MS = 3_600_000;
const SLICE_MS = 1_000;
const MANY = { rowsFirst: 4_000, rowsMax: 4_000, chunkSamples: 4, segmentBytes: 65_536 };

function openWithThread(folder: string, wishes: Parameters<typeof openEngine>[1] = {}): Engine {
  return openEngine(folder, { startPacking: startPackingThread, ...wishes });
}

async function append(engine: Engine, from: number, to: number): Promise<void> {
  for (let row = from; row < to; row += 50) {
    await engine.append(batchOf(ramp(Math.min(row + 50, to)).slice(row)));
  }
}

test("another thread packs, and what is read is the same at every moment of it", () =>
  inFolder(async (folder) => {
    const engine = openWithThread(join(folder, "live"), MANY);
    for (let row = 0; row < 12_000; row += 500) {
      await append(engine, row, row + 500);
      assert.deepEqual(ofSeriesOne(engine), ramp(row + 500));
    }
    const { sequence } = totalsOf(join(folder, "live"));
    assert.ok(sequence > 0, "some of it has left memory");
    await engine.close();
    const again = openEngine(join(folder, "live"));
    assert.deepEqual(ofSeriesOne(again), ramp(12_000));
    await again.close();
  }));

test("a damaged chunk that the packing thread comes into is told, and is in nobody's way", () =>
  inFolder(async (folder) => {
    const live = join(folder, "live");
    const told: Damaged[] = [];
    const onDamaged = (damaged: Damaged) => told.push(damaged);
    const engine = openWithThread(live, { ...MANY, onDamaged });
    await append(engine, 0, 100);
    // What memory held is in chunks behind a deletion.
    await engine.deleteRange({ series: 1, from: START + 99, to: START + 100 });
    const disk = openSqlite(join(live, "history.db"));
    const [chunk = []] = disk.prepare("SELECT id, first_at, last_at FROM chunk WHERE id = 3").all();
    const [id, from, to] = chunk.map(Number);
    disk.exec(`UPDATE chunk SET data = CAST(x'01' || substr(data, 2, 9) AS BLOB) WHERE id = ${id}`);
    disk.close();
    await append(engine, 0, 99);
    await engine.deleteRange({ series: 2, from: START, to: START + 1 });
    await engine.deleteRange({ series: 1, from: START + 98, to: START + 99 });
    assert.deepEqual(ofSeriesOne(engine), ramp(98), "what came again is there again");
    assert.deepEqual(
      told.map(({ series, from, to }) => ({ series, from, to })),
      [{ series: 1, from, to }],
    );
    await engine.close();
  }));

test("a generation leaves at leisure, until memory fills behind it faster than it leaves", () =>
  inFolder(async (folder) => {
    const asked: PackingAsk[] = [];
    let letGo = () => {};
    const engine = openWithThread(join(folder, "live"), {
      ...MANY,
      startPacking(options) {
        const thread = startPackingThread(options);
        const post = thread.postMessage.bind(thread);
        thread.postMessage = (ask: PackingAsk) => void asked.push(ask);
        letGo = () => {
          thread.postMessage = post;
          for (const ask of asked) post(ask);
        };
        return thread;
      },
    });
    const words = () => asked.map(({ ask }) => ask);
    await append(engine, 0, 4_150);
    assert.deepEqual(words(), ["pack"]);
    await append(engine, 4_150, 4_500);
    assert.deepEqual(words(), ["pack", "hurry"]);
    letGo();
    await append(engine, 4_500, 9_000);
    assert.deepEqual(ofSeriesOne(engine), ramp(9_000));
    await engine.close();
  }));

test("a crash while another thread packs loses nothing", () =>
  inFolder(async (folder) => {
    const engine = openWithThread(join(folder, "live"), MANY);
    for (let row = 0; row < 9_000; row += 1_000) {
      await append(engine, row, row + 1_000);
      const image = openEngine(crashImage(folder, `after ${row}`));
      assert.deepEqual(ofSeriesOne(image), ramp(row + 1_000));
      await image.close();
    }
    await engine.close();
  }));

test("what is deleted, kept or held in mid-pack waits for a moment in which nobody writes", () =>
  inFolder(async (folder) => {
    const engine = openWithThread(join(folder, "live"), MANY);
    const retention = { rawMs: null, hourlyMs: null, dailyMs: null };
    await append(engine, 0, 4_050);
    await engine.setRetention(1, retention);
    const held = await engine.hold();
    await append(engine, 4_050, 8_050);
    await engine.setRetention(2, retention);
    await held.release();
    const [first, last] = [ramp(8_050)[100], ramp(8_050)[7_000]];
    const range = { from: first?.at ?? 0, to: last?.at ?? 0 };
    await engine.deleteRange({ series: 1, ...range });
    const left = ramp(8_050).filter(({ at }) => at < range.from || at >= range.to);
    assert.deepEqual(ofSeriesOne(engine), left);
    assert.deepEqual([...engine.retentions().keys()], [1, 2]);
    const image = openEngine(crashImage(folder, "after"));
    assert.deepEqual(ofSeriesOne(image), left);
    await image.close();
    await engine.close();
  }));

test("what follows a chunk that grew, and was deleted or let go since, is stored", () =>
  inFolder(async (folder) => {
    const retention = { rawMs: HOUR_MS, hourlyMs: null, dailyMs: null };
    const ways: Readonly<Record<string, (engine: Engine) => Promise<void>>> = {
      deleted: (engine) => engine.deleteRange({ series: 1, from: START, to: START + HOUR_MS }),
      async "let go"(engine) {
        while (!(await engine.retire(START + 3 * HOUR_MS, retention)));
      },
    };
    for (const [way, forget] of Object.entries(ways)) {
      for (const open of [openEngine, openWithThread]) {
        const engine = open(join(folder, `${way} ${open.name}`));
        await growBy(engine, 5, 0);
        await growBy(engine, 5, 5);
        await forget(engine);
        assert.deepEqual(ofSeriesOne(engine), [], way);
        const first = await growBy(engine, 5, 4 * HOUR_MS);
        const second = await growBy(engine, 5, 4 * HOUR_MS + 5);
        assert.deepEqual(ofSeriesOne(engine), [...first, ...second], way);
        await engine.close();
      }
    }
  }));

/** A few samples that have reached their chunk: behind them comes more than memory holds. */
async function growBy(engine: Engine, count: number, from: number) {
  const rows = ramp(count).map((row) => ({ ...row, at: row.at + from }));
  await engine.append(batchOf(rows));
  for (const series of [2, 3, 4]) {
    await engine.append(batchOf(ramp(99).map((row) => ({ ...row, series }))));
  }
  return rows;
}

test("while another thread cannot write, the log takes samples as long as memory does", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    const engine = openWithThread(join(folder, "live"), { lines });
    const other = openSqlite(join(folder, "live", "history.db"));
    other.exec("BEGIN IMMEDIATE");
    await append(engine, 0, 200);
    await assert.rejects(engine.append(batchOf(ramp(250).slice(200))), /locked/);
    await assert.rejects(engine.append(batchOf(ramp(250).slice(200))), /locked/);
    assert.deepEqual(ofSeriesOne(engine), ramp(200));
    other.exec("ROLLBACK");
    other.close();
    await append(engine, 200, 250);
    assert.deepEqual(ofSeriesOne(engine), ramp(250));
    assert.equal(lines.filter((line) => line.includes('"error"')).length, 2);
    await engine.close();
  }));

test("what only a wrong program can meet is not tried again", () =>
  inFolder(async (folder) => {
    const engine = openEngine(folder);
    await growBy(engine, 5, 0);
    await growBy(engine, 5, 5);
    await engine.append(batchOf(ramp(15).slice(10)));
    await engine.append(batchOf(ramp(99).map((row) => ({ ...row, series: 2 }))));
    const isAsked = () => {
      throw new AssertionError("impossible");
    };
    assert.throws(() => engine.work(SLICE_MS, isAsked), AssertionError);
  }));

test("whoever cannot leave its folder goes on packing", () =>
  inFolder(async (folder) => {
    let fails = true;
    const rename: Files["rename"] = (from, to) => {
      if (fails) throw new Error("EIO");
      diskFiles.rename(from, to);
    };
    const engine = openWithThread(join(folder, "live"), {
      ...MANY,
      files: { ...diskFiles, rename },
    });
    await append(engine, 0, 4_050);
    await assert.rejects(engine.leave(), /EIO/);
    engine.work(0);
    fails = false;
    await append(engine, 4_050, 9_000);
    assert.deepEqual(ofSeriesOne(engine), ramp(9_000));
    await engine.leave();
    const again = openEngine(join(folder, "live"));
    assert.deepEqual(ofSeriesOne(again), ramp(9_000));
    await again.close();
  }));

test("what a thread knows of a day is not what was deleted of it meanwhile", () =>
  inFolder(async (folder) => {
    const engine = openWithThread(join(folder, "live"), { ...MANY, rowsFirst: 100, rowsMax: 100 });
    const minutes = (from: number, to: number) =>
      ramp(to)
        .slice(from)
        .map((row, index) => ({ ...row, at: (from + index) * 60_000 }));
    const put = async (from: number, to: number) => {
      for (let row = from; row < to; row += 50)
        await engine.append(batchOf(minutes(row, row + 50)));
    };
    await put(0, 600);
    await engine.deleteRange({ series: 1, from: 60_000 * 100, to: 60_000 * 200 });
    await put(600, 3_000);
    const query = { series: Uint32Array.of(1), from: 0, to: 86_400_000 };
    const asked = { ...query, by: { buckets: 1 } };
    const [day] = bucketsOf(asked, engine.aggregate(asked));
    assert.deepEqual([...(day?.count ?? [])], [1_340]);
    await engine.close();
  }));

function totalsOf(folder: string): { readonly sequence: number } {
  const database = openSqlite(join(folder, "history.db"), { readOnly: true });
  const row = database.prepare("SELECT value FROM total WHERE name = 'sequence'").get();
  database.close();
  return { sequence: Number(row?.[0] ?? 0) };
}
