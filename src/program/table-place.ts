import type { Series } from "../domain/brand.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { columnsOfTable, type StoredTable } from "../domain/sample-columns.ts";
import { linesOfTable } from "../domain/sample-table.ts";
import type { Samples } from "../domain/samples.ts";
import { PAGE_ROWS, type TablePage } from "../domain/table-page.ts";
import {
  type Appended,
  type Historian,
  knownTrouble,
  type RangeQuery,
} from "../historian/historian.ts";
import { type Keeping, type Kept, keepPage } from "../import/import.ts";
import { loadStatusSeries } from "../ingest/ingest.ts";
import { AssertionError } from "../lib/assert.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { ParquetColumn } from "../lib/parquet.ts";
import type { Store } from "../store/store.ts";
import { folderSums } from "./folder-sums.ts";
import type { SumsWish } from "./sums-wish.ts";

/** Where samples are taken out of, or put in: a folder, or a running server. */
export interface TablePlace {
  /** Ids of all points. */
  points(): Promise<readonly string[]>;
  /**
   * Samples of a point in order of time, as they stand in a CSV file. Throws `PlaceError` where
   * that cannot be gone on with.
   */
  lines(point: string, span: Span): AsyncIterable<Lines>;
  /** The same for a Parquet file. */
  columns(point: string, span: Span): AsyncIterable<Columns>;
  /** What its samples come to, bucket after bucket. Throws `PlaceError`. */
  sums(point: string, span: Span, wish: SumsWish): AsyncIterable<readonly SumsRow[]>;
  /** By what name pages that are put in here have a point. Known behind `points`. */
  seriesOf(point: string): Series | undefined;
  /** Settles when they are safe. Throws what `troubleOf` tells. */
  put(page: TablePage): Promise<Outcome<Kept, Problem>>;
  /** A server that is away is waited for no longer. */
  giveUp(): void;
}

export type Span = { readonly from: number; readonly to: number };

/** Lines of CSV without a head, for so many samples. */
export type Lines = { readonly length: number; readonly text: string | Uint8Array };

/** Columns of Parquet with so many samples. */
export type Columns = { readonly length: number; readonly columns: readonly ParquetColumn[] };

/** A point, the begin of a bucket, and what each function is there; empty where it is nothing. */
export type SumsRow = readonly string[];

export function columnsPage(table: Omit<StoredTable, "rows">): Columns {
  const length = table.samples.count;
  return { length, columns: columnsOfTable({ ...table, rows: length }) };
}

export const NOTHING_KEPT: Kept = { unknown: 0, fresh: 0, same: 0, corrected: 0, tooOld: 0 };

export function sumOf(a: Kept, b: Kept): Kept {
  return {
    unknown: a.unknown + b.unknown,
    fresh: a.fresh + b.fresh,
    same: a.same + b.same,
    corrected: a.corrected + b.corrected,
    tooOld: a.tooOld + b.tooOld,
  };
}

export class PlaceError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** What is in the way of a folder or a server, where it is none of our own faults. */
export function troubleOf(reason: unknown): Problem | undefined {
  return reason instanceof PlaceError ? reason.problem : knownTrouble(reason);
}

export async function folderPlace(store: Store, historian: Historian): Promise<TablePlace> {
  const points = await store.points.find();
  const pointOf = new Map(points.map((point) => [String(point.id), point]));
  const seriesOf = new Map(points.map(({ id, series }) => [String(id), series]));
  const folder = { historian, statusSeries: await loadStatusSeries(store) };
  const keeping: Keeping = {
    past: async (query) => {
      const { page: samples, words } = await pageOf(folder, query);
      return { samples, words };
    },
    statusSeries: folder.statusSeries,
    keep: (samples) => kept(historian, samples),
  };
  return {
    points: async () => [...seriesOf.keys()],
    async *lines(point, span) {
      const series = seriesOf.get(point) ?? 0;
      for await (const { page, words } of pagesOf(folder, { series, ...span })) {
        yield { length: page.count, text: linesOfTable(point, page, page.count, words) };
      }
    },
    async *columns(point, span) {
      const series = seriesOf.get(point) ?? 0;
      for await (const { page: samples, words } of pagesOf(folder, { series, ...span })) {
        yield columnsPage({ point, samples, words });
      }
    },
    async *sums(id, span, wish) {
      const point = pointOf.get(id);
      if (point) yield* folderSums(historian, point, span, wish);
    },
    seriesOf: (point) => seriesOf.get(point),
    put: (page) => keepPage(page, keeping),
    giveUp() {
      // Nobody waits for a folder.
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

async function kept(historian: Historian, samples: Samples): Promise<Outcome<Appended, Problem>> {
  try {
    return success(await historian.append(samples));
  } catch (reason) {
    if (reason instanceof AssertionError) throw reason;
    return failure(knownTrouble(reason) ?? problem("historian_failed", String(reason)));
  }
}
