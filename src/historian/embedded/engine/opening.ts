import { join } from "node:path";
import type { Problem } from "../../../domain/problem.ts";
import { type Outcome, success } from "../../../lib/outcome.ts";
import { isMalformed, openSqlite, type Sqlite } from "../../../lib/sqlite.ts";
import { Chunks } from "../database/chunks.ts";
import { damagedRows } from "../database/damaged-rows.ts";
import { BUSY_MS } from "../database/waits.ts";
import { withFolder } from "../folder/folder.ts";
import { prepareFolder } from "../folder/folder-id.ts";
import { type Lock, lockFolder } from "../folder/lock.ts";
import {
  dropMended,
  finishPlacing,
  makeMended,
  putInPlace,
  reportsIn,
  whyNotMended,
} from "../folder/mending.ts";
import { DATABASE, missesDatabase } from "../folder/missing.ts";
import { mend } from "../folder/sqlite-log.ts";
import { makeFolder } from "../log/files.ts";
import { SegmentLog } from "../log/log.ts";
import { logFiles } from "../log/log-files.ts";
import type { EngineOptions, EngineParts } from "./engine-parts.ts";

/*
 * A folder becomes an open one: made or found, locked, mended and of this version.
 */

/** What an engine stands on. */
export type Opened = {
  readonly lock: Lock;
  readonly chunks: Chunks;
  readonly log: SegmentLog;
  /** The database was there once, and is no more. */
  readonly isGone: boolean;
};

/** What `begin` makes of it; where anything is in the way, nothing stays open. */
export function openFolder<T>(
  options: EngineOptions,
  parts: EngineParts,
  begin: (opened: Opened) => T,
): Outcome<T, Problem> {
  return withFolder(options.folder, () => {
    makeFolder(options.folder, parts.files);
    const locked = lockFolder(options.folder);
    if (!locked.ok) return locked;
    const lock = locked.value;
    const begun = withFolder(options.folder, () =>
      openLocked(options, parts, (opened) => begin({ lock, ...opened })),
    );
    if (!begun.ok) lock.release();
    return begun;
  });
}

function openLocked<T>(
  options: EngineOptions,
  parts: EngineParts,
  begin: (opened: Omit<Opened, "lock">) => T,
): Outcome<T, Problem> {
  const { folder } = options;
  const { files } = parts;
  finishPlacing(folder, files);
  dropMended(folder, files);
  const isGone = missesDatabase(folder, files);
  mend(join(folder, `${DATABASE}-wal`), files);
  const all = { options, parts, isGone };
  try {
    return openDatabase(all, begin);
  } catch (reason) {
    if (!isMalformed(reason)) throw reason;
    const whyNot = whyNotMended(folder);
    if (whyNot !== undefined) throw new Error(`${DATABASE} is damaged and not mended: ${whyNot}`);
    parts.onMalformed(reason.message);
    makeMended(folder, true, parts);
    putInPlace(folder, files);
    return openDatabase(all, begin);
  }
}

type All = {
  readonly options: EngineOptions;
  readonly parts: EngineParts;
  readonly isGone: boolean;
};

function openDatabase<T>(
  { options, parts, isGone }: All,
  begin: (opened: Omit<Opened, "lock">) => T,
): Outcome<T, Problem> {
  const { folder, segmentBytes, durability } = options;
  const database = openSqlite(join(folder, DATABASE), { busyMs: BUSY_MS });
  let begun: Outcome<T, Problem> | undefined;
  try {
    const prepared = prepareFolder(database, options, parts.files);
    if (!prepared.ok) return prepared;
    const files = logFiles(parts, durability);
    const log = new SegmentLog({ ...parts, files, folder: join(folder, "log"), segmentBytes });
    const chunks = new Chunks(database, parts.log, parts.onDamaged);
    tellDamagedRows(database, parts);
    for (const [file, mended] of reportsIn(folder)) parts.onMended(mended, file);
    begun = success(begin({ chunks, log, isGone }));
    return begun;
  } finally {
    if (!begun) database.close();
  }
}

/** What they said is gone, and what goes on without it is told. */
function tellDamagedRows(
  database: Sqlite,
  { log, onMalformed }: Pick<EngineParts, "log" | "onMalformed">,
): void {
  for (const what of damagedRows(database)) {
    log.error("a row of history.db is damaged", { what });
    onMalformed(`${what} is damaged`);
  }
}
