import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Value } from "../../../domain/reading.ts";
import type { Samples } from "../../../domain/samples.ts";
import { chances } from "../../../lib/chance.ts";
import type { Row } from "../../expected.ts";
import type { AggregateQuery, Buckets } from "../../historian.ts";
import { bucketsOf, Sums, sumTable } from "../../sums.ts";
import { ALL, batchOf, inFolder, inWords, START } from "../../tale.ts";
import { Tally } from "../../tally.ts";
import type { Engine } from "../engine/engine.ts";
import { openEngine, SIZES } from "../engine/engine-tale.ts";

/** Lets nothing go, and brings what is in memory into chunks. */
const FOR_EVER = { rawMs: 1e12, hourlyMs: null, dailyMs: null };
const COUNT = 3_000;
const SERIES = [1, 2, 3, 4];
const COLUMNS = [
  ...(["count", "all", "min", "max", "sum", "first", "last", "increase"] as const),
  ...(["area", "known"] as const),
];

/** Of which any order of adding comes to the same bits. */
const VALUES: Readonly<Record<number, (random: () => number, row: number) => Value | null>> = {
  1: (random, row) => (random() < 0.003 ? 0 : row * 40 + Math.floor(random() * 30)),
  2: (random) => Math.floor((random() - 0.5) * 4_096) / 8,
  3: (random) => BigInt(Math.floor((random() - 0.5) * 500)) * 2n ** 54n,
  4: (random) => ODD[Math.floor(random() * ODD.length)] ?? null,
};
const INFINITE = Number.POSITIVE_INFINITY;
const ODD = [null, "on", "off", true, false, Number.NaN, -0, 0, 7, -3.5, INFINITE, -INFINITE, 1, 2];

/** Late by a little or by much, corrected, told twice, of any quality. */
function arrivals(random: () => number): Row[] {
  const rows = Array.from({ length: COUNT }, (_, index): Row[] => {
    const late = random() < 0.05 ? Math.floor(random() * index) : 0;
    const at = START + (index - late) * 100 + Math.floor(random() * 9);
    const quality = random() < 0.02 ? "bad" : random() < 0.01 ? "uncertain" : "good";
    return SERIES.map((series) => {
      const value = VALUES[series]?.(random, index) ?? null;
      return { series, at, value, quality: value === null ? "bad" : quality };
    });
  });
  return rows.flat();
}

/** One sample after the other, from the first to the last: no chunk, no day, no sum of sums. */
function plainly(samples: Samples, query: AggregateQuery): Buckets | undefined {
  const table = sumTable(query);
  const sums = new Sums(query, table, 0);
  const [from, to] = [query.from, query.to].map((time) => rowAt(samples, time));
  const past = new Tally();
  past.addRows(samples, 0, from ?? 0, query.quality === "all");
  sums.begin(past.before);
  sums.addRows(samples, from ?? 0, to ?? 0);
  sums.end();
  return bucketsOf(query, table)[0];
}

function rowAt({ at, count }: Samples, time: number): number {
  const row = at.findIndex((one) => one >= time);
  return row < 0 ? count : row;
}

/** At samples, just before and just behind them; a chunk begins or ends at some of them. */
function queryOf(random: () => number, { at, count }: Samples): AggregateQuery {
  const edge = () => (at[Math.floor(random() * count)] ?? START) + Math.floor(random() * 3) - 1;
  const [one, other] = [edge(), edge()];
  const weighted = random() < 0.3;
  return {
    series: Uint32Array.from(SERIES),
    from: Math.min(one, other),
    to: Math.max(one, other) + 1,
    by: weighted ? { everyMs: 1_600 } : { buckets: 1 + Math.floor(random() * 200) },
    quality: random() < 0.5 ? "all" : "good",
    weighted,
  };
}

async function assertExact(engine: Engine, random: () => number): Promise<void> {
  for (let round = 0; round < 25; round += 1) {
    const query = queryOf(random, engine.range({ series: 1, ...ALL }));
    for (const got of bucketsOf(query, engine.aggregate(query))) {
      const { series } = got;
      const own = { ...query, series: Uint32Array.of(series) };
      const plain = plainly(engine.range({ series, ...ALL }), own);
      for (const column of COLUMNS) {
        assert.deepEqual(got[column], plain?.[column], `${column}, ${inWords(query)}`);
      }
    }
  }
}

/** The last one brings chunks of many blocks. */
const CASES = [
  { chunkSamples: 16, rows: 100 },
  { chunkSamples: 100, rows: 100 },
  { chunkSamples: 1_000, rows: 100 },
  { chunkSamples: 256, rows: 10_000 },
];

for (const { chunkSamples, rows: rowsMax } of CASES) {
  const claim = "what is summed up is bit for bit what one sample after the other comes to";
  test(`${claim}: chunks of ${chunkSamples}, ${rowsMax} rows in memory`, () =>
    inFolder(async (folder) => {
      const random = chances(chunkSamples);
      const sizes = { ...SIZES, chunkSamples, rowsFirst: rowsMax, rowsMax };
      const engine = openEngine(join(folder, "live"), sizes);
      const rows = arrivals(random);
      for (let from = 0; from < rows.length; from += 97) {
        await engine.append(batchOf(rows.slice(from, from + 97)));
        while (random() < 0.7 && engine.work(1) === 0);
        if (random() < 0.02) await assertExact(engine, random);
      }
      await assertExact(engine, random);
      await engine.close();
    }));
}

test("a bucket may begin or end at a block, just before or just behind it, or at its last sample", () =>
  inFolder(async (folder) => {
    const random = chances(3);
    const engine = openEngine(join(folder, "live"), { ...SIZES, rowsFirst: 5_000, rowsMax: 5_000 });
    const rows = Array.from({ length: 2_600 }, (_, index): Row => {
      const quality = random() < 0.01 ? "bad" : "good";
      return { series: 1, at: START + index * 10, value: Math.floor(random() * 1_000), quality };
    });
    await engine.append(batchOf(rows));
    await engine.retire(START, FOR_EVER);
    await engine.retire(START, FOR_EVER);
    const samples = engine.range({ series: 1, ...ALL });
    for (const query of atEdges()) {
      const [got] = bucketsOf(query, engine.aggregate(query));
      const plain = plainly(samples, query);
      for (const column of COLUMNS) {
        assert.deepEqual(got?.[column], plain?.[column], `${column}, ${inWords(query)}`);
      }
    }
    await engine.close();
  }));

/** Of 2,600 samples that are 10 ms apart, in blocks of 256. */
function atEdges(): AggregateQuery[] {
  const edges = Array.from({ length: 10 }, (_, block) => START + (block + 1) * 2_560);
  const spans = edges.flatMap((edge) =>
    [-11, -10, -9, -1, 0, 1, 9, 10].flatMap((shift) => [
      { from: START + 70, to: edge + shift },
      { from: edge + shift, to: START + 25_900 },
    ]),
  );
  const common = { series: Uint32Array.of(1), by: { everyMs: 2_560 }, weighted: true };
  return (["all", "good"] as const).flatMap((quality) =>
    spans.map((span) => ({ ...common, ...span, quality })),
  );
}
