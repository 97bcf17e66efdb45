import type { Series } from "../domain/brand.ts";
import type { Problem } from "../domain/problem.ts";
import { linesOfTable, putRow, type TableRow, tableRow } from "../domain/sample-table.ts";
import { type Samples, SamplesBuilder } from "../domain/samples.ts";
import type { Historian, RangeQuery } from "../historian/historian.ts";
import { loadStatusSeries } from "../ingest/ingest.ts";
import type { Store } from "../store/store.ts";
import { folderSums } from "./folder-sums.ts";
import type { SumsWish } from "./sums-wish.ts";

/** Where samples are taken out of, or put in: a folder, or a running server. */
export interface TablePlace {
  /** Ids of all points. */
  points(): Promise<readonly string[]>;
  /** Samples of a point in order of time. Throws `PlaceError` where that cannot be gone on with. */
  pages(point: string, span: Span): AsyncIterable<readonly TableRow[]>;
  /** The same as they stand in a file. */
  lines(point: string, span: Span): AsyncIterable<Lines>;
  /** What its samples come to, bucket after bucket. Throws `PlaceError`. */
  sums(point: string, span: Span, wish: SumsWish): AsyncIterable<readonly SumsRow[]>;
  /** Settles when they are safe. Throws `PlaceError`. */
  put(rows: readonly TableRow[]): Promise<Put>;
}

export type Span = { readonly from: number; readonly to: number };

/** Lines of CSV without a head, for so many samples. */
export type Lines = { readonly length: number; readonly text: string | Uint8Array };

/** A point, the begin of a bucket, and what each function is there; empty where it is nothing. */
export type SumsRow = readonly string[];

export type Put = {
  /** Not stored: raw samples of then were let go. */
  readonly tooOld: number;
};

export class PlaceError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Rows of a page, and of a batch. */
export const PAGE_ROWS = 10_000;

export async function folderPlace(store: Store, historian: Historian): Promise<TablePlace> {
  const points = await store.points.find();
  const pointOf = new Map(points.map((point) => [String(point.id), point]));
  const seriesOf = new Map(points.map(({ id, series }) => [String(id), series]));
  const folder = { historian, statusSeries: await loadStatusSeries(store) };
  return {
    points: async () => [...seriesOf.keys()],
    async *pages(point, span) {
      const series = seriesOf.get(point) ?? 0;
      for await (const { page, words } of pagesOf(folder, { series, ...span })) {
        yield Array.from({ length: page.count }, (_, row) => tableRow(point, page, row, words));
      }
    },
    async *lines(point, span) {
      const series = seriesOf.get(point) ?? 0;
      for await (const { page, words } of pagesOf(folder, { series, ...span })) {
        yield { length: page.count, text: linesOfTable(point, page, page.count, words) };
      }
    },
    async *sums(id, span, wish) {
      const point = pointOf.get(id);
      if (point) yield* folderSums(historian, point, span, wish);
    },
    async put(rows) {
      const samples = await samplesFrom(rows, seriesOf, folder.statusSeries);
      const { tooOld } = await historian.append(samples);
      return { tooOld: Math.min(tooOld, rows.length) };
    },
  };
}

type Folder = {
  readonly historian: Historian;
  readonly statusSeries: Awaited<ReturnType<typeof loadStatusSeries>>;
};

type Page = {
  readonly page: Samples;
  readonly words: ReadonlyMap<number, number> | undefined;
};

/** A status word is of the time of its value: the same range has all that are wanted. */
async function pageOf({ historian, statusSeries }: Folder, query: RangeQuery): Promise<Page> {
  const page = await historian.range(query);
  const series = statusSeries.of(query.series);
  if (series === undefined) return { page, words: undefined };
  const said = await historian.range({ ...query, series });
  const wordAt = (at: number, row: number) => [at, said.value[row] ?? 0] as const;
  return { page, words: new Map(Array.from(said.at, wordAt)) };
}

async function* pagesOf(folder: Folder, query: Omit<RangeQuery, "limit">): AsyncGenerator<Page> {
  for (let after: number | undefined; ; ) {
    const more = after === undefined ? {} : { after };
    const found = await pageOf(folder, { ...query, limit: PAGE_ROWS, ...more });
    if (found.page.count > 0) yield found;
    if (found.page.count < PAGE_ROWS) return;
    after = found.page.at.at(-1);
  }
}

async function samplesFrom(
  rows: readonly TableRow[],
  seriesOf: ReadonlyMap<string, Series>,
  statusSeries: Folder["statusSeries"],
): Promise<Samples> {
  const batch = new SamplesBuilder(rows.length);
  for (const row of rows) {
    const series = seriesOf.get(row.point);
    if (series === undefined) continue;
    if (row.statusWord !== null) await statusSeries.give([series]);
    putRow(batch, series, statusSeries.of(series), row);
  }
  return batch.take();
}
