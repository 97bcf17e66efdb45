import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Series } from "../domain/brand.ts";
import { QUALITIES, type Quality, type Value } from "../domain/reading.ts";
import { type Samples, SamplesBuilder, sampleAt } from "../domain/samples.ts";
import { chances } from "../lib/chance.ts";
import { COLUMNS, type Column, type Row } from "./expected.ts";
import type { AggregateQuery, Buckets, Historian, RangeQuery } from "./historian.ts";

/*
 * What tests of any historian are told with: rows, questions, and a historian in a folder that is
 * gone afterwards.
 */

export type Subject = {
  readonly name: string;
  readonly open: (folder: string) => Promise<Historian>;
};

export const ALL = {
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  limit: 1_000_000,
};
export const START = Date.UTC(2026, 0, 1);

export type Check = (historian: Historian) => Promise<void>;

/** What is told to a historian, and what must be true then. */
type Claim = { readonly store: Check; readonly check: Check };

/** Runs the check as things are, and once more after a restart. */
export function testClaim({ name, open }: Subject, claim: string, { store, check }: Claim): void {
  test(`${name}: ${claim}`, () =>
    inFolder(async (folder) => {
      const before = await open(folder);
      await store(before);
      await check(before);
      await before.close();
      const after = await open(folder);
      await check(after);
      await after.close();
    }));
}

export async function appendEach(
  historian: Historian,
  batches: readonly (readonly Row[])[],
): Promise<void> {
  for (const rows of batches) await historian.append(batchOf(rows));
}

export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "historian-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function batchOf(rows: readonly Row[]): Samples {
  const builder = new SamplesBuilder();
  for (const { series, at, value, quality } of rows) {
    builder.add(series as Series, at, value, quality);
  }
  return builder.take();
}

export function rowsOf(samples: Samples): Row[] {
  return Array.from({ length: samples.count }, (_, index) => ({ ...sampleAt(samples, index) }));
}

export async function allOf(historian: Historian, series: number): Promise<Row[]> {
  return rowsOf(await historian.range({ series, ...ALL }));
}

/** Page by page, with something that happens after each. */
export async function inPages(
  historian: Historian,
  query: RangeQuery,
  meanwhile: () => Promise<void>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: number | undefined; ; after = rows.at(-1)?.at) {
    const page = await historian.range({ ...query, ...(after !== undefined && { after }) });
    if (page.count === 0) return rows;
    rows.push(...rowsOf(page));
    await meanwhile();
  }
}

export function row(series: number, after: number, value: Value | null): Row {
  return { series, at: START + after, value, quality: "good" };
}

export function ramp(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => row(1, index, index));
}

const SPECIAL: readonly (Value | null)[] = [
  0,
  -0,
  1 / 3,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_SAFE_INTEGER,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2 ** 60,
  Number.MIN_VALUE,
  -Number.MAX_VALUE,
  Math.fround(0.1),
  true,
  false,
  null,
  "",
  "open",
  "Zürich 🜁",
  "\ufeffwith a mark",
  "x".repeat(70_000),
];

export function everyKind(): Row[] {
  const rows = SPECIAL.flatMap((value, index) =>
    QUALITIES.map((quality, other) => ({
      series: 1,
      at: START + (index * QUALITIES.length + other) * 977,
      value,
      quality,
    })),
  );
  const early = { series: 1, at: -5.5, value: "before 1970", quality: "good" as const };
  return [early, ...rows, ...Array.from({ length: 200 }, (_, index) => row(2, index, index))];
}

/** Batches of a few series: in order, late, repeated, corrected, with values of every kind. */
export function randomTale(seed: number, rows: number): Row[][] {
  const random = chances(seed);
  const batches: Row[][] = [];
  for (let told = 0; told < rows; ) {
    const batch = Array.from({ length: 1 + Math.floor(random() * 60) }, (_, index) => {
      const series = 1 + Math.floor(random() * 4);
      const late = random() < 0.1 ? Math.floor(random() * rows * 10) : 0;
      const at = START + (told + index) * 10 + Math.floor(random() * 3) - late;
      return { series, at, value: randomValue(random, series), quality: randomQuality(random) };
    });
    batches.push(batch);
    told += batch.length;
  }
  return batches;
}

