import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../../lib/log.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import { SqlitePages } from "../../../lib/sqlite-pages.ts";
import type { Mended } from "../../historian.ts";
import { Salvage } from "../database/salvage.ts";
import { PAGE_BYTES, prepareDatabase } from "../database/schema.ts";
import type { Files } from "../log/files.ts";
import { DATABASE } from "./missing.ts";

/*
 * A database of which pages are not what was written: what can be read is brought into a new one,
 * which takes its place.
 *
 *   history.db.mending      the new one, while it is made
 *   history.db.mended       the new one, whole
 *   history.db.1.damaged    the old one as it was, and with -wal behind it what SQLite's log had
 *
 * With .json behind the names of the new one and the old one: what is lost, until somebody has it.
 */

const MENDING = `${DATABASE}.mending`;
const MENDED = `${DATABASE}.mended`;
const ASIDE = /^history\.db\.(\d+)\.damaged$/;
/** Of one that is in its place. */
const REPORT = /^history\.db\.\d+\.damaged\.json$/;
/** So much more than the old one takes is to be free. */
const ROOM_BYTES = 64 * 1024 * 1024;
/** A disk that damages one after the other is not to be filled with them. */
const ASIDE_MAX = 3;
/** What SQLite has beside a database; behind a failure of the disk, a copy of its log. */
const [LOG, KEPT, INDEX] = ["-wal", "-wal.kept", "-shm"];

type Parts = { readonly files: Files; readonly log: Log };

/** What is in the way of a second database, in words. */
export function whyNotMended(folder: string): string | undefined {
  if (putAsideIn(folder).length >= ASIDE_MAX) return "several were put aside before it";
  const { bavail, bsize } = statfsSync(folder);
  const isRoom = bavail * bsize > statSync(join(folder, DATABASE)).size + ROOM_BYTES;
  return isRoom ? undefined : "the disk has no room for a new one";
}

/**
 * Makes the new one. Nobody writes to the file of the old one meanwhile; where it `isAlone`, what
 * SQLite's log has is read as well. What comes into the old one later has to be in our own log.
 */
export function makeMended(folder: string, isAlone: boolean, { files, log }: Parts): Mended {
  const [from, into] = [join(folder, DATABASE), join(folder, MENDING)];
  dropMended(folder, files);
  const pages = new SqlitePages(from, PAGE_BYTES, isAlone);
  const database = openSqlite(into);
  let mended: Mended;
  try {
    prepareDatabase(database);
    // It is of use when all of it is there, and not before.
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    mended = database.transaction(() => new Salvage(pages, database, log).bring());
  } finally {
    database.close();
    pages.close();
  }
  syncNow(into, files);
  writeNew(join(folder, `${MENDED}.json`), JSON.stringify(mended), files);
  files.rename(into, join(folder, MENDED));
  files.syncFolder(folder);
  return mended;
}

export function isMended(folder: string): boolean {
  return existsSync(join(folder, MENDED));
}

/** What was not put in its place is made anew: the old one may have gone on since. */
export function dropMended(folder: string, files: Files): void {
  for (const name of [MENDING, MENDED]) {
    for (const rest of ["", LOG, INDEX, ".json"]) files.remove(join(folder, `${name}${rest}`));
  }
}

/** The old one goes aside, the new one takes its place. Nobody has either of them open. */
export function putInPlace(folder: string, files: Files): void {
  files.rename(join(folder, DATABASE), asideOf(folder, lastAside(folder) + 1));
  files.syncFolder(folder);
  finishPlacing(folder, files);
}

/** Before anything is opened: where a process has ended in between, the rest is done. */
export function finishPlacing(folder: string, files: Files): void {
  const path = join(folder, DATABASE);
  if (existsSync(path) || !isMended(folder)) return;
  for (const name of [KEPT, LOG]) {
    const aside = `${asideOf(folder, lastAside(folder))}${LOG}`;
    if (!existsSync(`${path}${name}`)) continue;
    if (existsSync(aside)) files.remove(`${path}${name}`);
    else files.rename(`${path}${name}`, aside);
  }
  files.remove(`${path}${INDEX}`);
  const report = join(folder, `${MENDED}.json`);
  if (existsSync(report)) {
    files.rename(report, `${asideOf(folder, lastAside(folder))}.json`);
  }
  files.rename(join(folder, MENDED), path);
  files.syncFolder(folder);
}

/** What was lost by mendings of which nobody was told for good, and the files that say so. */
export function reportsIn(folder: string): readonly (readonly [file: string, mended: Mended])[] {
  const names = readdirSync(folder).filter((name) => REPORT.test(name));
  return names.map((name) => [join(folder, name), reportOf(join(folder, name))]);
}

function reportOf(file: string): Mended {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { pages: 0, tables: [], samples: 0, ranges: [] }; // That it was mended is known.
  }
}

/** Somebody has it for good. */
export function dropReport(file: string): void {
  rmSync(file, { force: true });
}

/** Names of the databases that were put aside before. */
export function putAsideIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => ASIDE.test(name));
}

/** The number of the last one, 0 where there is none. */
function lastAside(folder: string): number {
  return Math.max(0, ...putAsideIn(folder).map((name) => Number(ASIDE.exec(name)?.[1])));
}

function asideOf(folder: string, number: number): string {
  return join(folder, `${DATABASE}.${number}.damaged`);
}

function writeNew(path: string, text: string, files: Files): void {
  const file = files.open(path, "wx");
  try {
    files.write(file, Buffer.from(text), 0);
    files.syncNow(file);
  } finally {
    files.close(file);
  }
}

function syncNow(path: string, files: Files): void {
  const file = files.open(path, "r+");
  try {
    files.syncNow(file);
  } finally {
    files.close(file);
  }
}
