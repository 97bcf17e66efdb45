import type { Series } from "../domain/brand.ts";
import type { Problem } from "../domain/problem.ts";
import { putRow, type TableRow, tableRow } from "../domain/sample-table.ts";
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
  /** What its samples come to, bucket after bucket. Throws `PlaceError`. */
  sums(point: string, span: Span, wish: SumsWish): AsyncIterable<readonly SumsRow[]>;
  /** Settles when they are safe. Throws `PlaceError`. */
  put(rows: readonly TableRow[]): Promise<Put>;
}

export type Span = { readonly from: number; readonly to: number };

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
export const PAGE_ROWS = 50_000;

export async function folderPlace(store: Store, historian: Historian): Promise<TablePlace> {
  const points = await store.points.find();
  const pointOf = new Map(points.map((point) => [String(point.id), point]));
  const seriesOf = new Map(points.map(({ id, series }) => [String(id), series]));
  const folder = { historian, statusSeries: await loadStatusSeries(store) };
  return {
    points: async () => [...seriesOf.keys()],
    async *pages(point, span) {
      const series = seriesOf.get(point) ?? 0;
      for (let after: number | undefined; ; ) {
        const more = after === undefined ? {} : { after };
        const rows = await pageOf(folder, point, { series, ...span, limit: PAGE_ROWS, ...more });
        if (rows.length > 0) yield rows;
        if (rows.length < PAGE_ROWS) return;
        after = rows.at(-1)?.at;
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

/** A status word is of the time of its value: the same range has all that are wanted. */
async function pageOf(
  { historian, statusSeries }: Folder,
  point: string,
  query: RangeQuery,
): Promise<TableRow[]> {
  const page = await historian.range(query);
  const series = statusSeries.of(query.series);
  const said = series === undefined ? undefined : await historian.range({ ...query, series });
  const wordAt = (at: number, row: number) => [at, said?.value[row] ?? 0] as const;
  const words = new Map(Array.from(said?.at ?? [], wordAt));
  return Array.from({ length: page.count }, (_, row) => tableRow(point, page, row, words));
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
