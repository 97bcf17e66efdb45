import { LIMIT } from "../../domain/limit.ts";
import { KIND, type Samples } from "../../domain/samples.ts";
import { assert } from "../../lib/assert.ts";
import { ownTexts } from "./run.ts";

const ROW_BYTES = 8 + 8 + 4 + 1 + 1;

/** A copy of all of them in order, in one buffer, so that it crosses threads in one piece. */
export function joined(batches: readonly Samples[], spares = new Spares()): Samples {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const samples = columnsFor(count, spares.take(count * ROW_BYTES));
  const texts: string[] = [];
  let row = 0;
  for (const batch of batches) {
    samples.series.set(batch.series.subarray(0, batch.count), row);
    samples.at.set(batch.at.subarray(0, batch.count), row);
    samples.value.set(batch.value.subarray(0, batch.count), row);
    samples.kind.set(batch.kind.subarray(0, batch.count), row);
    samples.quality.set(batch.quality.subarray(0, batch.count), row);
    const end = row + batch.count;
    if (batch.texts.length > 0) moveTexts(samples, row, end, texts.length);
    for (const text of batch.texts) texts.push(text);
    row = end;
  }
  return { ...samples, texts };
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
  const isOld = (row: number) => {
    const time = at[row] ?? 0;
    return time <= days.newestHorizon && time <= days.horizonOf(series[row] ?? 0);
  };
  let first = 0;
  while (first < count && !isOld(first)) first += 1;
  if (first === count) return samples;
  const rows = Uint32Array.from({ length: count }, (_, row) => row).filter((row) => !isOld(row));
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

type Horizons = {
  readonly newestHorizon: number;
  readonly horizonOf: (series: number) => number;
};

/** Samples that cannot be remembered come from a wrong program: drivers and ingest refuse them. */
export function assertStorable({ count, series, at }: Samples): void {
  for (let row = 0; row < count; row += 1) {
    assert((series[row] ?? LIMIT.series) < LIMIT.series, "series are small and dense");
    assert(Number.isFinite(at[row]), "every sample has a time");
  }
}

/** Memory that was used before: to take it anew costs more than to fill it. */
export class Spares {
  readonly #buffers: ArrayBuffer[] = [];

  put(buffer: ArrayBuffer): void {
    if (buffer.byteLength <= SPARE_BYTES_MAX) this.#buffers.push(buffer);
    if (this.#buffers.length > SPARES_MAX) this.#buffers.shift();
  }

  take(bytes: number): ArrayBuffer {
    const index = this.#buffers.findIndex(({ byteLength }) => byteLength >= bytes);
    const [buffer] = index < 0 ? [] : this.#buffers.splice(index, 1);
    return buffer ?? new ArrayBuffer(bytes);
  }
}

const SPARES_MAX = 4;
const SPARE_BYTES_MAX = 1024 * 1024;

function columnsFor(count: number, buffer: ArrayBuffer): Omit<Samples, "texts"> {
  return {
    count,
    at: new Float64Array(buffer, 0, count),
    value: new Float64Array(buffer, count * 8, count),
    series: new Uint32Array(buffer, count * 16, count),
    kind: new Uint8Array(buffer, count * 20, count),
    quality: new Uint8Array(buffer, count * 21, count),
  };
}

function moveTexts(samples: Omit<Samples, "texts">, from: number, to: number, by: number): void {
  const { kind, value } = samples;
  for (let row = from; row < to; row += 1) {
    if (kind[row] === KIND.text) value[row] = (value[row] ?? 0) + by;
  }
}
