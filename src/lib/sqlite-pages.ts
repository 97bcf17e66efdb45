import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { SqlRow } from "./sqlite.ts";
import { type Frames, readFrames } from "./sqlite-frames.ts";
import { valuesIn, varintAt } from "./sqlite-record.ts";

/*
 * The pages of a database of SQLite as they lie in its file, for whoever takes out what can be read
 * where SQLite refuses to. No page is needed to find another one: each that is in use is looked at.
 * See https://www.sqlite.org/fileformat2.html. Which pages are in use is known from the list of
 * free ones, and where that is lost from the map of pages, which databases with `auto_vacuum` have.
 */

/** A row as it lies on its page. */
export type PageRow = {
  /** NaN in a table that has no numbers of rows. */
  readonly id: number;
  readonly values: SqlRow;
  /** False where the last of its values is cut off: a page that it goes on in is lost. */
  readonly isWhole: boolean;
};

/** A page that has rows, or leads to those that have. */
export type RowPage = {
  readonly number: number;
  /** Where its tree begins; undefined where that cannot be found. */
  readonly root: number | undefined;
  /** Of an index, and of a table that is its own. */
  readonly isIndex: boolean;
  readonly rows: readonly PageRow[];
  /** Whether all of its rows can be read. */
  readonly isWhole: boolean;
};

type LostPage = { readonly number: number; readonly root: number | undefined };

const FORMS = {
  2: { isIndex: true, head: 12, child: 4 },
  5: { isIndex: false, head: 12, child: 4 },
  10: { isIndex: true, head: 8, child: 0 },
  13: { isIndex: false, head: 8, child: 0 },
} as const;
type Form = (typeof FORMS)[keyof typeof FORMS];

const MAGIC = "SQLite format 3\0";
/** In the head of the first page, and how long that is. */
const [PAGE_SIZE_AT, UNUSED_AT, COUNT_AT, FREE_AT, MAP_AT] = [16, 20, 28, 32, 52];
const HEAD_BYTES = 100;
/** In the map of pages. */
const [ROOT, FREE, TREE] = [1, 2, 5];
const MAP_ENTRY_BYTES = 5;
/** No tree is higher. */
const HEIGHT_MAX = 20;
/** The page that has this byte is never used. */
const LOCK_BYTE = 0x40000000;

/** The file may not change meanwhile. */
export class SqlitePages {
  /** Pages that should have rows, or lead to some, and have not all of them; known behind `all`. */
  readonly lost: LostPage[] = [];
  readonly #file: number;
  readonly #pageSize: number;
  readonly #log: Frames & { readonly file: number | undefined };
  /** How many are in the file, and how many there should be. */
  readonly #inFile: number;
  readonly #count: number;
  readonly #usable: number;
  readonly #hasMap: boolean;
  readonly #free: ReadonlySet<number> | undefined;
  readonly #maps = new Map<number, Buffer>();

