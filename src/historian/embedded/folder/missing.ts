import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../../lib/log.ts";
import type { Missing } from "../../historian.ts";
import type { Chunks } from "../database/chunks.ts";
import type { Files } from "../log/files.ts";
import type { Replayed, SegmentLog } from "../log/log.ts";

/*
 * What a start finds missing of what was there: the database, or records of the log.
 */

/** The file of the chunks; see schema.ts. */
export const DATABASE = "history.db";

/**
 * Whether the database is missing or empty though it was there: SQLite writes and syncs its first
 * page, and the engine its name, before there is a log.
 */
export function isDatabaseGone(folder: string): boolean {
  const bytes = statSync(join(folder, DATABASE), { throwIfNoEntry: false })?.size ?? 0;
  return bytes === 0 && existsSync(join(folder, "log"));
}

/**
 * The same before the database is made anew. SQLite would remove its write-ahead log, which is of
 * use where the old one is found again: it is put aside.
 */
export function missesDatabase(folder: string, files: Files): boolean {
  if (!isDatabaseGone(folder)) return false;
  for (const name of [`${DATABASE}-wal`, `${DATABASE}-wal.kept`]) {
    const path = join(folder, name);
    if (existsSync(path)) files.rename(path, `${path}.damaged`);
  }
  return true;
}

type Tell = { readonly log: Log; readonly onMissing: (missing: Missing) => void };
type Found = { readonly isGone: boolean; readonly chunks: Chunks; readonly log: SegmentLog };

/** What a start has found in the log, and what is there no more. */
export function tellReplayed(
  { log, onMissing }: Tell,
  replayed: Replayed,
  { isGone, ...found }: Found,
): void {
  const places = replayed.gaps + missingEnds(found);
  if (replayed.records > 0) log.info("log replayed", replayed);
  if (places > 0) log.error("records are missing in the log", replayed);
  if (isGone) log.error("history.db was gone, with all that it held", replayed);
  if (replayed.isTorn) log.warn("the log ends in a record that is not whole", replayed);
  if (isGone || places > 0) onMissing({ places, ...(isGone && { file: DATABASE }) });
}

/** 1 where the log had more when it was closed. That is told once. */
function missingEnds({ chunks, log }: Omit<Found, "isGone">): number {
  if (log.sequence >= chunks.totals.logged) return 0;
  noteLogged(chunks, log);
  return 1;
}

/** What the log has at a whole end: behind it nothing else would tell that some of it is gone. */
export function noteLogged(chunks: Chunks, log: SegmentLog): void {
  try {
    chunks.together(() => {
      chunks.totals.logged = log.sequence;
    });
  } catch {
    // The disk takes no more: then nothing is missed.
  }
}
