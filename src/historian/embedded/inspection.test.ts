import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { openSqlite } from "../../lib/sqlite.ts";
import type { Row } from "../expected.ts";
import type { Damaged, Historian, Mended } from "../historian.ts";
import { allOf, batchOf, inFolder, ramp, row, START } from "../tale.ts";
import { damageIndex, INDEX_DAMAGES } from "./database/pages-tale.ts";
import { openEmbeddedHistorian } from "./embedded.ts";
import type { Engine } from "./engine/engine.ts";
import { openEngine } from "./engine/engine-tale.ts";
import { checkFolder } from "./folder/check.ts";
import { startPackingThread } from "./packing/packing-port.ts";

const ROWS = 6_000;
const SIZES = { rowsFirst: 500, rowsMax: 500, segmentBytes: 65_536, chunkSamples: 64 };
const EVER = { from: 0, to: Number.MAX_VALUE, limit: 100_000 };
const few = ramp(10).map((one) => ({ ...one, series: 2 }));

/** Of series 1 full chunks, of series 2 one that grows. */
async function store(folder: string, rows = ramp(ROWS), more: readonly Row[] = few) {
  const engine = openEngine(folder, SIZES);
  for (let first = 0; first < ROWS; first += 500) {
    await engine.append(batchOf(rows.slice(first, first + 500)));
  }
  await engine.append(batchOf(more));
  await engine.append(batchOf([row(9, 0, 0)]));
  await engine.deleteRange({ series: 9, from: START, to: START + 1 });
  await engine.close();
}

type Told = { readonly malformed: string[]; readonly damaged: Damaged[] };

/** Opens the folder, and gives the first that is told of this kind. */
async function inspected<T>(
  folder: string,
  kind: "mended" | "damaged" | "done",
  check: (historian: Historian, one: T, told: Told) => Promise<void>,
): Promise<void> {
  const [heard, told] = [new EventEmitter(), { malformed: [], damaged: [] } as Told];
  const first = once(heard, kind).then(([one]) => one as T);
  const say = (text: string) => text.startsWith("all of the history") && heard.emit("done");
  const alive = setInterval(() => {}, 1_000);
  const opened = await openEmbeddedHistorian(
    { folder, ...SIZES, inspectAfterMs: 0 },
    {
      log: { ...silentLog, info: say },
      onMalformed: (reason) => void told.malformed.push(reason),
      onMended: (mended) => void heard.emit("mended", mended),
      onDamaged: (damaged) => {
        told.damaged.push(damaged);
        heard.emit("damaged", damaged);
      },
    },
  );
  assert.ok(opened.ok, JSON.stringify(opened));
  try {
    await check(opened.value, await first, told);
  } finally {
    await opened.value.close();
    clearInterval(alive);
  }
}

for (const damage of Object.keys(INDEX_DAMAGES) as (keyof typeof INDEX_DAMAGES)[]) {
  test(`where an entry of the index ${damage}, that is found, told and mended while it runs`, () =>
    inFolder(async (folder) => {
      await store(folder);
      damageIndex(folder, damage);
      await inspected<Mended>(folder, "mended", async (historian, mended, told) => {
        assert.deepEqual(mended, { pages: 0, tables: [], samples: 0, ranges: [] });
        assert.deepEqual(told.damaged, []);
        assert.match(told.malformed.join(), /^chunk \d+ is not found where it is looked for$/);
        assert.deepEqual(await allOf(historian, 1), ramp(ROWS));
        assert.deepEqual(await allOf(historian, 2), few);
      });
      const checked = checkFolder(folder);
      assert.ok(checked.ok);
      assert.deepEqual(checked.value.faults.slice(1), []);
      assert.match(checked.value.faults.join(), /^history.db.1.damaged: was put aside/);
    }));
}

test("a chunk that nobody reads and whose bytes have changed is put aside and told", () =>
  inFolder(async (folder) => {
    await store(folder);
    const at = change(folder, "data = CAST(substr(data, 1, length(data) - 9) AS BLOB)");
    await inspected<Damaged>(folder, "damaged", async (historian, { series, from, samples }) => {
      assert.deepEqual([series, from], [1, at]);
      const rest = ramp(ROWS).filter((one) => one.at < from || one.at >= from + samples);
      assert.deepEqual(await allOf(historian, 1), rest);
    });
  }));

for (const column of ["last_at = first_at", "samples = samples + 1"]) {
  test(`a chunk whose row says ${column} is read whole again, and its row set right`, () =>
    inFolder(async (folder) => {
      await store(folder);
      change(folder, column);
      await inspected(folder, "done", async (historian, _, told) => {
        await historian.setRetention(7, null); // What was found goes before it.
        assert.deepEqual(await allOf(historian, 1), ramp(ROWS));
        assert.equal((await historian.stats()).samplesStored, ROWS + few.length);
        assert.deepEqual(told, { malformed: [], damaged: [] });
      });
      const checked = checkFolder(folder);
      assert.ok(checked.ok);
      assert.deepEqual(checked.value.faults, []);
    }));
}

