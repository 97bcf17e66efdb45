import { openSqlite } from "../../../lib/sqlite.ts";

/**
 * Moves what SQLite's write-ahead log holds into the database, so that it can begin anew. Nobody is
 * locked out meanwhile; where nothing was added, the log is emptied then. One that is `filledAgain`
 * at once keeps its length: bytes that are there already are written for half as much. Throws what
 * went wrong.
 */
export function checkpoint(file: string, filledAgain = false): void {
  const database = openSqlite(file, { busyMs: 0, keepsLog: true });
  try {
    database.exec("PRAGMA checkpoint_fullfsync = 1; PRAGMA wal_checkpoint(PASSIVE)");
    if (!filledAgain) database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
}
