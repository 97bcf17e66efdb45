import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../../domain/problem.ts";
import { AssertionError } from "../../../lib/assert.ts";
import { silentLog } from "../../../lib/log.ts";
import { type Outcome, success } from "../../../lib/outcome.ts";
import { openSqlite, type Sqlite } from "../../../lib/sqlite.ts";
import { type Rollup, rollupOf } from "../../rollup.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import { type Block, blocksIn } from "../database/blocks.ts";
import { Chunks } from "../database/chunks.ts";
import { damagedDays, damagedRows } from "../database/damaged-rows.ts";
import { HISTORY_VERSION, versionOf } from "../database/schema.ts";
import type { StoredChunk } from "../database/stored-chunks.ts";
import type { Totals } from "../database/totals.ts";
import { readCursor } from "../log/cursor.ts";
import { diskFiles } from "../log/files.ts";
import { SegmentLog } from "../log/log.ts";
import { Run } from "../run/run.ts";
import { dayFaults } from "./check-days.ts";
import { belongTogether } from "./folder-id.ts";
import { lockFolder } from "./lock.ts";
import { isMended, putAsideIn } from "./mending.ts";
import { DATABASE, isDatabaseGone } from "./missing.ts";

/*
 * Reads a folder that nobody has open, all of it: chunks, days, records of the log, cursors, and
 * what an interrupted heal left. Changes nothing.
 */

export type HistoryCheck = {
  readonly chunks: number;
  readonly samples: number;
  /** Records of the log that are not in chunks yet. */
  readonly records: number;
  /** The log ends in a record that is not whole: a crash did that; it was not acknowledged. */
  readonly isTorn: boolean;
  /** What is wrong, a sentence each; empty where all is well. */
  readonly faults: readonly string[];
};

/** Called before each series with how many of all are read. */
export type OnSeries = (done: number, all: number) => void;

type Found = Record<"chunks" | "samples" | "records", number> & {
  isTorn: boolean;
  readonly faults: string[];
};

/** The last record in chunks, and the last one of the log at its last whole end. */
type LogEnds = Pick<Totals, "sequence" | "logged" | "folder">;

const EVER = [Number.NEGATIVE_INFINITY, Number.MAX_VALUE] as const;
const ROLLUP = [
  ...(["countable", "good", "min", "max", "sum"] as const),
  ...(["first", "last", "increase", "area"] as const),
] as const;

/** Reads all of a folder that nobody has open, and changes nothing. */
export function checkFolder(
  folder: string,
  onSeries: OnSeries = () => {},
): Outcome<HistoryCheck, Problem> {
  const lock = lockFolder(folder);
  if (!lock.ok) return lock;
  try {
    const found: Found = { chunks: 0, samples: 0, records: 0, isTorn: false, faults: [] };
    const flushed = isDatabaseGone(folder)
      ? success(tellGone(folder, found))
      : checkDatabase(join(folder, DATABASE), found, onSeries);
    if (!flushed.ok) return flushed;
    const one = belongTogether(flushed.value ?? { folder: 0 }, folder);
    if (one.ok) checkLog(join(folder, "log"), flushed.value, found);
    else found.faults.push(`${one.problem.detail}: bring the log back that was here, or remove it`);
    checkCursors(join(folder, "outbox"), found);
    checkHeal(folder, found);
    for (const name of putAsideIn(folder)) {
      found.faults.push(`${name}: was put aside as damaged; what could be read of it was kept`);
    }
    return success(found);
  } finally {
    lock.value.release();
  }
}

function tellGone(folder: string, { faults }: Found): undefined {
  faults.push(
    isMended(folder)
      ? "history.db.mended is about to take its place: start Fieldline once, then check again"
      : "history.db is missing or empty, and with it all that it held: restore a backup; a start " +
          "goes on with what the log has, and tells",
  );
}

/** Gives what it knows of the log, where it can be read so far. */
function checkDatabase(
  file: string,
  found: Found,
  onSeries: OnSeries,
): Outcome<LogEnds | undefined, Problem> {
  const database = openSqlite(file, { readOnly: true });
  let ends: LogEnds | undefined;
  try {
    const version = versionOf(database);
    if (!version.ok) return version;
    if (version.value < HISTORY_VERSION) {
      found.faults.push(
        "history.db is of an older version: start Fieldline once, then check again",
      );
      return success(undefined);
    }
    for (const [said] of database.prepare("PRAGMA integrity_check(20)").all()) {
      if (said !== "ok") found.faults.push(`history.db: ${said}`);
    }
    const chunks = new Chunks(database, silentLog);
    ends = chunks.totals;
    checkChunks(chunks, found, onSeries);
    checkDays(chunks, found);
    checkRows(database, found);
    checkAside(database, found);
    return success(ends);
  } catch (reason) {
    if (reason instanceof AssertionError || !(reason instanceof Error)) throw reason;
    found.faults.push(`history.db cannot be read further: ${reason.message}`);
    return success(ends);
  } finally {
    database.close();
  }
}

