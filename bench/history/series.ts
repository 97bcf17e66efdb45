// Processor time a sample with so many series: series.ts '{"series":100000,"samples":4000000}'.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Samples } from "../../src/domain/samples.ts";
import { chances } from "../../src/lib/chance.ts";
import { bytesIn, openOurs } from "./ours.ts";
import { START } from "./workload.ts";

export type SeriesOptions = { readonly series: number; readonly samples: number };
export type SeriesResult = {
  readonly seconds: number;
  readonly cpuUs: number;
  readonly bytes: number;
};

const BATCH = 10_000;
const EVERY_MS = 60_000;
const REST_MS = 2_000;

const options: SeriesOptions = JSON.parse(process.argv[2] ?? "{}");
const folder = mkdtempSync(join(tmpdir(), "fieldline-bench-"));
try {
  console.log(JSON.stringify(await measured()));
} finally {
  rmSync(folder, { recursive: true });
}

async function measured(): Promise<SeriesResult> {
  const historian = await openOurs({ folder });
  const random = chances(4);
  const before = process.cpuUsage();
  const start = performance.now();
  for (let first = 0; first < options.samples; first += BATCH) {
    await historian.append(batchFrom(first, random));
  }
  const seconds = (performance.now() - start) / 1_000;
  await setTimeout(REST_MS);
  const { user, system } = process.cpuUsage(before);
  await historian.close();
  return {
    seconds,
    cpuUs: (user + system) / options.samples,
    bytes: bytesIn(folder) / options.samples,
  };
}

/** Every series in turn: counters, readings of one decimal, switches. */
function batchFrom(first: number, random: () => number): Samples {
  const series = Uint32Array.from({ length: BATCH }, (_, row) => (first + row) % options.series);
  const step = (row: number) => Math.floor((first + row) / options.series);
  const readingOf = (one: number, row: number) => {
    if (one % 3 === 0) return step(row) * 40 + Math.floor(random() * 20);
    return one % 3 === 1 ? Math.round(2_200 + random() * 100) / 10 : (step(row) >> 3) & 1;
  };
  return {
    count: BATCH,
    series,
    at: Float64Array.from(series, (_, row) => START + step(row) * EVERY_MS),
    value: Float64Array.from(series, readingOf),
    kind: new Uint8Array(BATCH),
    quality: new Uint8Array(BATCH),
    texts: [],
  };
}
