import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { holdDatabase, isMalformed } from "../../lib/sqlite.ts";
import type { Row } from "../expected.ts";
import type { Mended } from "../historian.ts";
import { batchOf, inFolder, ramp, rowsOf, START } from "../tale.ts";
import { loseNewestPage, losePage } from "./database/pages-tale.ts";
import { openEmbeddedHistorian } from "./embedded.ts";
import type { Engine } from "./engine/engine.ts";
import { openEngine } from "./engine/engine-tale.ts";
import { checkFolder } from "./folder/check.ts";
import { makeMended, reportsIn } from "./folder/mending.ts";
import { diskFiles, type Files } from "./log/files.ts";

/*
 * A process may end at each step of a mending. Before each of them the folder is copied as it is:
 * whoever opens one of the copies has the old database or the new one, and all that the log has.
 */

/** Chunks that take several pages. */
const MANY = 40_000;
const SIZES = { rowsFirst: 500, rowsMax: 500, segmentBytes: 65_536, chunkSamples: 64 };
const few = of(2, 20);
const late = of(4, 30);

function of(series: number, count: number): Row[] {
  return ramp(count).map((row) => ({ ...row, series }));
}

function rowsIn(engine: Engine, series: number): Row[] {
  return rowsOf(engine.range({ series, from: 0, to: Number.MAX_VALUE, limit: 2 * MANY }));
}

/** Series 3 was deleted and is in the log all the same; series 4 is in the log alone. */
async function store(folder: string): Promise<void> {
  const engine = openEngine(folder, SIZES);
  await engine.outbox.follow("above");
  await engine.append(batchOf(few));
  for (let row = 0; row < MANY; row += 1_000)
    await engine.append(batchOf(ramp(MANY).slice(row, row + 1_000)));
  await engine.append(batchOf(of(3, 10)));
  await engine.deleteRange({ series: 3, from: START, to: START + 10 });
  await engine.append(batchOf(late.slice(0, 20)));
  await engine.close();
}

/** A disk that copies the folder before each change, as long as it is `watched`. */
function copying(folder: string): { files: Files; copies: string[]; watch: (is: boolean) => void } {
  const [live, copies] = [join(folder, "live"), [] as string[]];
  let isWatched = false;
  const copied = <A extends unknown[], R>(work: (...args: A) => R) => {
    return (...args: A): R => {
      const copy = join(folder, String(copies.length));
      if (isWatched) {
        cpSync(live, copy, { recursive: true });
        copies.push(copy);
      }
      return work(...args);
    };
  };
  const { write, syncNow, syncFolder, empty, rename, remove } = diskFiles;
  const files = {
    ...diskFiles,
    ...{ write: copied(write), syncNow: copied(syncNow), syncFolder: copied(syncFolder) },
    ...{ empty: copied(empty), rename: copied(rename), remove: copied(remove) },
  };
  const watch = (is: boolean) => {
    isWatched = is;
  };
  return { files, copies, watch };
}

async function inCopied(
  work: (live: string, disk: ReturnType<typeof copying>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const live = join(folder, "live");
    mkdirSync(live);
    await store(live);
    await work(live, copying(folder));
  });
}

/** What is read of the damaged series; undefined where that cannot be. */
async function openCopy(
  copy: string,
  all: readonly Row[],
  onMended = (_: Mended) => {},
): Promise<Row[] | undefined> {
  const engine = openEngine(copy, { ...SIZES, onMended });
  try {
    assert.deepEqual(rowsIn(engine, 2), few, copy);
    assert.deepEqual(rowsIn(engine, 3), [], `${copy}: what was deleted does not return`);
    assert.deepEqual(rowsIn(engine, 4), all, copy);
    return rowsIn(engine, 1);
  } catch (reason) {
    if (!isMalformed(reason)) throw reason;
    return undefined;
  } finally {
    await engine.close();
  }
}

test("a start that mends may end at each step, and the next one goes on", () =>
  inCopied(async (live, { files, copies, watch }) => {
    losePage(live, "again");
    losePage(live, "horizon");
    const told: Mended[] = [];
    watch(true);
    const engine = openEngine(live, {
      ...SIZES,
      files,
      onMended: (mended) => void told.push(mended),
    });
    watch(false);
    assert.deepEqual(rowsIn(engine, 1), ramp(MANY));
    await engine.close();
    const [mended] = told;
    assert.deepEqual(mended, { pages: 2, tables: ["again", "horizon"], samples: 0, ranges: [] });
    assert.ok(copies.length > 10, String(copies.length));
    for (const copy of copies) {
      const again: Mended[] = [];
      const tell = (one: Mended) => void again.push(one);
      assert.deepEqual(await openCopy(copy, late.slice(0, 20), tell), ramp(MANY), copy);
      assert.deepEqual(again, [mended], `${copy}: nobody is left untold`);
      assert.ok(existsSync(join(copy, "history.db.1.damaged")), copy);
    }
  }));

test("what was mended is told by each start until somebody has it for good", () =>
  inFolder(async (folder) => {
    await store(folder);
    losePage(folder, "again");
    losePage(folder, "horizon");
    const heard: string[] = [];
    const listeners = {
      nobody: undefined,
      forgetful: async () => false,
      keeper: async () => true,
      another: async () => true,
    };
    for (const [who, listener] of Object.entries(listeners)) {
      const onMended = listener && noting(heard, who, listener);
      const opened = await openEmbeddedHistorian(
        { folder, ...SIZES },
        { log: silentLog, ...(onMended && { onMended }) },
      );
      assert.ok(opened.ok);
      await opened.value.stats();
      await opened.value.close();
    }
    assert.deepEqual(heard, ["forgetful", "keeper"]);
    assert.deepEqual(reportsIn(folder), []);
  }));

test("an engine that makes way for a mended database may end at each step", () =>
  inCopied(async (live, { files, copies, watch }) => {
    loseNewestPage(live);
    const engine = openEngine(live, { ...SIZES, files });
    assert.throws(() => rowsIn(engine, 1), /malformed/);
    engine.malformed("a question has met it");
    watch(true);
    const release = holdDatabase(join(live, "history.db"));
    const { samples, ranges } = makeMended(live, false, { files, log: silentLog });
    release?.();
    watch(false);
    await engine.append(batchOf(late.slice(20)));
    const unmade = copies.length;
    watch(true);
    await engine.leave();
    watch(false);
    const isLost = ({ at }: Row) => ranges.some(({ from, to }) => at >= from && at < to);
    const rest = ramp(MANY).filter((row) => !isLost(row));
    assert.equal(rest.length, MANY - samples);
    const found = new Set<string>();
    for (const [index, copy] of copies.entries()) {
      const read = await openCopy(copy, index < unmade ? late.slice(0, 20) : late);
      found.add(read === undefined ? "old" : "new");
      if (read) assert.deepEqual(read, rest, copy);
    }
    assert.deepEqual([...found], ["old", "new"]);
    assert.deepEqual(await openCopy(live, late), rest);
    const checked = checkFolder(live);
    assert.ok(checked.ok);
    const aside =
      "history.db.1.damaged: was put aside as damaged; what could be read of it was kept";
    assert.deepEqual(checked.value.faults, [aside]);
  }));

function noting(heard: string[], who: string, listener: () => Promise<boolean>) {
  return (): Promise<boolean> => {
    heard.push(who);
    return listener();
  };
}
