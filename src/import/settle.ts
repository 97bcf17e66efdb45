import type { Series } from "../domain/brand.ts";
import type { Problem } from "../domain/problem.ts";
import { type Samples, SamplesBuilder } from "../domain/samples.ts";
import type { TablePage } from "../domain/table-page.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import { compared, type Past, SAME } from "./compare.ts";

/** What a page needs of the house that it is stored in. */
export type Keeping = {
  readonly past: Past;
  readonly statusSeries: StatusSeries;
  /** Settles when they are safe. */
  readonly keep: (samples: Samples) => Promise<Outcome<{ readonly tooOld: number }, Problem>>;
};

/** Where the status words of a series are. */
type StatusSeries = {
  readonly of: (series: number) => Series | undefined;
  /** Each of these has one from now on. */
  give(series: Iterable<Series>): Promise<void>;
};

export type Settled = {
  /** What became of each row, see `MARKS`. */
  readonly marks: Uint8Array;
  /** Rows that were not taken, because raw samples of their times were let go. */
  readonly tooOld: number;
};

/** What is there already is not stored again: the same table twice changes nothing. */
export async function settle(
  page: TablePage,
  { past, statusSeries, keep }: Keeping,
): Promise<Outcome<Settled, Problem>> {
  const { samples, words } = page;
  const marks = await compared(past, page);
  const worded = [...words.keys()].map((row) => (samples.series[row] ?? 0) as Series);
  if (worded.length > 0) await statusSeries.give(worded);
  const news = newsOf(page, marks, statusSeries);
  if (news.count === 0) return success({ marks, tooOld: 0 });
  const kept = await keep(news);
  return kept.ok ? success({ marks, tooOld: Math.min(kept.value.tooOld, samples.count) }) : kept;
}

/** Rows that are not there yet, each with its word where its series has words. */
function newsOf({ samples, words }: TablePage, marks: Uint8Array, { of }: StatusSeries): Samples {
  const own = new Map(Array.from(new Set(samples.series), (series) => [series, of(series)]));
  const hasWords = [...own.values()].some((series) => series !== undefined);
  if (!hasWords && !marks.includes(SAME)) return samples;
  const news = new SamplesBuilder(samples.count);
  for (const [row, mark] of marks.entries()) {
    if (mark === SAME) continue;
    news.copy(samples, row);
    const series = own.get(samples.series[row] ?? 0);
    if (series !== undefined) news.put(series, words.get(row) ?? 0, "good");
  }
  return news.take();
}
