import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type Files, readPart } from "../log/files.ts";

/*
 * SQLite's write-ahead log, `history.db-wal`, as a file on a disk that may fail. After a sync that
 * failed, the operating system takes what it could not write for written: it shows it, does not try
 * again, and says of the next sync that all is well. So what was in doubt is only safe once it was
 * written anew, all of it.
 *
 *   history.db-wal        SQLite's own
 *   history.db-wal.new    its copy, while that is made
 *   history.db-wal.kept   a whole copy that takes its place before the database is opened again
 *
 * Where the database is gone, each of them but the second is put aside as `.damaged` (missing.ts).
 */
const PART_BYTES = 1024 * 1024;

/**
 * Makes a copy of the log that survives a power cut, and empties the log. Whoever has the database
 * open can then neither read on nor bring into it what may be lost already, not by closing either.
 * Nothing is changed where this fails.
 */
export function setAside(log: string, files: Files): void {
  const fresh = `${log}.new`;
  files.remove(fresh);
  const file = files.open(fresh, "wx");
  try {
    writeAll(log, file, files);
  } catch (reason) {
    files.close(file);
    files.remove(fresh);
    throw reason;
  }
  files.close(file);
  files.rename(fresh, keptOf(log));
  files.syncFolder(dirname(log));
  files.empty(log);
}

/**
 * Before the database is opened: what was set aside is in its place again. What a killed process
 * left is written once more, whatever its last sync had said.
 */
export function mend(log: string, files: Files): void {
  files.remove(`${log}.new`);
  if (existsSync(keptOf(log))) {
    files.rename(keptOf(log), log);
    files.syncFolder(dirname(log));
  }
  if (!existsSync(log)) return;
  const file = files.open(log, "r+");
  try {
    writeAll(log, file, files);
  } finally {
    files.close(file);
  }
}

function keptOf(log: string): string {
  return `${log}.kept`;
}

/** In place, too: what is written again is no longer taken for written. */
function writeAll(from: string, into: number, files: Files): void {
  const { size } = statSync(from);
  for (let offset = 0; offset < size; offset += PART_BYTES) {
    files.write(into, readPart(from, offset, PART_BYTES), offset);
  }
  files.syncNow(into);
}
