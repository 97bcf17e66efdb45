import { LIMIT } from "../../domain/limit.ts";
import { type Samples, SamplesBuilder } from "../../domain/samples.ts";
import { EVER } from "../../domain/time.ts";
import type { Historian, RangeQuery } from "../historian.ts";

/*
 * Reads samples page by page from one historian and appends them to another.
 */

/** Samples of a page, and of a batch. */
const PAGE_ROWS = 50_000;
/** Batches that are prepared while the target works on the one before. */
const UNDER_WAY = 3;
/** Series that are asked about at once. */
const SERIES_AT_ONCE = 65_536;

type Span = { readonly from: number; readonly to: number };
type Reader = Pick<Historian, "range">;
type Writer = Pick<Historian, "append">;

/** Brings what one has of a series into another, in order of time; returns how many samples. */
export async function copySeries(
  source: Reader,
  target: Writer,
  series: number,
  span: Span,
): Promise<number> {
  const underWay: Promise<unknown>[] = [];
  let copied = 0;
  try {
    for await (const page of pagesOf(source, { series, ...span })) {
      copied += page.count;
      underWay.push(target.append(page));
      if (underWay.length >= UNDER_WAY) await underWay.shift();
    }
    await Promise.all(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
  return copied;
}

/** The same of many series; those of few samples go together. */
export async function copyAll(
  source: Reader,
  target: Writer,
  all: AsyncIterable<number>,
  onRead: () => void,
): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  const together = new SamplesBuilder(PAGE_ROWS);
  const send = async () => {
    underWay.push(target.append(together.take()));
    if (underWay.length >= UNDER_WAY) await underWay.shift();
  };
  try {
    for await (const series of all) {
      for await (const page of pagesOf(source, { series, ...EVER })) {
        for (let row = 0; row < page.count; row += 1) together.copy(page, row);
        if (together.count >= PAGE_ROWS) await send();
      }
      onRead();
    }
    await send();
    await Promise.all(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}

export async function* pagesOf(
  source: Reader,
  query: Omit<RangeQuery, "limit" | "order" | "after">,
): AsyncGenerator<Samples> {
  let after: number | undefined;
  for (;;) {
    const behind = after === undefined ? {} : { after };
    const page = await source.range({ ...query, ...behind, limit: PAGE_ROWS });
    if (page.count > 0) yield page;
    if (page.count < PAGE_ROWS) return;
    after = page.at[page.count - 1];
  }
}

/** All series that have a sample, lowest first: series are small and dense. */
export async function* seriesIn(
  historian: Pick<Historian, "latest" | "stats">,
): AsyncGenerator<number> {
  const { series: expected } = await historian.stats();
  let found = 0;
  for (let from = 0; from < LIMIT.series && found < expected; from += SERIES_AT_ONCE) {
    const asked = Uint32Array.from({ length: SERIES_AT_ONCE }, (_, index) => from + index);
    const { count, series } = await historian.latest(asked);
    found += count;
    yield* series.subarray(0, count).toSorted();
  }
}
