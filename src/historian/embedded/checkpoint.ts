import { isMainThread, workerData } from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import { openSqlite } from "../../lib/sqlite.ts";

assert(!isMainThread, "this file is a thread of the embedded historian");
checkpoint(String(workerData));

/**
 * Moves what SQLite's write-ahead log holds into the database, so that it can begin anew. The disk
 * may take seconds for that, in which the engine goes on: hence a thread, for this once.
 */
function checkpoint(file: string): void {
  const database = openSqlite(file);
  database.exec("PRAGMA checkpoint_fullfsync = 1; PRAGMA wal_checkpoint(PASSIVE)");
  database.close();
}
