// The historian beside named peers, on what a plant of 2,000 series sends (history/workload.ts):
//   npm run bench -- history [--part ingest,small,series,live,reopen,memory] [--days 1]
//                            [--rounds 3] [--only historian,victoria-metrics] [--minutes 90]
// What a run came to is said at once; after so many minutes no further one of a contest is begun.
// A day is 1.7 million samples: --days 6 are 10 million, of which we want our ratios, --days 30 are
// 51 million, which takes half an hour a round with all peers. `ingest` has 10,000 samples a commit,
// one after the other; `small` has 500, of eight senders side by side, as gateways of a plant are,
// each of which waits for its acknowledgement: the same for all. What we want of a ratio stands in
// brackets behind it. Warm is what follows the first fifth of the arrivals, cold is all of them: to
// compile its code a process needs some tenths of a second, once in its life.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runBare } from "./bare.ts";
import type { ContestOptions, ContestResult } from "./history/contest.ts";
import type { LiveOptions, LiveResult } from "./history/live.ts";
import type { MemoryOptions, MemoryResult } from "./history/memory.ts";
import { openOurs } from "./history/ours.ts";
import { POSTGRES_BIN } from "./history/postgresql.ts";
import type { SeriesOptions, SeriesResult } from "./history/series.ts";
import type { Pace } from "./history/stretch.ts";
import { type Workload, writeWorkload } from "./history/workload.ts";
import { median, printTable, rounded, runScript } from "./measure.ts";

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "ingest,small,series,live,reopen,memory" },
    days: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    minutes: { type: "string", default: "90" },
  },
});
const SERIES_COUNTS = [2_000, 100_000] as const;
/** Enough for some flushes of the longest generations. */
const SERIES_SAMPLES = 12_000_000;
const LIVE_SECONDS = 20;
const [days, rounds] = [Number(values.days), Number(values.rounds)];
const endsAt = performance.now() + Number(values.minutes) * 60_000;
const PARTS: Readonly<Record<string, (workload: Workload) => Promise<void>>> = {
  ingest: (workload) => contest(workload, { commit: 10_000, senders: 1 }),
  small: (workload) => contest(workload, { commit: 500, senders: 8 }),
  series: manySeries,
  live: underLoad,
  reopen: afterCrash,
  memory: overTime,
};

const CONTESTANTS = ["historian", "sqlite-rows", "victoria-metrics", "influxdb", "postgresql"];
const COMMANDS: Readonly<Record<string, string>> = {
  "victoria-metrics": "/usr/bin/victoria-metrics",
  influxdb: "/usr/bin/influxd",
  postgresql: join(POSTGRES_BIN, "postgres"),
};

/** How much faster than a peer we want to be, and at which part of its processor time. */
const WANTED: Readonly<Record<string, { readonly faster: number; readonly cpu: number }>> = {
  "sqlite-rows": { faster: 12, cpu: 0.1 },
  "victoria-metrics": { faster: 4, cpu: 0.2 },
};
/** The same of reads. */
const WANTED_READS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "victoria-metrics": { buckets: 8, increase: 1 },
};

const folder = mkdtempSync(join(tmpdir(), "fieldline-bench-"));
try {
  const workload = writeWorkload(join(folder, "workload"), days);
  const { arrivals, unique, late } = workload;
  console.log(`${arrivals} arrivals, ${unique} samples, ${late} of them late`);
  for (const name of values.part.split(",")) {
    const part = PARTS[name];
    if (!part) throw new Error(`parts: ${Object.keys(PARTS).join(", ")}`);
    await part(workload);
  }
} finally {
  rmSync(folder, { recursive: true });
}

type Runs = readonly ContestResult[];
type Sending = Pick<ContestOptions, "commit" | "senders">;

/** All of them in turns, so that a slow minute of the machine is nobody's alone. */
async function contest({ file }: Workload, how: Sending): Promise<void> {
  const names = CONTESTANTS.filter(isWanted);
  const runs = new Map<string, ContestResult[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      if (performance.now() > endsAt) continue;
      const options: ContestOptions = { name, file, ...how };
      const result = await runBare<ContestResult>("./history/contest.ts", options);
      runs.get(name)?.push(result);
      console.log(`round ${round + 1}, ${name}: ${paceText(result.warm)}`);
    }
  }
  for (const [name, own] of runs) {
    if (own.length < rounds) console.log(`time is up: ${own.length} rounds of ${name}`);
    if (own.length === 0) runs.delete(name);
  }
  const rows = [...runs].flatMap(([name, own]) => {
    const ours = runs.get("historian") ?? own;
    return (["warm", "cold"] as const).map((when) => ingestRow(name, own, { ours, when }));
  });
  console.log("");
  printTable(rows);
  console.log("");
  printTable([...runs].map(([name, own]) => readsRow(name, own)));
  console.log("");
  const ours = readTimes(runs.get("historian") ?? []);
  printTable([...runs].map(([name, own]) => readRatios(name, readTimes(own), ours)));
}

function beside(ratio: number, wanted: number | undefined): string {
  return wanted === undefined ? `${rounded(ratio)} x` : `${rounded(ratio)} x (${wanted})`;
}

function readTimes(runs: Runs): ReadonlyMap<string, number> {
  const names = Object.keys(runs[0]?.reads ?? {});
  return new Map(
    names.map((name) => [name, median(runs.map(({ reads }) => reads[name]?.ms ?? Number.NaN))]),
  );
}

