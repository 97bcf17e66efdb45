/*
 * CSV as RFC 4180 has it: cells between commas; one with a comma, a quotation mark or a line end is
 * put into quotation marks, and those inside it are doubled.
 */

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(quoted).join(",")}\r\n`;
}

type CsvRow = {
  readonly cells: readonly string[];
  /** Where it begins in the file, from 1. */
  readonly line: number;
};

/** Rows of a text that comes in pieces; throws where a quotation mark is not closed. */
export async function* csvRows(pieces: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  let rest = "";
  let line = 1;
  for await (const piece of pieces) {
    rest += piece;
    for (let end = endOfRow(rest); end >= 0; end = endOfRow(rest)) {
      const text = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (text.trim() !== "") yield { cells: cellsOf(text), line };
      line += 1 + (text.match(/\n/g)?.length ?? 0);
    }
  }
  if (quotes(rest) % 2 === 1) throw new Error(`line ${line}: a quotation mark is not closed`);
  if (rest.trim() !== "") yield { cells: cellsOf(rest), line };
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The first line end outside quotation marks, or -1. */
function endOfRow(text: string): number {
  let isInside = false;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '"') isInside = !isInside;
    else if (text[index] === "\n" && !isInside) return index;
  }
  return -1;
}

function quotes(text: string): number {
  return text.match(/"/g)?.length ?? 0;
}

function cellsOf(row: string): string[] {
  const cells = row.replace(/\r$/, "").matchAll(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/gy);
  const found = [...cells].map(([, cell = ""]) =>
    cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
  );
  return found.slice(0, 1 + commas(row));
}

/** Outside quotation marks. */
function commas(row: string): number {
  return row.replaceAll(/"(?:[^"]|"")*"/g, "").match(/,/g)?.length ?? 0;
}
