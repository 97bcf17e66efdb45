// PostgreSQL as the historian, on what a plant of 2,000 series sends (history/workload.ts):
//   npm run bench -- postgres [--days 1] [--rows 10000]
// A PostgreSQL of its own with a larger cache, every commit durable. Batches are prepared while the
// one before is on its way, as the drain of the local log does it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Samples } from "../src/domain/samples.ts";
import { joined } from "../src/historian/embedded/run/batch.ts";
import { type Cluster, startCluster } from "../src/historian/postgres/cluster.ts";
import {
  openPostgresHistorian,
  type PostgresHistorian,
} from "../src/historian/postgres/postgres.ts";
import { silentLog } from "../src/lib/log.ts";
import { familyOf } from "./history/postgresql.ts";
import {
  arrivalsOf,
  BATCH_ROWS,
  BUSIEST,
  COUNTERS,
  START,
  type Workload,
  writeWorkload,
} from "./history/workload.ts";
import { cpuSecondsOf, median, optionsOf, printTable, rounded } from "./measure.ts";

const { days, rows } = optionsOf({ days: 1, rows: 10_000 });
const SETTINGS = "shared_buffers = 1GB\nmax_wal_size = 4GB";
const DAY_MS = 86_400_000;
const UNDER_WAY = 3;
const READS = 7;

const folder = mkdtempSync(join(tmpdir(), "fieldline-bench-"));
const cluster = await startCluster(SETTINGS);
if (!cluster) throw new Error("there is no PostgreSQL on this machine");
try {
  const opened = await openPostgresHistorian(cluster.database("bench"), { log: silentLog });
  if (!opened.ok) throw new Error(opened.problem.detail);
  printTable([await ingest(opened.value, cluster)]);
  console.log("");
  printTable([await daysMade(opened.value, cluster)]);
  console.log("");
  printTable(await reads(opened.value));
  await opened.value.close();
} finally {
  cluster.close();
  rmSync(folder, { recursive: true });
}

async function ingest(historian: PostgresHistorian, { pid }: Cluster) {
  const workload = writeWorkload(join(folder, "workload"), days);
  const before = { server: serverSeconds(pid()), own: ownSeconds() };
  const start = performance.now();
  const underWay: Promise<unknown>[] = [];
  for (const samples of commitsOf(workload)) {
    underWay.push(historian.append(samples));
    if (underWay.length >= UNDER_WAY) await underWay.shift();
  }
  await Promise.all(underWay);
  const seconds = (performance.now() - start) / 1_000;
  const millions = workload.arrivals / 1e6;
  const { samplesStored, bytesOnDisk } = await historian.stats();
  return {
    arrivals: workload.arrivals,
    stored: samplesStored,
    "thousand/s": rounded(workload.arrivals / seconds / 1_000),
    "our CPU s/M": rounded((ownSeconds() - before.own) / millions),
    "server CPU s/M": rounded((serverSeconds(pid()) - before.server) / millions),
    "B/sample": rounded(bytesOnDisk / workload.unique),
  };
}

/** What was left to be done when the last sample was safe. */
async function daysMade(historian: PostgresHistorian, { pid }: Cluster) {
  const before = serverSeconds(pid());
  const start = performance.now();
  await historian.daysMade();
  const seconds = (performance.now() - start) / 1_000;
  return {
    "days made behind it, s": rounded(seconds),
    "server CPU s": rounded(serverSeconds(pid()) - before),
  };
}

/** The workload comes in batches of 10,000; a backlog is drained in larger pieces. */
function* commitsOf(workload: Workload): Generator<Samples> {
  let waiting: Samples[] = [];
  for (const samples of arrivalsOf(workload, Math.min(rows, BATCH_ROWS))) {
    waiting.push(joined([samples]));
    if (waiting.length * samples.count < rows) continue;
    yield joined(waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield joined(waiting);
}

async function reads(historian: PostgresHistorian) {
  const all = { from: START, to: START + days * DAY_MS };
  const noon = START + DAY_MS / 2;
  const one = Uint32Array.of(BUSIEST);
  const asked: Readonly<Record<string, () => Promise<unknown>>> = {
    "one series to 1,000 buckets": () =>
      historian.aggregate({ series: one, ...all, by: { buckets: 1_000 } }),
    "daily increase of 200": () =>
      historian.aggregate({ series: COUNTERS, ...all, by: { everyMs: DAY_MS } }),
    "the same in Zurich": () =>
      historian.aggregate({
        series: COUNTERS,
        ...all,
        by: { calendar: "day", timeZone: "Europe/Zurich" },
      }),
    "hourly of 200": () =>
      historian.aggregate({ series: COUNTERS, ...all, by: { everyMs: 3_600_000 } }),
    "an hour of 3,600": () =>
      historian.range({ series: BUSIEST, from: noon, to: noon + 3_600_000, limit: 10_000 }),
    "a day of 86,400": () =>
      historian.range({ series: BUSIEST, from: START, to: START + DAY_MS, limit: 100_000 }),
    "latest of 2,000": () => historian.latest(Uint32Array.from({ length: 2_000 }, (_, at) => at)),
  };
  const table: { read: string; ms: number }[] = [];
  for (const [read, ask] of Object.entries(asked)) table.push({ read, ms: await timed(ask) });
  return table;
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < READS; round += 1) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  return rounded(median(times));
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function serverSeconds(pid: number): number {
  return familyOf(pid).reduce((sum, one) => sum + cpuSecondsOf(one), 0);
}
