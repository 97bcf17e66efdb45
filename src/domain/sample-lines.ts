import { csvCells } from "../lib/csv.ts";
import { Repeated } from "../lib/repeated.ts";
import { scanDecimal } from "../lib/scan-number.ts";
import { TimeScan } from "../lib/scan-time.ts";
import type { Series } from "./brand.ts";
import type { Value } from "./reading.ts";
import {
  isTableHead,
  rowOfCells,
  type Said,
  saidFrom,
  TABLE_CELLS_MIN,
  TABLE_HEAD,
  timeFrom,
  valueFrom,
} from "./sample-table.ts";
import { RowError, type RowTaker } from "./table-page.ts";

/*
 * A table of samples as CSV (sample-table.ts), read where its bytes lie. A line without quotation
 * marks is point, time, kind and value up to their commas, and the rest of it, which mostly says
 * what the line above says. Any other line is taken apart as a text.
 */

const LINE_END = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const IS_MARK = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte === COMMA || byte === QUOTE || byte === LINE_END),
);
/** No line is longer: it is no table, or lacks a quotation mark. */
export const LINE_BYTES = 4 * 1024 * 1024;
/** Of a line that is not all there yet. */
const NO_END = -1;
const BYTE_ORDER_MARK = /^\ufeff/;
/** Cells of a line that are looked at one by one; the rest is one piece. */
const OWN_CELLS = TABLE_CELLS_MIN - 1;

/** Brings lines of a table into pages. */
export class SampleLines {
  readonly #page: RowTaker;
  readonly #points: Repeated<Series>;
  readonly #kinds = new Repeated((text) => text);
  readonly #rests = new Repeated<Said>((text) => saidFrom(text.split(",")));
  readonly #times = new TimeScan();
  /** Where the first cells of a line end. */
  readonly #ends = new Int32Array(OWN_CELLS);
  #line = 1;
  #isHead = true;

  constructor(page: RowTaker) {
    this.#page = page;
    this.#points = new Repeated((point) => page.seriesOf(point));
  }

  /**
   * Reads lines until the page is full, or no whole one is left; says how many bytes they are.
   * Of a table that `isWhole` the last line needs no end. Throws a `RowError` with the line in it.
   */
  read(bytes: Buffer, isWhole: boolean): number {
    let start = 0;
    try {
      while (start < bytes.length && !this.#page.isFull) {
        const next = this.#readLine(bytes, start, isWhole);
        if (next === NO_END) break;
        start = next;
      }
      if (isWhole && this.#isHead) throw new Error("there is nothing in it");
    } catch (reason) {
      throw RowError.at(`line ${this.#line}`, reason);
    }
    return Math.min(start, bytes.length);
  }

  #readLine(bytes: Buffer, start: number, isWhole: boolean): number {
    const end = this.#plainEnd(bytes, start);
    if (end < 0 || this.#isHead) return this.#readCells(bytes, start, isWhole);
    const [point = 0, time = 0, kind = 0, value = 0] = this.#ends;
    const series = this.#points.at(bytes, start, point);
    const at = this.#timeIn(bytes, point + 1, time);
    const found = this.#valueIn(bytes, this.#kinds.at(bytes, time + 1, kind), kind + 1, value);
    const rest = bytes[end - 1] === RETURN ? end - 1 : end;
    this.#page.put(series, at, found, this.#rests.at(bytes, value + 1, rest));
    this.#line += 1;
    return end + 1;
  }

  /** Where a line ends that has at least five cells and no quotation mark; -1 of any other. */
  #plainEnd(bytes: Buffer, start: number): number {
    let at = start - 1;
    for (let cell = 0; cell < OWN_CELLS; cell += 1) {
      at = markFrom(bytes, at + 1);
      if (bytes[at] !== COMMA) return -1;
      this.#ends[cell] = at;
    }
    do at = markFrom(bytes, at + 1);
    while (bytes[at] === COMMA);
    return bytes[at] === LINE_END ? at : -1;
  }

  #timeIn(bytes: Buffer, start: number, end: number): number {
    return this.#times.read(bytes, start, end) ?? timeFrom(bytes.toString("utf8", start, end));
  }

  #valueIn(bytes: Buffer, kind: string, start: number, end: number): Value | null {
    if (kind === "number") {
      const number = scanDecimal(bytes, start, end);
      if (!Number.isNaN(number)) return number;
    }
    return valueFrom(kind, bytes.toString("utf8", start, end));
  }

  /** The head, a line with quotation marks, one that is empty or wrong, or the last one. */
  #readCells(bytes: Buffer, start: number, isWhole: boolean): number {
    const found = rowEnd(bytes, start);
    if (found === NO_END && bytes.length - start > LINE_BYTES) {
      throw new Error("a row that does not end");
    }
    if (found === NO_END && !isWhole) return NO_END;
    const end = found === NO_END ? bytes.length : found;
    const text = bytes.toString("utf8", start, end);
    if (found === NO_END && text.split('"').length % 2 === 0) {
      throw new Error("a quotation mark is not closed");
    }
    if (text.trim() !== "") this.#takeCells(csvCells(text));
    this.#line += text.split("\n").length;
    return end + 1;
  }

  #takeCells(cells: readonly string[]): void {
    if (this.#isHead) {
      const [first = "", ...others] = cells;
      if (!isTableHead([first.replace(BYTE_ORDER_MARK, ""), ...others])) {
        throw new Error(`the first line must be ${TABLE_HEAD.join(",")}`);
      }
      this.#isHead = false;
      return;
    }
    const { point, at, value, ...said } = rowOfCells(cells);
    this.#page.put(this.#page.seriesOf(point), at, value, said);
  }
}

/** Where the next comma, quotation mark or line end is; behind the last byte if there is none. */
function markFrom(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && IS_MARK[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

/** Where the row ends that begins at `start`: its line end is not between quotation marks. */
function rowEnd(bytes: Buffer, start: number): number {
  let isInside = false;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) isInside = !isInside;
    else if (byte === LINE_END && !isInside) return at;
  }
  return NO_END;
}
