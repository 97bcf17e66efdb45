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
  change(folder, pageOf, (page) => void page.fill(0));
}

function change(
  folder: string,
  pageOf: (bytes: Buffer) => number,
  spoil: (page: Buffer) => void,
): void {
  const path = join(folder, "history.db");
  const bytes = readFileSync(path);
  const start = startOf(pageOf(bytes));
  spoil(bytes.subarray(start, start + PAGE_BYTES));
  writeFileSync(path, bytes);
}

function startOf(page: number): number {
  return (page - 1) * PAGE_BYTES;
}

/** What the disk may do to an entry of the index of chunks, which is on a single page. */
export const INDEX_DAMAGES = {
  "leads elsewhere": (page: Buffer, cell: number) => flip(page, cell + entryBytes(page, cell), 0),
  "says another time": (page: Buffer, cell: number) => flip(page, timeEnd(page, cell), 2),
  "says another series": (page: Buffer, cell: number) => flip(page, cell + SERIES_AT, 1),
  "has another first byte": (page: Buffer, cell: number) => flip(page, cell + BODY_AT, 0),
  "is gone": (page: Buffer) => page.writeUInt16BE(page.readUInt16BE(COUNT_AT) - 1, COUNT_AT),
} as const;
/** Of a page: how many entries, and where each begins. */
const [COUNT_AT, CELLS_AT] = [3, 8];
/** Of an entry: its length, that of its head, kinds of three numbers; then the numbers. */
const [SERIES_AT, BODY_AT] = [2, 5];
/** Of a kind, how many bytes. */
const KINDS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/** The disk has changed the last entry but one, or lost the last. */
export function damageIndex(folder: string, damage: keyof typeof INDEX_DAMAGES): void {
  const root = rootOf(folder, "chunk_full");
  change(
    folder,
    () => root,
    (page) => {
      const last = page.readUInt16BE(COUNT_AT) - 2;
      INDEX_DAMAGES[damage](page, page.readUInt16BE(CELLS_AT + 2 * last));
    },
  );
}

function entryBytes(page: Buffer, cell: number): number {
  return page[cell] ?? 0;
}

/** The last byte of its time: what follows is its number. */
function timeEnd(page: Buffer, cell: number): number {
  return cell + entryBytes(page, cell) - (KINDS[page[cell + BODY_AT - 1] ?? 0] ?? 0);
}

function flip(page: Buffer, at: number, bit: number): void {
  page[at] = (page[at] ?? 0) ^ (1 << bit);
}
