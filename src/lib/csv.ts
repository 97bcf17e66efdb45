/*
 * CSV as RFC 4180 has it: cells between commas; one with a comma, a quotation mark or a line end is
 * put into quotation marks, and those inside it are doubled.
 */

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

export function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

type CsvRow = {
  readonly cells: readonly string[];
  /** Where it begins in the file, from 1. */
  readonly line: number;
};

/**
 * Rows of a text that comes in pieces, with a separator of one character between cells; throws
 * where a quotation mark is not closed, or a row is longer than any would be.
 */
export async function* csvRows(
  pieces: AsyncIterable<string>,
  separator = ",",
): AsyncGenerator<CsvRow> {
  let rest = "";
  let line = 1;
  for await (const piece of pieces) {
    rest += piece;
    let start = 0;
    const ends = new RowEnds(rest);
    for (let end = ends.next(start); end >= 0; end = ends.next(start)) {
      const text = rest.slice(start, end);
      start = end + 1;
      if (text.trim() !== "") yield { cells: csvCells(text, separator), line };
      line += lineEnds(text) + 1;
    }
    rest = rest.slice(start);
    if (rest.length > ROW_CHARS) throw new Error(`line ${line}: a row that does not end`);
  }
  if (quotes(rest) % 2 === 1) throw new Error(`line ${line}: a quotation mark is not closed`);
  if (rest.trim() !== "") yield { cells: csvCells(rest, separator), line };
}

/** Of what is no table, or lacks a quotation mark, not all is held in memory. */
const ROW_CHARS = 4 * 1024 * 1024;

/** Finds line ends outside quotation marks, going over a text once. */
class RowEnds {
  readonly #text: string;
  /** The first quotation mark that is not behind us: most texts have none to look for. */
  #quote: number;

  constructor(text: string) {
    this.#text = text;
    this.#quote = this.#quoteFrom(0);
  }

  /** Where the row from `start` on ends, behind the row before; -1 where it does not end here. */
  next(start: number): number {
    let isInside = false;
    let from = start;
    for (;;) {
      const end = this.#text.indexOf("\n", from);
      if (end < 0) return -1;
      for (; this.#quote < end; this.#quote = this.#quoteFrom(this.#quote + 1)) {
        isInside = !isInside;
      }
      if (!isInside) return end;
      from = end + 1;
    }
  }

  #quoteFrom(from: number): number {
    const found = this.#text.indexOf('"', from);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }
}

function lineEnds(text: string): number {
  return text.includes("\n") ? text.split("\n").length - 1 : 0;
}

function quotes(text: string): number {
  return text.split('"').length - 1;
}

/** Of one row, with or without its line end's carriage return. */
export function csvCells(row: string, separator = ","): string[] {
  const text = row.endsWith("\r") ? row.slice(0, -1) : row;
  if (!text.includes('"')) return text.split(separator);
  const cells: string[] = [];
  for (let from = 0; from <= text.length; ) {
    const end = endOfCell(text, from, separator);
    const cell = text.slice(from, end);
    cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    from = end + 1;
  }
  return cells;
}

/** Where the separator behind a cell stands, or the end of the row. */
function endOfCell(text: string, from: number, separator: string): number {
  let at = from;
  if (text[at] === '"') {
    // Behind the closing quotation mark; a doubled one is a part of the cell.
    do at = text.indexOf('"', at + 1) + 1;
    while (at > 0 && text[at] === '"');
    if (at === 0) return text.length;
  }
  const end = text.indexOf(separator, at);
  return end < 0 ? text.length : end;
}
