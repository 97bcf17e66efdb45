import type { Point } from "../../domain/model.ts";
import type { SamplesBuilder } from "../../domain/samples.ts";
import { moreThanQuality } from "../../domain/status-word.ts";
import type { House } from "../house.ts";
import type { Records } from "./records.ts";

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
