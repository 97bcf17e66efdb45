import type { Value } from "../../../domain/reading.ts";
import { type Samples, valueAt } from "../../../domain/samples.ts";
import { Durations, isTrusted } from "../../durations.ts";
import type { AggregateQuery } from "../../historian.ts";
import type { Sums } from "../../sums.ts";
import type { StoredChunks } from "../database/stored-chunks.ts";
import type { Memtable } from "../memory/memtable.ts";
import { readRange } from "./read.ts";

/*
 * For how long a state held in each bucket: samples are read page by page, from the one on that
 * held when the first bucket began.
 */

/** Rows that are looked at in one piece. */
const PAGE_ROWS = 65_536;
/** To find what held before, from the newest on: most often the first is good. */
const BACK_ROWS = 64;

type Asked = { readonly query: AggregateQuery; readonly sums: Sums };

/** For how long a series was in the state that was asked for; what holds, holds until the next. */
export function addDurations(
  memtable: Memtable,
  chunks: StoredChunks,
  { query, sums }: Asked,
): void {
  const read = (page: Page) => readRange(memtable, chunks, { series: sums.series, ...page });
  const durations = new Durations(query, sums, valueBefore(read, query));
  for (const samples of pagesOf(read, query)) durations.add(samples);
  durations.end();
}

type Page = {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly order?: 1 | -1;
};
type Read = (page: Page) => Samples;

/** One row more than a page holds is where the next one begins. */
function* pagesOf(read: Read, { from, to }: AggregateQuery): Generator<Samples> {
  for (let start: number | undefined = from; start !== undefined; ) {
    const samples: Samples = read({ from: start, to, limit: PAGE_ROWS + 1 });
    start = samples.at[PAGE_ROWS];
    yield { ...samples, count: Math.min(samples.count, PAGE_ROWS) };
  }
}

function valueBefore(read: Read, query: AggregateQuery): Value | null {
  let to = query.from;
  for (;;) {
    const samples = read({ from: Number.NEGATIVE_INFINITY, to, limit: BACK_ROWS, order: -1 });
    for (let row = 0; row < samples.count; row += 1) {
      if (isTrusted(samples, row, query)) return valueAt(samples, row);
    }
    if (samples.count < BACK_ROWS) return null;
    to = samples.at[samples.count - 1] ?? Number.NEGATIVE_INFINITY;
  }
}
