import { isPast, PAST, qualityOf } from "../domain/reading.ts";
import { KIND, type Samples } from "../domain/samples.ts";
import { wordBeside } from "../domain/status-word.ts";
import type { TablePage } from "../domain/table-page.ts";
import type { RangeQuery } from "../historian/historian.ts";
import type { Mark } from "./tally.ts";

/**
 * What is stored already, and the status words beside it where there are any; undefined where that
 * cannot be looked at now.
 */
export type Past = (query: RangeQuery) => Promise<Stored | undefined>;

type Stored = {
  readonly samples: Samples;
  /** By their times. */
  readonly words: ReadonlyMap<number, number> | undefined;
};

/** A mark as a byte is its place in here. */
export const MARKS = ["unknown", "fresh", "same", "corrected"] as const satisfies Mark[];
const UNKNOWN = MARKS.indexOf("unknown");
const FRESH = MARKS.indexOf("fresh");
export const SAME = MARKS.indexOf("same");
const CORRECTED = MARKS.indexOf("corrected");

/** Rows of one point that lie far apart may have so many samples between them, and no more. */
const READ_FACTOR = 8;
const READ_MIN = 10_000;

/** What each row would change: one read for each point of a page. */
export async function compared(past: Past, page: TablePage): Promise<Uint8Array> {
  const { samples } = page;
  const marks = new Uint8Array(samples.count).fill(UNKNOWN);
  const order = inOrder(samples);
  for (let from = 0; from < order.length; ) {
    const rows = rowsOfOneSeries(samples, order, from);
    const stored = await storedBetween(past, samples, rows);
    if (stored) markRows(page, rows, stored, marks);
    from += rows.length;
  }
  return marks;
}

/** Rows by series, and then by time; of one time as they come. */
function inOrder({ count, series, at }: Samples): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  const compare = (a: number, b: number) =>
    (series[a] ?? 0) - (series[b] ?? 0) || (at[a] ?? 0) - (at[b] ?? 0) || a - b;
  const isOrdered = order.every((row) => row === 0 || compare(row - 1, row) < 0);
  return isOrdered ? order : order.sort(compare);
}

function rowsOfOneSeries({ series }: Samples, order: Uint32Array, from: number): Uint32Array {
  const first = series[order[from] ?? 0];
  let to = from + 1;
  while (to < order.length && series[order[to] ?? 0] === first) to += 1;
  return order.subarray(from, to);
}

/** Undefined where they are too many to look at. */
async function storedBetween(
  past: Past,
  { series, at }: Samples,
  rows: Uint32Array,
): Promise<Stored | undefined> {
  const [first = 0, last = 0] = [rows[0], rows.at(-1)];
  const limit = Math.max(READ_MIN, READ_FACTOR * rows.length);
  const stored = await past({
    ...{ series: series[first] ?? 0, from: at[first] ?? 0, to: (at[last] ?? 0) + 1 },
    limit: limit + 1,
  });
  return stored && stored.samples.count <= limit ? stored : undefined;
}

/** Goes along both in order of time. */
function markRows(page: TablePage, rows: Uint32Array, stored: Stored, marks: Uint8Array): void {
  const { samples, words } = page;
  let place = 0;
  let former: Former | undefined;
  for (const row of rows) {
    const time = samples.at[row] ?? 0;
    if (former === undefined || samples.at[former.row] !== time) {
      place = placeFrom(stored.samples, place, time);
      former = formerAt(stored, place, time);
    }
    if (former === undefined) marks[row] = FRESH;
    else marks[row] = isSame(former, page, row) ? SAME : CORRECTED;
    // What comes again in the table itself is compared with how it came before.
    former = { samples, row, word: words.get(row) ?? null };
  }
}

/** The first sample that is not before a time. */
function placeFrom({ count, at }: Samples, start: number, time: number): number {
  let place = start;
  while (place < count && (at[place] ?? 0) < time) place += 1;
  return place;
}

/** What a row is compared with. */
type Former = { readonly samples: Samples; readonly row: number; readonly word: number | null };

/** The sample at that place where it is of that time. */
function formerAt({ samples, words }: Stored, row: number, time: number): Former | undefined {
  if (row >= samples.count || samples.at[row] !== time) return undefined;
  const quality = qualityOf(samples.quality[row] ?? 0);
  return { samples, row, word: wordBeside(quality, words?.get(time)) };
}

/** What is stored as live stays so; of what was told afterwards a table must say that it is not. */
function isSame({ samples: was, row, word }: Former, page: TablePage, at: number): boolean {
  const is = page.samples;
  const kind = is.kind[at];
  const byte = is.quality[at] ?? 0;
  const byteBefore = was.quality[row] ?? 0;
  if (isPast(byteBefore) && !isPast(byte) && page.saysAfterwards) return false;
  if (was.kind[row] !== kind || (byte | PAST) !== (byteBefore | PAST)) return false;
  if (word !== (page.words.get(at) ?? null)) return false;
  const value = is.value[at] ?? 0;
  const valueBefore = was.value[row] ?? 0;
  if (kind === KIND.text) return is.texts[value] === was.texts[valueBefore];
  return Object.is(value, valueBefore);
}
