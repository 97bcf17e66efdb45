// A plant at work, in the process of whoever asks: live.ts '{"file":"…","seconds":20}'.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import type { Historian } from "../../src/historian/historian.ts";
import { quantile } from "../measure.ts";
import { openOurs } from "./ours.ts";
import { arrivalsOf, BUSIEST, openWorkload, SERIES, START } from "./workload.ts";

export type LiveOptions = { readonly file: string; readonly seconds: number };
export type LiveResult = {
  readonly samples: number;
  readonly queries: number;
  readonly loopP99Ms: number;
  readonly loopMostMs: number;
  readonly ackP99Ms: number;
  readonly ackMostMs: number;
  readonly queryP99Ms: number;
};

/** 20,000 samples a second, ten commits; the memory is nearly full when it begins. */
const COMMIT_ROWS = 2_000;
const COMMIT_MS = 100;
const QUERY_MS = 50;
const BEFORE = 900_000;
const HOUR_MS = 3_600_000;

const options: LiveOptions = JSON.parse(process.argv[2] ?? "{}");
const folder = mkdtempSync(join(tmpdir(), "fieldline-bench-"));
const historian = await openOurs({ folder });
try {
  console.log(JSON.stringify(await measured(historian)));
} finally {
  await historian.close();
  rmSync(folder, { recursive: true });
}

async function measured(historian: Historian): Promise<LiveResult> {
  const arrivals = arrivalsOf(openWorkload(options.file), COMMIT_ROWS);
  for (let row = 0; row < BEFORE; row += COMMIT_ROWS) await appendNext();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const waits = { ack: [] as number[], query: [] as number[] };
  const running: Promise<void>[] = [];
  delay.enable();
  const start = performance.now();
  const ticks = (options.seconds * 1_000) / QUERY_MS;
  for (let tick = 0; tick < ticks; tick += 1) {
    if (tick % (COMMIT_MS / QUERY_MS) === 0) running.push(timed(waits.ack, appendNext));
    running.push(timed(waits.query, () => queries(historian, tick)));
    await setTimeout(Math.max(0, start + (tick + 1) * QUERY_MS - performance.now()));
  }
  delay.disable();
  await Promise.all(running);
  return {
    samples: waits.ack.length * COMMIT_ROWS,
    queries: waits.query.length,
    loopP99Ms: delay.percentile(99) / 1e6,
    loopMostMs: delay.max / 1e6,
    ackP99Ms: quantile(waits.ack, 0.99),
    ackMostMs: Math.max(...waits.ack),
    queryP99Ms: quantile(waits.query, 0.99),
  };

  async function appendNext(): Promise<void> {
    const next = arrivals.next();
    if (!next.done) await historian.append(next.value);
  }
}

/** A trend, a page of small trends, all live values. */
async function queries(historian: Historian, tick: number): Promise<void> {
  const to = START + 12 * HOUR_MS;
  if (tick % 3 === 0) {
    await historian.range({ series: BUSIEST, from: to - HOUR_MS, to, limit: 10_000 });
  } else if (tick % 3 === 1) {
    const series = Uint32Array.from({ length: 10 }, (_, index) => ((tick + index) * 10) % SERIES);
    await historian.aggregate({ series, from: to - 6 * HOUR_MS, to, by: { buckets: 300 } });
  } else {
    await historian.latest(Uint32Array.from({ length: SERIES }, (_, series) => series));
  }
}

async function timed(waits: number[], work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await work();
  waits.push(performance.now() - start);
}
