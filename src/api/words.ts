import type { Samples } from "../domain/samples.ts";
import type { RangeQuery } from "../historian/historian.ts";
import type { House } from "./house.ts";

/** By their times: the status words that say more than a quality. */
export type Words = ReadonlyMap<number, number>;

/**
 * Undefined where the series never had any. A word is of the time of its value: the same range has
 * all that are wanted.
 */
export async function wordsOf(
  { historian, ingest }: House,
  query: RangeQuery,
): Promise<Words | undefined> {
  const series = ingest.statusSeries.of(query.series);
  if (series === undefined) return undefined;
  return wordsIn(await historian.range({ ...query, series }), series);
}

export function wordsIn(samples: Samples, series: number | undefined): Words {
  const words = new Map<number, number>();
  for (let row = 0; row < samples.count; row += 1) {
    if (samples.series[row] === series) words.set(samples.at[row] ?? 0, samples.value[row] ?? 0);
  }
  return words;
}
