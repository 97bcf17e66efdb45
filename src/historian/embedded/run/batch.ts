import { LIMIT } from "../../../domain/limit.ts";
import { KIND, type Samples } from "../../../domain/samples.ts";
import { isPossible } from "../../../domain/time.ts";
import { assert } from "../../../lib/assert.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { ownTexts } from "./run.ts";
import { TextList } from "./text-list.ts";

/*
 * Samples of many series in the columns of one buffer, as they cross from the door to its thread.
 * Of so many rows, n; lowest byte first:
 *
 *  offset  bytes
 *       0    8*n  at, doubles
 *     8*n    8*n  value, doubles; of kind text: which of the texts, which go beside the buffer
 *    16*n    4*n  series, whole numbers of 32 bits
 *    20*n      n  kind, see `KIND`
 *    21*n      n  quality, see `QUALITY_BYTE`
 */

export const ROW_BYTES = 8 + 8 + 4 + 1 + 1;
/** Of a text that its batch does not have. */
const NOWHERE = -1;

/** A copy of all of them in order. */
export function joined(batches: readonly Samples[]): Samples {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const columns = columnsIn(new ArrayBuffer(count * ROW_BYTES), 0, count);
  const texts = new TextList();
  let row = 0;
  for (const batch of batches) {
    copyInto(columns, row, batch, texts);
    row += batch.count;
  }
  return samplesIn(columns, count, texts.all);
}

/** Copies a batch to `row` of columns that have room for it, and its texts to the others. */
export function copyInto(to: Columns, row: number, batch: Samples, texts: TextList): void {
  const { count, series, at, value, kind, quality } = batch;
  const isExact = series.length === count; // Most are: a view is dearer than some rows.
  to.series.set(isExact ? series : series.subarray(0, count), row);
  to.at.set(isExact ? at : at.subarray(0, count), row);
  to.value.set(isExact ? value : value.subarray(0, count), row);
  to.kind.set(isExact ? kind : kind.subarray(0, count), row);
  to.quality.set(isExact ? quality : quality.subarray(0, count), row);
  if (batch.texts.length === 0) return;
  const places = texts.add(batch.texts);
  if (places) moveTexts(to, row, row + count, places);
}

/** Always of one shape, for whoever walks their rows. */
export function samplesIn(columns: Columns, count: number, texts: readonly string[]): Samples {
  const { series, at, value, kind, quality } = columns;
  return { count, series, at, value, kind, quality, texts };
}

/** Rows of a batch, with the texts that they need. */
export function partOf(samples: Samples, from: number, to: number): Samples {
  if (from === 0 && to === samples.count) return samples;
  const columns = {
    series: samples.series.slice(from, to),
    at: samples.at.slice(from, to),
    value: samples.value.slice(from, to),
    kind: samples.kind.slice(from, to),
    quality: samples.quality.slice(from, to),
  };
  return { count: to - from, ...columns, texts: ownTexts({ ...columns, texts: samples.texts }) };
}

/** Without rows of which the raw samples were let go; itself where it has none. */
export function withoutOld(samples: Samples, days: Horizons): Samples {
  const { count, series, at } = samples;
  if (days.newestHorizon === Number.NEGATIVE_INFINITY) return samples;
  let first = 0;
  while (first < count && !isOld(samples, first, days)) first += 1;
  if (first === count) return samples;
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  const rows = all.filter((row) => !isOld(samples, row, days));
  const columns = {
    series: Uint32Array.from(rows, (row) => series[row] ?? 0),
    at: Float64Array.from(rows, (row) => at[row] ?? 0),
    value: Float64Array.from(rows, (row) => samples.value[row] ?? 0),
    kind: Uint8Array.from(rows, (row) => samples.kind[row] ?? 0),
    quality: Uint8Array.from(rows, (row) => samples.quality[row] ?? 0),
  };
  const texts = ownTexts({ ...columns, texts: samples.texts });
  return { count: rows.length, ...columns, texts };
}

/** How many such rows there are in each part, of parts that follow each other up to their ends. */
export function oldIn(samples: Samples, ends: readonly number[], days: Horizons): number[] {
  let row = 0;
  return ends.map((end) => {
    let old = 0;
    for (; row < end; row += 1) if (isOld(samples, row, days)) old += 1;
    return old;
  });
}

function isOld({ series, at }: Samples, row: number, days: Horizons): boolean {
  const time = at[row] ?? 0;
  return time <= days.newestHorizon && time <= days.horizonOf(series[row] ?? 0);
}

export type Columns = Omit<Samples, "count" | "texts">;

type Horizons = {
  readonly newestHorizon: number;
  readonly horizonOf: (series: number) => number;
};

/** Samples that cannot be remembered come from a wrong program: drivers and ingest refuse them. */
export function storableBoundsOf(samples: Samples): Bounds {
  const { count, series, at } = samples;
  const bounds = boundsOf(samples);
  const { seriesEnd, firstAt, lastAt } = bounds;
  assert(series.length >= count && seriesEnd <= LIMIT.series, "series are small and dense");
  const isTimed = count === 0 || (isPossible(firstAt) && isPossible(lastAt));
  assert(at.length >= count && isTimed, "every sample has a time that is possible");
  return bounds;
}

/** Columns of so many rows in a buffer, from `offset` on. */
export function columnsIn(buffer: ArrayBufferLike, offset: number, rows: number): Columns {
  return {
    at: new Float64Array(buffer, offset, rows),
    value: new Float64Array(buffer, offset + rows * 8, rows),
    series: new Uint32Array(buffer, offset + rows * 16, rows),
    kind: new Uint8Array(buffer, offset + rows * 20, rows),
    quality: new Uint8Array(buffer, offset + rows * 21, rows),
  };
}

/** Points each text to where it is now. */
function moveTexts(samples: Columns, from: number, to: number, places: readonly number[]): void {
  const { kind, value } = samples;
  for (let row = from; row < to; row += 1) {
    if (kind[row] === KIND.text) value[row] = places[value[row] ?? 0] ?? NOWHERE;
  }
}