export function randomValue(random: () => number, series: number): Value | null {
  if (series === 1) return Math.floor(random() * 1_000) / 10;
  if (series === 2) return random() < 0.02 ? 0 : Math.floor(random() * 100);
  if (series === 3) return random() < 0.5;
  const long = 2n ** 60n + BigInt(Math.floor(random() * 9));
  const kinds = [null, "on", `${Math.floor(random() * 5)}`, true, Number.NaN, 7.5, long];
  return kinds[Math.floor(random() * kinds.length)] ?? null;
}

export function randomQuality(random: () => number): Quality {
  return random() < 0.9 ? "good" : (QUALITIES[Math.floor(random() * 3)] ?? "bad");
}

/** What must be remembered of it: each time once, as it was told last. */
export function remembered(batches: readonly (readonly Row[])[]): Map<number, Row[]> {
  const last = new Map<string, Row>();
  for (const one of batches.flat()) last.set(`${one.series} ${one.at}`, one);
  const rows = [...last.values()].toSorted((a, b) => a.at - b.at);
  const told = new Map<number, Row[]>();
  for (const one of rows) told.set(one.series, [...(told.get(one.series) ?? []), one]);
  return told;
}

type Span = { readonly from: number; readonly to: number; readonly everyMs: number };

export function query({ from, to, everyMs }: Span): AggregateQuery {
  return { series: Uint32Array.of(5), from, to, by: { everyMs } };
}

export function randomQuery(random: () => number): AggregateQuery {
  const from = START + Math.floor((random() - 0.3) * 20_000);
  const to = from + Math.floor(random() * 40_000);
  const by = [
    { buckets: 1 + Math.floor(random() * 40) },
    { everyMs: 50 + Math.floor(random() * 9_000) },
    { calendar: "hour", timeZone: "Asia/Kolkata" } as const,
  ][Math.floor(random() * 3)] ?? { buckets: 1 };
  const weight = { weighted: true, now: to - Math.floor(random() * 5_000) };
  const state = [true, 7.5, "on", "3", 2n ** 60n + 3n][Math.floor(random() * 5)] ?? false;
  const wishes = {
    ...(random() < 0.7 && weight),
    ...(random() < 0.5 && { state }),
    ...(random() < 0.3 && { rollover: random() < 0.5 ? 100 : 60 }),
  };
  const quality = { quality: random() < 0.5 ? ("good" as const) : ("all" as const) };
  const series = Uint32Array.of(1, 2, 3, 4);
  return { series, from, to, by, ...wishes, ...(random() < 0.7 && quality) };
}

/** For the report of a test that fails. */
export function inWords(query: AggregateQuery): string {
  return JSON.stringify(query, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
}

export function columnOf(buckets: Buckets | undefined, column: Column): number[] {
  return [...(buckets?.[column] ?? [])];
}

export function assertSame(
  got: Buckets,
  expected: readonly Record<Column, number>[],
  what: string,
): void {
  const extremes = expected.flatMap(({ min, max }) => [Math.abs(min), Math.abs(max)]);
  const largest = Math.max(0, ...extremes.filter(Number.isFinite));
  for (const column of COLUMNS) {
    assert.equal(got[column].length, expected.length, what);
    for (const [index, bucket] of expected.entries()) {
      const difference = Math.abs((got[column][index] ?? 0) - bucket[column]);
      // Of large numbers a sum depends on its order, in its last digits.
      const near = 1e-6 + Math.abs(bucket[column]) * 1e-12 + largest * 1e-15;
      const isSame = Number.isNaN(bucket[column])
        ? Number.isNaN(got[column][index])
        : difference < near;
      assert.ok(isSame, `${column} ${index}: ${got[column][index]}, ${bucket[column]}; ${what}`);
    }
  }
}
