import { type TableRow, tableRow } from "../domain/sample-table.ts";
import type { Samples } from "../domain/samples.ts";
import type { RangeQuery } from "../historian/historian.ts";
import type { Row } from "./row-reader.ts";
import type { Mark } from "./tally.ts";

/** What is stored already, and the status words beside it where there are any. */
export type Past = (query: RangeQuery) => Promise<{
  readonly samples: Samples;
  readonly words: ReadonlyMap<number, number> | undefined;
}>;

type Said = Omit<TableRow, "point" | "at">;

/** Rows of one point that lie far apart may have so many samples between them, and no more. */
const READ_FACTOR = 8;
const READ_MIN = 10_000;

/** What each row would change: one read for each point of a batch. */
export async function compared(past: Past, rows: readonly Row[]): Promise<readonly Mark[]> {
  const marks = new Map<Row, Mark>();
  for (const [series, own] of bySeries(rows)) {
    const stored = await storedBetween(past, series, own);
    for (const row of own) marks.set(row, markOf(row, stored));
  }
  return rows.map((row) => marks.get(row) ?? "unknown");
}

function bySeries(rows: readonly Row[]): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const series = row.of.target?.series ?? 0;
    const group = groups.get(series);
    if (group) group.push(row);
    else groups.set(series, [row]);
  }
  return groups;
}

/** By their times; undefined where they are too many to look at. */
async function storedBetween(
  past: Past,
  series: number,
  rows: readonly Row[],
): Promise<Map<number, Said> | undefined> {
  const [from, to] = spanOf(rows);
  const limit = Math.max(READ_MIN, READ_FACTOR * rows.length);
  const { samples, words } = await past({ series, from, to: to + 1, limit: limit + 1 });
  if (samples.count > limit) return undefined;
  const stored = new Map<number, Said>();
  for (let row = 0; row < samples.count; row += 1) {
    const { at, ...said } = tableRow("", samples, row, words);
    stored.set(at, said);
  }
  return stored;
}

/** A row that comes again in the table itself is the same from then on. */
function markOf(row: Row, stored: Map<number, Said> | undefined): Mark {
  if (!stored) return "unknown";
  const former = stored.get(row.at);
  stored.set(row.at, row);
  if (!former) return "fresh";
  return isSame(former, row) ? "same" : "corrected";
}

/** What is stored as live stays so; of what was told afterwards a table must say that it is not. */
function isSame(a: Said, b: Said): boolean {
  if (a.toldAfterwards && b.toldAfterwards === false) return false;
  return Object.is(a.value, b.value) && a.quality === b.quality && a.statusWord === b.statusWord;
}

function spanOf(rows: readonly Row[]): readonly [from: number, to: number] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { at } of rows) {
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  return [from, to];
}