test("a chunk whose row says another series is not shown as one of that series", () =>
  inFolder(async (folder) => {
    await store(folder);
    const at = changeSeries(folder);
    await inspected<Mended>(folder, "mended", async (historian, { ranges, samples }) => {
      assert.deepEqual(
        ranges.map(({ series, from }) => [series, from]),
        [[1, at]],
      );
      assert.deepEqual(await allOf(historian, 2), few);
      const rest = ramp(ROWS).filter((one) => one.at < at || one.at >= at + samples);
      assert.ok(samples > 0);
      assert.deepEqual(await allOf(historian, 1), rest);
    });
  }));

test("where the index says the next series of a chunk, and that has its own then, it stays", () =>
  inFolder(async (folder) => {
    const [two, three] = [of(2, ramp(ROWS)), of(3, ramp(ROWS).slice(-400))];
    await store(folder, two, three);
    damageIndex(folder, "has another first byte");
    await inspected<Mended>(folder, "mended", async (historian, mended) => {
      assert.deepEqual(mended, { pages: 0, tables: [], samples: 0, ranges: [] });
      assert.deepEqual(await allOf(historian, 2), two);
      assert.deepEqual(await allOf(historian, 3), three);
    });
  }));

const WAYS = { "by itself": {}, "in a thread of its own": { startPacking: startPackingThread } };

for (const [way, wishes] of Object.entries(WAYS)) {
  test(`nothing is found in what is sound, while an engine packs ${way}, deletes and lets go`, () =>
    inFolder(async (folder) => {
      const told: string[] = [];
      const onMalformed = (reason: string) => void told.push(reason);
      const onDamaged = () => void told.push("damaged");
      const engine = openEngine(folder, { ...SIZES, ...wishes, onMalformed, onDamaged });
      await changeMuch(engine);
      for (let slices = 0; slices < 100; slices += 1) inspect(engine);
      assert.deepEqual(told, []);
      assert.ok(engine.range({ series: 1, ...EVER }).count > 1_000);
      await engine.close();
    }));
}

async function changeMuch(engine: Engine): Promise<void> {
  const all = ramp(12_000);
  for (let first = 0; first < all.length; first += 200) {
    await engine.append(batchOf(all.slice(first, first + 200)));
    await engine.append(batchOf(of(2 + (first % 7), all.slice(first, first + 9))));
    const from = START + first / 2;
    if (first % 1_000 === 0) await engine.deleteRange({ series: 1, from, to: from + 9 });
    if (first % 3_000 === 0) while (!(await engine.retire(START + first, KEPT)));
    inspect(engine);
  }
}

const KEPT = { rawMs: 5_000, hourlyMs: null, dailyMs: null };

function of(series: number, rows: readonly Row[]): Row[] {
  return rows.map((one) => ({ ...one, series }));
}

function inspect(engine: Engine): void {
  const { wrong } = engine.inspect();
  assert.deepEqual(wrong, []);
}

const CHOSEN =
  "(SELECT id FROM chunk WHERE id > 0 AND series = 1 ORDER BY first_at LIMIT 1 OFFSET 3)";

/** Of a full chunk of series 1; gives when it begins. */
function change(folder: string, set: string): number {
  const database = openSqlite(join(folder, "history.db"));
  const [at] = database.prepare(`SELECT first_at FROM chunk WHERE id = ${CHOSEN}`).get() ?? [];
  database.exec(`UPDATE chunk SET ${set} WHERE id = ${CHOSEN}`);
  database.close();
  return Number(at);
}

/** In the bytes of its row: the index is as it was. */
function changeSeries(folder: string): number {
  const path = join(folder, "history.db");
  const database = openSqlite(path);
  const select = `SELECT first_at, data FROM chunk WHERE id = ${CHOSEN}`;
  const [at, data] = database.prepare(select).get() ?? [];
  database.close();
  const bytes = readFileSync(path);
  assert.ok(data instanceof Uint8Array);
  const start = bytes.indexOf(data.subarray(0, 50));
  assert.ok(start > 0);
  // Before the bytes: 12 numbers of 1 byte or none, 3 of 6 bytes at most; the kind of the series.
  const kinds = bytes.subarray(start - 60, start).lastIndexOf(Buffer.from([0, 9, 5, 5]));
  assert.ok(kinds >= 0);
  bytes[start - 60 + kinds + 1] = 8;
  writeFileSync(path, bytes);
  return Number(at);
}
