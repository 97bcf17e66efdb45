// The historian beside named peers, on what a plant of 2,000 series sends (history/workload.ts):
//   npm run bench -- history [--part ingest,small] [--days 1]
//                            [--rounds 3] [--only historian,victoria-metrics]
// A day is 1.7 million samples: --days 6 are 10 million, --days 30 are 51 million.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ContestOptions, ContestResult } from "./history/contest.ts";
import { POSTGRES_BIN } from "./history/postgresql.ts";
import { type Workload, writeWorkload } from "./history/workload.ts";
import { median, printTable, rounded, runScript } from "./measure.ts";

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "ingest,small" },
    days: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
  },
});
const [days, rounds] = [Number(values.days), Number(values.rounds)];
const PARTS: Readonly<Record<string, (workload: Workload) => Promise<void>>> = {
  ingest: (workload) => contest(workload, 10_000),
  small: (workload) => contest(workload, 500),
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

/** All of them in turns, so that a slow minute of the machine is nobody's alone. */
async function contest({ file }: Workload, commit: number): Promise<void> {
  const names = CONTESTANTS.filter(isWanted);
  const runs = new Map<string, ContestResult[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const options: ContestOptions = { name, file, commit };
      runs.get(name)?.push(await runScript<ContestResult>("./history/contest.ts", options));
    }
  }
  printTable([...runs].map(([name, own]) => ingestRow(name, own, runs.get("historian") ?? own)));
  console.log("");
  printTable([...runs].map(([name, own]) => readsRow(name, own)));
}

const CONTESTANTS = ["historian", "sqlite-rows", "victoria-metrics", "influxdb", "postgresql"];
const COMMANDS: Readonly<Record<string, string>> = {
  "victoria-metrics": "/usr/bin/victoria-metrics",
  influxdb: "/usr/bin/influxd",
  postgresql: join(POSTGRES_BIN, "postgres"),
};

function isWanted(name: string): boolean {
  const command = COMMANDS[name];
  if (command && !existsSync(command)) {
    console.log(`${name} is not installed`);
    return false;
  }
  return values.only === "" || values.only.split(",").includes(name);
}

function ingestRow(name: string, runs: Runs, ours: Runs) {
  const rate = ratesOf(runs);
  const our = ratesOf(ours);
  return {
    ingest: name,
    "k samples/s": rounded(rate.perSecond / 1_000),
    "ours is faster": `${rounded(our.perSecond / rate.perSecond)} x`,
    "CPU us a sample": rounded(rate.cpuUs),
    "ours of it": rounded(our.cpuUs / rate.cpuUs),
    "p99 ms": rounded(median(runs.map(({ ackP99Ms }) => ackP99Ms))),
    "bytes a sample": rounded(median(runs.map(({ bytes, unique }) => bytes / unique))),
    "RSS MB": rounded(median(runs.map(({ residentMb }) => residentMb))),
  };
}

function ratesOf(runs: Runs) {
  return {
    perSecond: median(runs.map(({ arrivals, seconds }) => arrivals / seconds)),
    cpuUs: median(runs.map(({ arrivals, cpuSeconds }) => (cpuSeconds / arrivals) * 1e6)),
  };
}

function readsRow(name: string, runs: Runs): Record<string, string | number> {
  const found = runs[0]?.reads ?? {};
  const cells = Object.entries(found).map(([read, { found }]) => {
    const ms = median(runs.map(({ reads }) => reads[read]?.ms ?? Number.NaN));
    return [`${read} ms (of)`, `${rounded(ms)} (${Math.round(found)})`];
  });
  return { reads: name, ...Object.fromEntries(cells) };
}
