import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../../../lib/sqlite.ts";

const PAGE_BYTES = 8_192;

/** The disk has lost the page with the newest of the full chunks, where they take several. */
export function loseNewestPage(folder: string): void {
  const root = rootOf(folder, "chunk");
  // The root of a table of several pages names the last of them behind its first 8 bytes.
  zero(folder, (bytes) => bytes.readUInt32BE(startOf(root) + 8));
}

/** The disk has lost the page that a table begins with. */
export function losePage(folder: string, table: string): void {
  const root = rootOf(folder, table);
  zero(folder, () => root);
}

function rootOf(folder: string, table: string): number {
  const disk = openSqlite(join(folder, "history.db"));
  const root = disk.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table);
  disk.close();
  return Number(root?.[0]);
}

function zero(folder: string, pageOf: (bytes: Buffer) => number): void {
  const path = join(folder, "history.db");
  const bytes = readFileSync(path);
  const start = startOf(pageOf(bytes));
  writeFileSync(path, bytes.fill(0, start, start + PAGE_BYTES));
}

function startOf(page: number): number {
  return (page - 1) * PAGE_BYTES;
}
