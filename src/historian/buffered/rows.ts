import { type Samples, SamplesBuilder } from "../../domain/samples.ts";
import type { SeriesRange } from "../historian.ts";

/** The newer of both of each series, in the order of the question; of one time the first one's. */
export function newestOf(series: Uint32Array, first: Samples, second: Samples): Samples {
  const rows = new Map<number, { readonly samples: Samples; readonly row: number }>();
  for (const samples of [second, first]) {
    for (let row = 0; row < samples.count; row += 1) {
      const one = samples.series[row] ?? 0;
      const known = rows.get(one);
      const knownAt = known?.samples.at[known.row] ?? Number.NEGATIVE_INFINITY;
      if ((samples.at[row] ?? 0) >= knownAt) rows.set(one, { samples, row });
    }
  }
  const builder = new SamplesBuilder(rows.size);
  for (const one of series) {
    const found = rows.get(one);
    rows.delete(one);
    if (found) builder.copy(found.samples, found.row);
  }
  return builder.take();
}

/** All but these; the same columns where none of them is. */
export function withoutRows(samples: Samples, isOut: (row: number) => boolean): Samples {
  let row = 0;
  while (row < samples.count && !isOut(row)) row += 1;
  if (row === samples.count) return samples;
  const builder = new SamplesBuilder(samples.count);
  for (row = 0; row < samples.count; row += 1) {
    if (!isOut(row)) builder.copy(samples, row);
  }
  return builder.take();
}

/** Whether one of them lies in the range. */
export function hasRowIn(samples: Samples, { series, from, to }: SeriesRange): boolean {
  for (let row = 0; row < samples.count; row += 1) {
    const at = samples.at[row] ?? 0;
    if (samples.series[row] === series && at >= from && at < to) return true;
  }
  return false;
}
