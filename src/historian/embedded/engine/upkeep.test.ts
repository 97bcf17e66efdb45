import assert from "node:assert/strict";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { AssertionError } from "../../../lib/assert.ts";
import { silentLog } from "../../../lib/log.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import { inFolder, START } from "../../tale.ts";
import { checkpoint } from "../database/checkpoint.ts";
import { Chunks } from "../database/chunks.ts";
import { prepareDatabase } from "../database/schema.ts";
import { diskFiles } from "../log/files.ts";
import { Run } from "../run/run.ts";
import { Upkeep } from "./upkeep.ts";

const MIB = 1024 * 1024;

/** What was asked for, where so much waits when a generation has left, until the log is empty. */
async function checkpointsOf(folder: string, waitingBytes: number): Promise<string[]> {
  const { file, chunks } = openChunks(folder);
  const asked: string[] = [];
  const upkeep = new Upkeep(file, {
    ...{ files: diskFiles, log: silentLog, onDoubt: assert.fail, mayWait: true },
    waitingBytes: () => waitingBytes,
    async checkpoint(filledAgain) {
      checkpoint(file, filledAgain);
      asked.push(filledAgain ? "filled again" : "emptied");
    },
  });
  write(chunks, 1);
  await new Promise<void>((resolve) => upkeep.flushed(async () => resolve()));
  while (statSync(`${file}-wal`).size > 0) await setTimeout(5);
  await upkeep.close();
  chunks.close();
  return asked;
}

test("what left memory is checkpointed when nothing has followed for a while", () =>
  inFolder(async (folder) => {
    assert.deepEqual(await checkpointsOf(folder, 31 * MIB), ["emptied"]);
  }));

test("where much waits it is checkpointed before, and SQLite's log filled again until then", () =>
  inFolder(async (folder) => {
    assert.deepEqual(await checkpointsOf(folder, 33 * MIB), ["filled again", "emptied"]);
  }));

test("SQLite's log that is filled again keeps its length, and begins anew", () =>
  inFolder(async (folder) => {
    const { file, chunks } = openChunks(folder);
    const length = () => statSync(`${file}-wal`).size;
    for (const series of [1, 2, 3]) write(chunks, series);
    const before = length();
    assert.ok(chunks.waitingBytes > 0 && chunks.waitingBytes < before);
    checkpoint(file, true);
    assert.deepEqual([length(), chunks.waitingBytes], [before, 0]);
    write(chunks, 4);
    assert.equal(length(), before);
    assert.ok(chunks.waitingBytes > 0);
    checkpoint(file);
    assert.deepEqual([length(), chunks.waitingBytes], [0, 0]);
    assert.equal(chunks.totals.samples, 4_000);
    chunks.close();
  }));

const IMPOSSIBLE = () => Promise.reject(new AssertionError("impossible"));

test("a wrong program that checkpoints is not taken for a disk that fails", (t) =>
  inFolder(async (folder) => {
    const { upkeep, chunks } = openUpkeep(folder, IMPOSSIBLE);
    const fault = nextFault(t);
    void upkeep.checkpoint();
    assert.ok((await fault) instanceof AssertionError);
    assert.equal(upkeep.isInDoubt, false);
    chunks.close();
  }));

test("a wrong program that lets go of segments is not taken for a disk that fails", (t) =>
  inFolder(async (folder) => {
    const { upkeep, chunks } = openUpkeep(folder, () => Promise.resolve());
    write(chunks, 1);
    const fault = nextFault(t);
    upkeep.flushed(IMPOSSIBLE);
    assert.ok((await fault) instanceof AssertionError);
    assert.equal(upkeep.isInDoubt, false);
    chunks.close();
  }));

/** What would end the process. */
async function nextFault(t: TestContext): Promise<unknown> {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  t.after(() => {
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
  const [fault] = await once(process, "unhandledRejection");
  return fault;
}

function openUpkeep(folder: string, checkpointed: () => Promise<void>) {
  const { file, chunks } = openChunks(folder);
  const upkeep = new Upkeep(file, {
    ...{ files: diskFiles, log: silentLog, onDoubt: assert.fail, mayWait: false },
    waitingBytes: () => 0,
    checkpoint: checkpointed,
  });
  return { upkeep, chunks };
}

function openChunks(folder: string): { file: string; chunks: Chunks } {
  const file = join(folder, "history.db");
  const database = openSqlite(file, { keepsLog: true });
  assert.ok(prepareDatabase(database).ok);
  return { file, chunks: new Chunks(database, silentLog) };
}

function write(chunks: Chunks, series: number): void {
  const run = new Run();
  run.reserve(1_000);
  for (; run.count < 1_000; run.count += 1) run.at[run.count] = START + run.count;
  const piece = { from: 0, to: run.count, isOpen: false };
  chunks.together(() => chunks.add(series, run, piece));
}
