import assert from "node:assert/strict";
import { KIND, type Samples, valueAt } from "../src/domain/samples.ts";
import type { Historian } from "../src/historian/historian.ts";

const SERIES = 12;
const START = Date.UTC(2026, 0, 1);
/** Batches that may have been under way, behind the last that was acknowledged. */
const UNDER_WAY = 100;

/** Rows that no other batch has, a few of them late; everything follows from the number. */
export function batch(number: number): Samples {
  const count = 1 + ((number * 7) % 60);
  const rows = Array.from({ length: count }, (_, index) => rowOf(number, index));
  return {
    count,
    series: Uint32Array.from(rows, ({ series }) => series),
    at: Float64Array.from(rows, ({ at }) => at),
    value: Float64Array.from(rows, ({ value }) => value),
    kind: Uint8Array.from(rows, ({ kind }) => kind),
    quality: Uint8Array.from(rows, ({ quality }) => quality),
    texts: [`batch ${number}`],
  };
}

/**
 * How many samples of these batches are not there; a sample that is there must be right, of
 * whatever batch up to the last that was tried.
 */
export async function missing(
  historian: Pick<Historian, "range">,
  acknowledged: ReadonlySet<number>,
  last = Math.max(0, ...acknowledged),
): Promise<number> {
  const right = new Map<string, { value: unknown; quality: unknown; number: number }>();
  for (let number = 1; number <= last + UNDER_WAY; number += 1) {
    for (const [key, row] of rowsOf(batch(number))) right.set(key, { ...row, number });
  }
  const everything = { from: 0, to: Number.MAX_VALUE, limit: 10_000_000 };
  for (let series = 0; series < SERIES; series += 1) {
    for (const [key, row] of rowsOf(await historian.range({ series, ...everything }))) {
      const { number, ...expected } = right.get(key) ?? { number: 0 };
      assert.deepEqual(row, expected, key);
      right.delete(key);
    }
  }
  return [...right.values()].filter(({ number }) => acknowledged.has(number)).length;
}

/** Where the samples of this batch lie that do not come late. */
export function rangesOf(number: number) {
  const from = START + number * 1_000;
  return Array.from({ length: SERIES }, (_, series) => ({ series, from, to: from + 1_000 }));
}

function rowOf(number: number, index: number) {
  const series = (number + index) % SERIES;
  const isLate = number > 300 && (number + index) % 17 === 0;
  const at = START + (isLate ? number - 300 : number) * 1_000 + index * 2 + (isLate ? 1 : 0);
  const quality = number % 3;
  if (series === 0) return { series, at, value: 0, kind: KIND.text, quality };
  if (series === 1) return { series, at, value: number % 2, kind: KIND.boolean, quality };
  return { series, at, value: number + index / 10, kind: KIND.number, quality };
}

function rowsOf(samples: Samples): [string, { value: unknown; quality: unknown }][] {
  return Array.from({ length: samples.count }, (_, row) => [
    `${samples.series[row]} ${samples.at[row]}`,
    { value: valueAt(samples, row), quality: samples.quality[row] },
  ]);
}
