import { Readable } from "node:stream";
import type { Point } from "../domain/model.ts";
import { columnsOfTable, NO_ROWS } from "../domain/sample-columns.ts";
import { linesOfTable, SAMPLE_TABLE, TABLE_HEAD } from "../domain/sample-table.ts";
import type { Samples } from "../domain/samples.ts";
import { UnreadableError } from "../historian/historian.ts";
import { csvLine } from "../lib/csv.ts";
import { success } from "../lib/outcome.ts";
import { PARQUET } from "./aggregate-table.ts";
import { type Answer, type Call, type Handlers, Verbatim } from "./handler.ts";
import { pointsOf } from "./history.ts";
import type { House } from "./house.ts";
import { type Span, spanOf } from "./time.ts";
import { type Words, wordsOf } from "./words.ts";

export const historyFileHandlers = {
  "GET /history/samples": samplesFile,
} satisfies Handlers;

/** Samples of one point that are read and sent at once: as many as others wait for. */
const PAGE_ROWS = 10_000;

/** What is damaged is mended within seconds or minutes: so long the rest of a file waits for it. */
const MENDING = { everyMs: 1_000, tries: 120 };

type Page = { readonly point: Point; readonly samples: Samples; readonly words?: Words };

/**
 * A file of any length, in the form of `fieldline export`: a page of it is in memory at a time. One
 * that meets damage waits until it is mended, and goes on behind it. One that breaks off is told by
 * its connection, which ends without an end.
 */
async function samplesFile(
  house: House,
  { query, accept }: Call<"GET /history/samples">,
): Answer<"GET /history/samples"> {
  const span = spanOf(query);
  if (!span.ok) return span;
  const points = await pointsOf(house, query.points);
  if (!points.ok) return points;
  const pages = pagesOf(house, points.value, span.value);
  if (!accept.includes(PARQUET)) {
    return success(new Verbatim(`${SAMPLE_TABLE}; charset=utf-8`, Readable.from(linesOf(pages))));
  }
  const { parquetStream } = await import("../lib/parquet.ts");
  const bytes = parquetStream(NO_ROWS, columnsOf(pages));
  return success(new Verbatim(PARQUET, Readable.from(bytes)));
}

async function* pagesOf(house: House, points: readonly Point[], span: Span): AsyncGenerator<Page> {
  for (const point of points) {
    let after: number | undefined;
    do {
      const wish = {
        ...{ series: point.series, ...span, limit: PAGE_ROWS, order: 1 as const },
        ...(after !== undefined && { after }),
      };
      const samples = await patiently(house, () => house.historian.range(wish));
      const words = await patiently(house, () => wordsOf(house, wish));
      if (samples.count > 0) yield { point, samples, ...(words && { words }) };
      after = samples.count < PAGE_ROWS ? undefined : samples.at[samples.count - 1];
    } while (after !== undefined);
  }
}

async function patiently<T>({ clock }: House, read: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await read();
    } catch (reason) {
      if (!(reason instanceof UnreadableError) || tries === MENDING.tries) throw reason;
      await new Promise<void>((resolve) => clock.after(MENDING.everyMs, resolve));
    }
  }
}

async function* linesOf(pages: AsyncIterable<Page>): AsyncGenerator<string> {
  yield csvLine(TABLE_HEAD);
  for await (const { point, samples, words } of pages) {
    yield linesOfTable(point.id, samples, samples.count, words);
  }
}

async function* columnsOf(pages: AsyncIterable<Page>) {
  for await (const { point, samples, words } of pages) {
    yield columnsOfTable({ point: point.id, samples, rows: samples.count, words });
  }
}
