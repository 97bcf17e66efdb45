import type { Point } from "../../domain/model.ts";
import type { Samples, SamplesBuilder } from "../../domain/samples.ts";
import { moreThanQuality } from "../../domain/status-word.ts";
import type { RangeQuery } from "../../historian/historian.ts";
import type { House } from "../house.ts";
import type { Records } from "./records.ts";

/** By their times: the status words that say more than a quality. */
export type Words = ReadonlyMap<number, number>;

/** A word is of the time of its value: the same range has all that are wanted. */
export async function wordsOf({ historian, ingest }: House, query: RangeQuery): Promise<Words> {
  const series = ingest.statusSeries.of(query.series);
  if (series === undefined) return new Map();
  return wordsIn(await historian.range({ ...query, series }), series);
}

export function wordsIn(samples: Samples, series: number | undefined): Words {
  const words = new Map<number, number>();
  for (let row = 0; row < samples.count; row += 1) {
    if (samples.series[row] === series) words.set(samples.at[row] ?? 0, samples.value[row] ?? 0);
  }
  return words;
}

type Written = { readonly points: ReadonlyMap<string, Point>; readonly records: Records };

/** What the records say beyond qualities goes into the same batch as their values. */
export async function addWords(
  { ingest }: House,
  { points, records }: Written,
  samples: SamplesBuilder,
): Promise<void> {
  const said = [...records].flatMap(([at, record]) =>
    Array.from(record, ([name, { word }]) => {
      return { at, series: points.get(name)?.series, word: moreThanQuality(word) };
    }),
  );
  const needing = said.flatMap(({ series, word }) => (series && word !== 0 ? [series] : []));
  await ingest.statusSeries.give(needing);
  for (const { at, series, word } of said) {
    const words = series && ingest.statusSeries.of(series);
    if (words) samples.add(words, at, word, "good");
  }
}