function readRatios(
  name: string,
  times: ReadonlyMap<string, number>,
  ours: ReadonlyMap<string, number>,
): Record<string, string> {
  const wanted = WANTED_READS[name] ?? {};
  const cells = [...times].map(([read, ms]) => [
    read,
    beside(ms / (ours.get(read) ?? Number.NaN), wanted[read]),
  ]);
  return { "ours is faster": name, ...Object.fromEntries(cells) };
}

function isWanted(name: string): boolean {
  const command = COMMANDS[name];
  if (command && !existsSync(command)) {
    console.log(`${name} is not installed`);
    return false;
  }
  return values.only === "" || values.only.split(",").includes(name);
}

function paceText({ arrivals, seconds, cpuSeconds }: Pace): string {
  const [pace, cpuUs] = [arrivals / seconds / 1_000, (cpuSeconds / arrivals) * 1e6];
  return `${rounded(pace)} k/s, ${rounded(cpuUs)} us`;
}

type Beside = { readonly ours: Runs; readonly when: "warm" | "cold" };

function ingestRow(name: string, runs: Runs, { ours, when }: Beside) {
  const rate = ratesOf(runs.map((run) => run[when]));
  const our = ratesOf(ours.map((run) => run[when]));
  return {
    ingest: `${name}, ${when}`,
    "k samples/s": rounded(rate.perSecond / 1_000),
    "ours is faster": beside(our.perSecond / rate.perSecond, WANTED[name]?.faster),
    "CPU us a sample": rounded(rate.cpuUs),
    "ours of it": beside(our.cpuUs / rate.cpuUs, WANTED[name]?.cpu),
    "p99 ms": rounded(median(runs.map((run) => run[when].ackP99Ms))),
    "bytes a sample": rounded(median(runs.map(({ bytes, unique }) => bytes / unique))),
    "RSS MB": rounded(median(runs.map(({ residentMb }) => residentMb))),
  };
}

function ratesOf(paces: readonly Pace[]) {
  return {
    perSecond: median(paces.map(({ arrivals, seconds }) => arrivals / seconds)),
    cpuUs: median(paces.map(({ arrivals, cpuSeconds }) => (cpuSeconds / arrivals) * 1e6)),
  };
}

function readsRow(name: string, runs: Runs): Record<string, string | number> {
  const found = runs[0]?.reads ?? {};
  const cells = Object.entries(found).map(([read, { found }]) => {
    const ms = median(runs.map(({ reads }) => reads[read]?.ms ?? Number.NaN));
    const firstMs = median(runs.map(({ reads }) => reads[read]?.firstMs ?? Number.NaN));
    const times = `${rounded(ms)}, first ${rounded(firstMs)}`;
    return [`${read} ms (of)`, `${times} (${Math.round(found)})`];
  });
  return { reads: name, ...Object.fromEntries(cells) };
}

async function manySeries(): Promise<void> {
  const rows = new Map<number, SeriesResult[]>(SERIES_COUNTS.map((series) => [series, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const series of SERIES_COUNTS) {
      const options: SeriesOptions = { series, samples: SERIES_SAMPLES };
      rows.get(series)?.push(await runScript<SeriesResult>("./history/series.ts", options));
    }
  }
  const cpuOf = (series: number) => median((rows.get(series) ?? []).map(({ cpuUs }) => cpuUs));
  printTable(
    [...rows].map(([series, own]) => ({
      series,
      "k samples/s": rounded(SERIES_SAMPLES / 1_000 / median(own.map(({ seconds }) => seconds))),
      "CPU us a sample": rounded(cpuOf(series)),
      "of the fewest": `${rounded(cpuOf(series) / cpuOf(SERIES_COUNTS[0]))} x`,
      "bytes a sample": rounded(median(own.map(({ bytes }) => bytes))),
    })),
  );
}

async function underLoad({ file }: Workload): Promise<void> {
  const options: LiveOptions = { file, seconds: LIVE_SECONDS };
  const runs: LiveResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    runs.push(await runScript<LiveResult>("./history/live.ts", options));
  }
  const of = (name: keyof LiveResult) => rounded(median(runs.map((run) => run[name])));
  printTable([
    {
      "20k samples/s, 20 queries/s": `${LIVE_SECONDS} s`,
      "loop p99 ms": of("loopP99Ms"),
      "loop most ms": of("loopMostMs"),
      "acknowledged p99 ms": of("ackP99Ms"),
      "most ms": of("ackMostMs"),
      "query p99 ms": of("queryP99Ms"),
    },
  ]);
}

async function afterCrash({ file, unique }: Workload): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const store = join(folder, `crash-${round}`);
    await untilStored(JSON.stringify({ file, folder: store }));
    const start = performance.now();
    const historian = await openOurs({ folder: store });
    times.push(performance.now() - start);
    await historian.close();
    rmSync(store, { recursive: true });
  }
  printTable([{ "samples before the crash": unique, "reopen ms": rounded(median(times)) }]);
}

/** Killed as soon as it has said that all is stored. */
async function untilStored(options: string): Promise<void> {
  const script = new URL("./history/reopen.ts", import.meta.url).pathname;
  const args = ["--import", "tsx", script, options];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await ended;
}

async function overTime({ file }: Workload): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  for (const profile of ["server", "gateway"] as const) {
    const options: MemoryOptions = { file, profile };
    const { beforeMb, quartersMb } = await runBare<MemoryResult>("./history/memory.ts", options);
    const [first = 0, second = 0, third = 0, last = 0] = quartersMb.map(rounded);
    const quarters = { "1st quarter": first, "2nd": second, "3rd": third, "4th": last };
    rows.push({ "RSS MB": profile, "without it": rounded(beforeMb), ...quarters });
  }
  printTable(rows);
}
