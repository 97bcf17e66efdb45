import { openSqlite } from "../../lib/sqlite.ts";

/**
 * Moves what SQLite's write-ahead log holds into the database, so that it can begin anew. Nobody is
 * locked out meanwhile; where nothing was added, the log is emptied then. Throws what went wrong.
 */
export function checkpoint(file: string): void {
  const database = openSqlite(file, { busyMs: 0, keepsLog: true });
  try {
    database.exec(`PRAGMA checkpoint_fullfsync = 1; PRAGMA wal_checkpoint(PASSIVE);
      PRAGMA wal_checkpoint(TRUNCATE)`);
  } finally {
    database.close();
  }
}
