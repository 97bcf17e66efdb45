import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { EngineParts } from "./engine-parts.ts";
import type { Files } from "./files.ts";
import type { Replayed } from "./log.ts";

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

/** SQLite would remove its write-ahead log, which is of use where the database is found again. */
export function putLogAside(folder: string, files: Files): void {
  for (const name of [`${DATABASE}-wal`, `${DATABASE}-wal.kept`]) {
    const path = join(folder, name);
    if (existsSync(path)) files.rename(path, `${path}.damaged`);
  }
}

/** What a start has found in the log, and what is there no more. */
export function tellReplayed(
  { log, onMissing }: Pick<EngineParts, "log" | "onMissing">,
  replayed: Replayed,
  isGone: boolean,
): void {
  const { gaps: places } = replayed;
  if (replayed.records > 0) log.info("log replayed", replayed);
  if (places > 0) log.error("records are missing in the log", replayed);
  if (isGone) log.error("history.db was gone, with all that it held", replayed);
  if (replayed.isTorn) log.warn("the log ends in a record that is not whole", replayed);
  if (isGone || places > 0) onMissing({ places, ...(isGone && { file: DATABASE }) });
}
