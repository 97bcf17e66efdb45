import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Problem, problem } from "../../../domain/problem.ts";
import { failure, type Outcome, success } from "../../../lib/outcome.ts";
import type { Sqlite } from "../../../lib/sqlite.ts";
import { prepareDatabase } from "../database/schema.ts";
import { keepTotal, readTotals, type Totals } from "../database/totals.ts";
import { type Files, makeFolder } from "../log/files.ts";

/*
 * Whose log this is, `log/folder.id`: a number by chance, in digits, and the end of the line. The
 * database has the same number (total `folder`). Records name series by numbers that mean something
 * in one folder only: those of another one, copied beside this database, would be other points.
 *
 * Either of them may have none: of folders that are older than this, and the log of a restored
 * backup. Then it gets the other's.
 */

const ID_END = 2 ** 48 - 1;
/** Longer than any id. */
const DIGITS = /^(\d{1,15})\n/;

/** Whether log and database are of one folder, as far as that is known. Changes nothing. */
export function belongTogether(
  { folder: id }: Pick<Totals, "folder">,
  folder: string,
): Outcome<void, Problem> {
  const ofLog = readId(pathIn(folder));
  if (ofLog === 0 || id === 0 || ofLog === id) return success(undefined);
  const detail = `${folder}: its log and its history.db are of two data folders`;
  return failure(problem("folder_mixed", detail));
}

/** Makes the tables, or brings them up to date, where the log beside them is of the same folder. */
export function prepareFolder(
  database: Sqlite,
  { folder, pagesKib }: { readonly folder: string; readonly pagesKib?: number },
  files: Files,
): Outcome<void, Problem> {
  const prepared = prepareDatabase(database, pagesKib);
  if (!prepared.ok) return prepared;
  files.syncFolder(folder); // Before there is a log: see missing.ts.
  const { folder: id } = readTotals(database);
  const known = belongTogether({ folder: id }, folder);
  if (known.ok) noteId(database, { folder, id }, files);
  return known;
}

/** Sees to it that both know. Where the disk takes nothing now, the next start does. */
function noteId(database: Sqlite, known: { folder: string; id: number }, files: Files): void {
  const path = pathIn(known.folder);
  const ofLog = readId(path);
  const id = known.id || ofLog || randomInt(1, ID_END);
  try {
    if (known.id !== id) keepTotal(database)("folder", id);
    if (ofLog !== id) writeId(path, id, files);
  } catch {
    // Nothing depends on it today.
  }
}

function pathIn(folder: string): string {
  return join(folder, "log", "folder.id");
}

/** 0: there is none, or none that was wholly written. */
function readId(path: string): number {
  return existsSync(path) ? Number(DIGITS.exec(readFileSync(path, "latin1"))?.[1] ?? 0) : 0;
}

function writeId(path: string, id: number, files: Files): void {
  makeFolder(dirname(path), files);
  const file = files.open(path, existsSync(path) ? "r+" : "wx");
  try {
    files.write(file, Buffer.from(`${id}\n`), 0);
    files.syncNow(file);
  } finally {
    files.close(file);
  }
  files.syncFolder(dirname(path));
}
