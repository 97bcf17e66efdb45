import { join } from "node:path";
import { type Problem, problem } from "../../../domain/problem.ts";
import { failure, type Outcome, success } from "../../../lib/outcome.ts";
import { isBusy, openSqlite } from "../../../lib/sqlite.ts";

/*
 * The file LOCK is an empty SQLite database that is held in an exclusive transaction: a lock of the
 * operating system, which Node itself cannot take. It is gone with its process, so it can never be
 * stale, and it counts between the threads of one process too.
 */

/** Ours until it is released, or until this process ends, however it ends. */
export type Lock = { release(): void };

export function lockFolder(folder: string): Outcome<Lock, Problem> {
  const database = openSqlite(join(folder, "LOCK"), { busyMs: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (reason) {
    database.close();
    if (!isBusy(reason)) throw reason;
    const detail = `${folder} is open in another process: stop that one, or choose another folder`;
    return failure(problem("folder_in_use", detail));
  }
  return success({ release: () => database.close() });
}