  /**
   * `hasLog`: what its write-ahead log has is read over it. The size of pages is believed where the
   * first page does not say it.
   */
  constructor(path: string, pageSize: number, hasLog: boolean) {
    this.#file = openSync(path, "r");
    const head = Buffer.alloc(HEAD_BYTES);
    readSync(this.#file, head, 0, HEAD_BYTES, 0);
    this.#pageSize = isHead(head) ? sizeIn(head) : pageSize;
    const frames = hasLog ? readFrames(`${path}-wal`, this.#pageSize) : undefined;
    const isLogged = frames !== undefined && frames.offsets.size > 0;
    this.#log = {
      offsets: frames?.offsets ?? new Map(),
      pages: frames?.pages,
      file: isLogged ? openSync(`${path}-wal`, "r") : undefined,
    };
    this.#inFile = Math.ceil(fstatSync(this.#file).size / this.#pageSize);
    const first = this.#page(1);
    const known = first && isHead(first) ? first : undefined;
    this.#usable = this.#pageSize - (known?.[UNUSED_AT] ?? 0);
    this.#hasMap = known === undefined || known.readUInt32BE(MAP_AT) > 0;
    this.#count = this.#countOf(known);
    this.#free = known && this.#freeOf(known);
  }

  /** Every page with rows, but the first, which has the names of tables. */
  *all(): Generator<RowPage> {
    this.lost.length = 0;
    if (this.names().size === 0) this.lost.push({ number: 1, root: undefined });
    for (let number = 2; number <= this.#count; number += 1) {
      if (this.#isMap(number) || this.#isLock(number) || this.#isFree(number)) continue;
      const page = this.at(number);
      if (page ? !page.isWhole : this.#hadRows(number))
        this.lost.push({ number, root: this.#rootOf(number) });
      if (page) yield page;
    }
  }

  /** So the map says; where that is cut off, too, nobody knows. */
  #hadRows(number: number): boolean {
    const map = this.#hasMap ? this.#mapOf(number) : number;
    if (map > this.#inFile && !this.#log.offsets.has(map)) return true;
    return [ROOT, TREE].includes(this.#entry(number)?.type ?? 0);
  }

  /** Undefined where it has no rows, or is lost. */
  at(number: number): RowPage | undefined {
    const page = this.#page(number);
    const form = page && FORMS[page[0] as keyof typeof FORMS];
    const cells = form && cellsOf(page, form.head);
    if (!cells) return undefined;
    const isInner = !form.isIndex && form.child > 0;
    const all = isInner ? [] : cells.map((cell) => this.#row(page, cell, form));
    const rows = all.filter((row) => row !== undefined);
    const isWhole = rows.length === all.length;
    return { number, root: this.#rootOf(number), isIndex: form.isIndex, rows, isWhole };
  }

  /**
   * What is in the database, by where it begins: of the first page, where that can be read and has
   * room for all of it.
   */
  names(): ReadonlyMap<number, string> {
    const first = this.#page(1);
    const isLeaf = first && isHead(first) && first[HEAD_BYTES] === 13;
    const cells = isLeaf && cellsOf(first, FORMS[13].head, HEAD_BYTES);
    const names = new Map<number, string>();
    for (const cell of cells || []) {
      const [, name, , root] = (first && this.#row(first, cell, FORMS[13]))?.values ?? [];
      names.set(Number(root), String(name));
    }
    return names;
  }

  close(): void {
    closeSync(this.#file);
    if (this.#log.file !== undefined) closeSync(this.#log.file);
  }

  /** As the log says, or the head; of a file that was cut off as far as its last map may tell. */
  #countOf(known: Buffer | undefined): number {
    if (this.#log.pages !== undefined) return this.#log.pages;
    const said = known?.readUInt32BE(COUNT_AT) || this.#inFile;
    return Math.min(said, this.#inFile + this.#group);
  }

  /** What the disk cannot give is as good as lost, and what lies behind its end is nothing. */
  #page(number: number): Buffer | undefined {
    const logged = this.#log.offsets.get(number);
    const offset = logged ?? (number - 1) * this.#pageSize;
    const file = logged === undefined ? this.#file : this.#log.file;
    if (file === undefined || offset < 0) return undefined;
    const bytes = Buffer.alloc(this.#pageSize);
    if (logged === undefined && number > this.#inFile) return bytes;
    try {
      readSync(file, bytes, 0, this.#pageSize, offset);
      return bytes;
    } catch {
      return undefined;
    }
  }

  #row(page: Buffer, cell: number, { isIndex, child }: Form): PageRow | undefined {
    let at = cell + child;
    const [length, lengthBytes] = varintAt(page, at);
    at += lengthBytes;
    const [id, idBytes] = isIndex ? [Number.NaN, 0] : varintAt(page, at);
    at += idBytes;
    const local = this.#localOf(length, isIndex);
    if (!(length >= 0) || at + local + (local < length ? 4 : 0) > this.#usable) return undefined;
    const start = page.subarray(at, at + local);
    const bytes =
      local === length ? start : this.#followed(start, page.readUInt32BE(at + local), length);
    const values = valuesIn(bytes, length);
    return values && { id, values, isWhole: bytes.length === length };
  }

  /** How much of a row is on its page. */
  #localOf(length: number, isIndex: boolean): number {
    const usable = this.#usable;
    const most = isIndex ? Math.floor(((usable - 12) * 64) / 255) - 23 : usable - 35;
    if (length <= most) return length;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const rest = least + ((length - least) % (usable - 4));
    return rest <= most ? rest : least;
  }

  /** A row goes on in pages of its own, each of which begins with the number of the next. */
  #followed(start: Buffer, first: number, length: number): Buffer {
    const parts = [start];
    let left = length - start.length;
    for (let number = first; left > 0 && number > 1 && number <= this.#count; ) {
      const page = this.#isFree(number) ? undefined : this.#page(number);
      if (!page) break;
      const part = page.subarray(4, Math.min(this.#usable, 4 + left));
      parts.push(part);
      left -= part.length;
      number = page.readUInt32BE(0);
    }
    return Buffer.concat(parts);
  }

  /** The list of free pages, where all of it can be read. */
  #freeOf(first: Buffer): ReadonlySet<number> | undefined {
    const free = new Set<number>();
    for (let number = first.readUInt32BE(FREE_AT); number !== 0; ) {
      const page = free.has(number) ? undefined : this.#page(number);
      const count = page?.readUInt32BE(4) ?? Number.POSITIVE_INFINITY;
      if (!page || 8 + 4 * count > this.#usable) return undefined;
      free.add(number);
      for (let index = 0; index < count; index += 1) free.add(page.readUInt32BE(8 + 4 * index));
      number = page.readUInt32BE(0);
    }
    return free.size === first.readUInt32BE(FREE_AT + 4) ? free : undefined;
  }

  #isFree(number: number): boolean {
    return this.#free?.has(number) ?? this.#entry(number)?.type === FREE;
  }

  #isLock(number: number): boolean {
    return number === Math.floor(LOCK_BYTE / this.#pageSize) + 1;
  }

  #isMap(number: number): boolean {
    return this.#hasMap && number === this.#mapOf(number);
  }

  /** A map, and the pages that it is of. */
  get #group(): number {
    return Math.floor(this.#usable / MAP_ENTRY_BYTES) + 1;
  }

  #mapOf(number: number): number {
    const map = Math.floor((number - 2) / this.#group) * this.#group + 2;
    return this.#isLock(map) ? map + 1 : map;
  }

  /** What the map says of a page. */
  #entry(number: number): { readonly type: number; readonly parent: number } | undefined {
    const map = this.#mapOf(number);
    const at = MAP_ENTRY_BYTES * (number - map - 1);
    if (!this.#hasMap || number < 2 || at < 0) return undefined;
    const page = this.#maps.get(map) ?? this.#page(map) ?? Buffer.alloc(this.#pageSize);
    this.#maps.set(map, page);
    return { type: page[at] ?? 0, parent: page.readUInt32BE(at + 1) };
  }

  #rootOf(number: number): number | undefined {
    let at = number;
    for (let height = 0; height < HEIGHT_MAX; height += 1) {
      const entry = this.#entry(at);
      if (entry?.type === ROOT) return at;
      if (entry?.type !== TREE) return undefined;
      at = entry.parent;
    }
    return undefined;
  }
}

function isHead(first: Buffer): boolean {
  const size = sizeIn(first);
  const isSize = size >= 512 && size <= 65_536 && Number.isInteger(Math.log2(size));
  return isSize && first.toString("latin1", 0, MAGIC.length) === MAGIC;
}

/** The largest does not fit and is said as 1. */
function sizeIn(first: Buffer): number {
  const size = first.readUInt16BE(PAGE_SIZE_AT);
  return size === 1 ? 65_536 : size;
}

/** Where the rows of a page begin; undefined where it is none that SQLite has written. */
function cellsOf(page: Buffer, head: number, start = 0): number[] | undefined {
  const count = page.readUInt16BE(start + 3);
  const first = start + head + 2 * count;
  if (first > page.length) return undefined;
  const cells = Array.from({ length: count }, (_, index) =>
    page.readUInt16BE(start + head + 2 * index),
  );
  return cells.every((cell) => cell >= first && cell < page.length - 3) ? cells : undefined;
}
