import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import { openSqlite } from "../../lib/sqlite.ts";

assert(parentPort, "this file is a thread of the embedded historian");
const port = parentPort;
const file = String(workerData);

port.on("message", () => port.postMessage(checkpoint()));

/**
 * Moves what SQLite's write-ahead log holds into the database, so that it can begin anew. The disk
 * may take seconds for that, in which the engine goes on: hence a thread. Nobody is locked out
 * meanwhile; where nothing was added, the log is emptied then. Returns what went wrong.
 */
function checkpoint(): string | undefined {
  try {
    const database = openSqlite(file, { busyMs: 0, keepsLog: true });
    try {
      database.exec(`PRAGMA checkpoint_fullfsync = 1; PRAGMA wal_checkpoint(PASSIVE);
        PRAGMA wal_checkpoint(TRUNCATE)`);
    } finally {
      database.close();
    }
    return undefined;
  } catch (reason) {
    return String(reason);
  }
}
