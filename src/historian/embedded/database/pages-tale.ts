import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../../../lib/sqlite.ts";

const PAGE_BYTES = 8_192;

/** The disk has lost the page with the newest of the full chunks, where they take several. */
export function loseNewestPage(folder: string): void {
  const path = join(folder, "history.db");
  const disk = openSqlite(path);
  const root = disk.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'chunk'").get();
  disk.close();
  const bytes = readFileSync(path);
  const startOf = (page: number) => (page - 1) * PAGE_BYTES;
  // The root of a table of several pages names the last of them behind its first 8 bytes.
  const last = startOf(bytes.readUInt32BE(startOf(Number(root?.[0])) + 8));
  writeFileSync(path, bytes.fill(0, last, last + PAGE_BYTES));
}
