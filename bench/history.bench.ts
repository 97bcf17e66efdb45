// The historian beside the obvious design, a row of SQLite for each sample, in one run:
//   node --import tsx bench/history.bench.ts [--samples 1000000] [--rows 200000] [--batch 5000]
// Both commit each batch durably. Reads are medians of 9. A ratio above 1 is in our favour.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Samples } from "../src/domain/samples.ts";
import { openEmbeddedHistorian } from "../src/historian/embedded/embedded.ts";
import { chances } from "../src/lib/chance.ts";
import { silentLog } from "../src/lib/log.ts";
import { openSqlite } from "../src/lib/sqlite.ts";

const SERIES = 500;
const STEP_MS = 5_000;
const START = Date.UTC(2026, 0, 1);
const READS = 9;
const REST_MS = 1_000;
const BUCKETS = 300;

/** What plants send: counters, readings of one decimal, floats, noise and switches. */
const SHAPES: readonly ((random: () => number, step: number) => number)[] = [
  (random, step) => step * 40 + Math.floor(random() * 20),
  (random) => Math.round(2_200 + random() * 100) / 10,
  (random) => Math.fround(20 + random()),
  (random) => 20 + random(),
  (_, step) => (step >> 6) & 1,
];

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "1000000" },
    /** The row table is slow: it gets fewer. */
    rows: { type: "string", default: "200000" },
    batch: { type: "string", default: "5000" },
  },
});
const [samples, rows, size] = [Number(values.samples), Number(values.rows), Number(values.batch)];

const folder = mkdtempSync(join(tmpdir(), "history-bench-"));
try {
  const ours = await measureHistorian();
  const theirs = await measureRows();
  const line = (name: string, our: number, their: number, ratio: number) =>
    console.log(`${name.padEnd(34)}${show(our)}${show(their)}${show(ratio)}x`);
  console.log(`${"".padEnd(34)} historian  row table     ratio`);
  line("stored, 1,000 samples a second", ours.rate, theirs.rate, ours.rate / theirs.rate);
  line("CPU, microseconds a sample", ours.cpu, theirs.cpu, theirs.cpu / ours.cpu);
  line("on disk, bytes a sample", ours.bytes, theirs.bytes, theirs.bytes / ours.bytes);
  for (const name of ["raw", "buckets", "latest"] as const) {
    line(`${name}, ms`, ours[name], theirs[name], theirs[name] / ours[name]);
  }
  console.log(`resident ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`);
} finally {
  rmSync(folder, { recursive: true });
}

type Result = Record<"rate" | "cpu" | "bytes" | "raw" | "buckets" | "latest", number>;

async function measureHistorian(): Promise<Result> {
  const opened = await openEmbeddedHistorian({ folder: join(folder, "ours") }, { log: silentLog });
  if (!opened.ok) throw new Error(opened.problem.detail);
  const historian = opened.value;
  const batches = batchesOf(samples);
  const ingest = await timed(async () => {
    for (const batch of batches) await historian.append(batch);
  });
  // For a moment it still brings samples into chunks; a read that meets that waits for one slice.
  await setTimeout(REST_MS);
  const { span, every } = readSpan();
  const reads = {
    raw: await median(() => historian.range({ series: 3, ...span, limit: 100_000 })),
    buckets: await median(() =>
      historian.aggregate({ series: every, ...span, by: { buckets: BUCKETS } }),
    ),
    latest: await median(() => historian.latest(every)),
  };
  await historian.close();
  const file = join(folder, "ours", "history.db");
  const database = openSqlite(file);
  const inChunks = Number(database.prepare("SELECT sum(samples) FROM chunk").get()?.[0]);
  database.close();
  return { ...rates(ingest, samples), ...reads, bytes: statSync(file).size / inChunks };
}

async function measureRows(): Promise<Result> {
  const file = join(folder, "rows.db");
  const database = openSqlite(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE sample(series INTEGER, at INTEGER, value REAL, quality INTEGER,
      PRIMARY KEY(series, at)) WITHOUT ROWID`);
  const batches = batchesOf(rows);
  const put = database.prepare("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?)");
  const ingest = await timed(async () => {
    for (const { count, series, at, value, quality } of batches) {
      database.transaction(() => {
        for (let row = 0; row < count; row += 1) {
          put.run(series[row] ?? 0, at[row] ?? 0, value[row] ?? 0, quality[row] ?? 0);
        }
      });
    }
  });
  const { span, every } = readSpan();
  const range = database.prepare(
    "SELECT at, value, quality FROM sample WHERE series = ? AND at >= ? AND at < ?",
  );
  const width = (span.to - span.from) / BUCKETS;
  const buckets = database.prepare(
    `SELECT cast((at - ?2) / ${width} AS INTEGER), count(*), min(value), max(value), sum(value)
     FROM sample WHERE series = ?1 AND at >= ?2 AND at < ?3 AND quality = 0 GROUP BY 1`,
  );
  const latest = database.prepare(
    "SELECT at, value, quality FROM sample WHERE series = ? ORDER BY at DESC LIMIT 1",
  );
  const reads = {
    raw: await median(() => range.all(3, span.from, span.to)),
    buckets: await median(() => every.map((one) => buckets.all(one, span.from, span.to).length)),
    latest: await median(() => every.map((one) => latest.get(one)?.length ?? 0)),
  };
  database.close();
  return { ...rates(ingest, rows), ...reads, bytes: statSync(file).size / rows };
}

/** What both hold. */
function readSpan() {
  const to = START + Math.floor(rows / SERIES) * STEP_MS;
  return {
    span: { from: START, to },
    every: Uint32Array.from({ length: SERIES }, (_, one) => one),
  };
}

function batchesOf(total: number): Samples[] {
  const random = chances(1);
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => {
    const first = index * size;
    const count = Math.min(size, total - first);
    const series = Uint32Array.from({ length: count }, (_, row) => (first + row) % SERIES);
    const step = (row: number) => Math.floor((first + row) / SERIES);
    return {
      count,
      series,
      at: Float64Array.from(series, (_, row) => START + step(row) * STEP_MS),
      value: Float64Array.from(
        series,
        (one, row) => SHAPES[one % SHAPES.length]?.(random, step(row)) ?? 0,
      ),
      kind: new Uint8Array(count),
      quality: new Uint8Array(count),
      texts: [],
    };
  });
}

type Spent = { readonly ms: number; readonly cpuUs: number };

async function timed(work: () => Promise<void>): Promise<Spent> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpuUs: user + system };
}

function rates({ ms, cpuUs }: Spent, count: number) {
  return { rate: count / ms, cpu: cpuUs / count };
}

async function median(read: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < READS; round += 1) {
    const start = performance.now();
    await read();
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(READS / 2)] ?? 0;
}

function show(value: number): string {
  const digits = value >= 100 ? 0 : value >= 1 ? 1 : 3;
  return value.toFixed(digits).padStart(11);
}