function checkChunks(chunks: Chunks, found: Found, onSeries: OnSeries): void {
  const all = chunks.stored.series();
  for (const [index, series] of all.entries()) {
    onSeries(index, all.length);
    let before = Number.NEGATIVE_INFINITY;
    for (const chunk of chunks.stored.forward(series, ...EVER)) {
      const fault = chunk.firstAt > before ? faultOf(chunks, chunk) : "overlaps the one before";
      if (fault) found.faults.push(`series ${series}, ${spanOf(chunk)}: ${fault}`);
      before = chunk.lastAt;
      found.chunks += 1;
      found.samples += chunk.samples;
    }
  }
}

function checkDays(chunks: Chunks, { faults }: Found): void {
  for (const series of chunks.days.series()) {
    for (const { at, fault } of dayFaults(chunks, series)) {
      faults.push(`series ${series}, day from ${isoOf(at)}: ${fault}`);
    }
  }
}

function checkRows(database: Sqlite, { faults }: Found): void {
  for (const what of damagedRows(database)) faults.push(`history.db: ${what} is damaged`);
  for (const { series, at } of damagedDays(database)) {
    faults.push(`series ${series}, day from ${isoOf(at)}: its sums are damaged`);
  }
}

function checkAside(database: Sqlite, { faults }: Found): void {
  const aside = database.prepare("SELECT series, first_at, last_at FROM damaged");
  for (const [series, firstAt, lastAt] of aside.all()) {
    const span = spanOf({ firstAt: Number(firstAt), lastAt: Number(lastAt) });
    faults.push(`series ${series}, ${span}: was put aside as damaged before`);
  }
}

/**
 * Where nobody knows what is in chunks, what is not in the log may be there: segments that were let
 * go lie among the others until they are used again.
 */
function checkLog(folder: string, ends: LogEnds | undefined, found: Found): void {
  const log = new SegmentLog({ folder, segmentBytes: 0, files: diskFiles, log: silentLog });
  const { sequence, logged } = ends ?? { sequence: 0, logged: 0 };
  const { records, gaps, isTorn } = log.replay(sequence, () => {});
  found.records = records;
  found.isTorn = isTorn;
  if (ends && gaps > 0) found.faults.push(`records are missing in the log, in ${gaps} places`);
  if (log.sequence < logged) {
    found.faults.push(
      "the end of the log is missing: it had more when the server was stopped; restore a backup",
    );
  }
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".damaged"))) {
    found.faults.push(`log/${name}: was put aside; what could be read of it was replayed before`);
  }
}

function checkCursors(folder: string, { faults }: Found): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (readCursor(join(folder, name))) continue;
    faults.push(`outbox/${name}: is damaged; everything that is kept will be sent again`);
  }
}

/** What an interrupted heal left behind; see sqlite-log.ts. */
function checkHeal(folder: string, { faults }: Found): void {
  if (existsSync(join(folder, "history.db-wal.kept"))) {
    faults.push(
      "history.db-wal.kept: has the newest chunks and is taken in by the next start: leave it, " +
        "start Fieldline once, then check again",
    );
  }
  if (existsSync(join(folder, "history.db-wal.new"))) {
    faults.push("history.db-wal.new: a copy that was not finished; nothing needs it");
  }
}

function spanOf({ firstAt, lastAt }: Pick<StoredChunk, "firstAt" | "lastAt">): string {
  return `${isoOf(firstAt)} to ${isoOf(lastAt)}`;
}

function isoOf(at: number): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}

function faultOf(chunks: Chunks, chunk: StoredChunk): string | undefined {
  const run = new Run();
  try {
    const agree = blocksIn(chunks.stored, chunk).map((block) => agrees(block, run));
    const ends = [run.count, run.at[0], run.at[run.count - 1]];
    const said = [chunk.samples, chunk.firstAt, chunk.lastAt];
    if (ends.some((value, index) => value !== said[index])) return "does not hold what it says";
    return agree.every(Boolean) ? undefined : "its summary disagrees";
  } catch (reason) {
    if (!(reason instanceof DamagedChunkError)) throw reason;
    return "its bytes are damaged";
  }
}

/** Whether a block says what its samples say, which are appended. */
function agrees(block: Block, run: Run): boolean {
  const from = run.count;
  block.decode(run);
  const { at, count } = run;
  const isThere = count - from === block.samples;
  const isThen = at[from] === block.firstAt && at[count - 1] === block.lastAt;
  const isSummed = [false, true].every((isAll) => {
    const said = block.sums(isAll);
    return !said || isSame(said, rollupOf(run, from, count, isAll));
  });
  return isThere && isThen && isSummed;
}

function isSame(said: Rollup, found: Rollup): boolean {
  return ROLLUP.every((name) => Object.is(said[name] + 0, found[name] + 0));
}
