// One contestant's turn, in a process of its own: contest.ts '<ContestOptions as JSON>'.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { cpuSecondsOf, median, residentMegabytes } from "../measure.ts";
import type { Contestant, Opener, Span } from "./contestant.ts";
import { influxdb } from "./influxdb.ts";
import { historian } from "./ours.ts";
import { postgresql } from "./postgresql.ts";
import { sqliteRows } from "./sqlite-rows.ts";
import { type Pace, Stretch } from "./stretch.ts";
import { victoriaMetrics } from "./victoria-metrics.ts";
import {
  arrivalsOf,
  BUSIEST,
  COUNTERS,
  DAY_MS,
  openWorkload,
  START,
  type Workload,
} from "./workload.ts";

const OPENERS: Readonly<Record<string, Opener>> = {
  historian,
  "sqlite-rows": sqliteRows,
  "victoria-metrics": victoriaMetrics,
  influxdb,
  postgresql,
};

export type ContestOptions = {
  readonly name: string;
  readonly file: string;
  readonly commit: number;
  /** So many send side by side, and each waits for its acknowledgement before it goes on. */
  readonly senders: number;
};

export type ContestResult = {
  /** From the first arrival on: also what a process does once in its life, such as to compile. */
  readonly cold: Pace;
  /** Behind the first fifth of the arrivals. */
  readonly warm: Pace;
  readonly arrivals: number;
  readonly bytes: number;
  readonly unique: number;
  /** The highest of this process and its peer. */
  readonly residentMb: number;
  readonly reads: Readonly<Record<string, Read>>;
};

/** Milliseconds of the first, and the median; and what was found, which must be the same for all. */
type Read = { readonly firstMs: number; readonly ms: number; readonly found: number };

/** As often as this, or until it takes too long, but never less often. */
const READS = { most: 31, least: 7, longMs: 5_000 } as const;
const LATER_MS = 1_000;
const REST_MS = 2_000;
const SAMPLE_MS = 250;
/** The same of every contestant. */
const WARM_UP = 0.2;

const options: ContestOptions = JSON.parse(process.argv[2] ?? "{}");
const folder = mkdtempSync(join(tmpdir(), "fieldline-bench-"));
chmodSync(folder, 0o755); // PostgreSQL's user has to get through.
const store = join(folder, "store");
mkdirSync(store);
const open = OPENERS[options.name];
if (!open) throw new Error(`contestants: ${Object.keys(OPENERS).join(", ")}`);
const contestant = await open(store);
try {
  console.log(JSON.stringify(await measured(contestant)));
} finally {
  await contestant.close();
  rmSync(folder, { recursive: true });
}

async function measured(contestant: Contestant): Promise<ContestResult> {
  const workload = openWorkload(options.file);
  let residentMb = 0;
  const sampling = setInterval(() => {
    residentMb = Math.max(residentMb, residentOf(contestant));
  }, SAMPLE_MS);
  const paces = await takeIn(contestant, workload);
  clearInterval(sampling);
  await contestant.settle();
  const reads = await readAll(contestant, workload.days);
  const bytes = contestant.bytesOnDisk();
  const counts = { arrivals: workload.arrivals, unique: workload.unique };
  return { ...paces, ...counts, bytes, residentMb, reads };
}

async function takeIn(contestant: Contestant, workload: Workload) {
  const begin = () => new Stretch(() => cpuOf(contestant));
  const cold = begin();
  let warm = cold;
  const arrivals = arrivalsOf(workload, options.commit);
  const send = async () => {
    for (const samples of arrivals) {
      const asked = performance.now();
      await contestant.append(samples);
      const waitedMs = performance.now() - asked;
      cold.note(samples.count, waitedMs);
      if (warm !== cold) warm.note(samples.count, waitedMs);
      else if (cold.arrivals >= workload.arrivals * WARM_UP) warm = begin();
    }
  };
  await Promise.all(Array.from({ length: options.senders }, send));
  const end = performance.now();
  await setTimeout(REST_MS); // Work that was put off counts as well.
  return { cold: cold.pace(end), warm: warm.pace(end) };
}

async function readAll(contestant: Contestant, days: number) {
  const all: Span = { from: START, to: START + days * DAY_MS };
  const noon = START + DAY_MS / 2;
  const hour: Span = { from: noon, to: noon + DAY_MS / 24 };
  const day: Span = { from: START, to: START + DAY_MS };
  return {
    buckets: await read((round) => contestant.buckets(BUSIEST, later(all, round), 1_000)),
    increase: await read(() => contestant.dailyIncrease(COUNTERS, all)),
    hour: await read((round) => contestant.raw(BUSIEST, later(hour, round))),
    day: await read((round) => contestant.raw(BUSIEST, later(day, round))),
    latest: await read(() => contestant.latest()),
  };
}

/**
 * Nobody is asked the same twice, but for whole days. Half a second: there no sample lies on an end,
 * which is within for some and not for others.
 */
function later({ from, to }: Span, round: number): Span {
  const ms = round * LATER_MS + LATER_MS / 2;
  return { from: from + ms, to: to + ms };
}

async function read(ask: (round: number) => Promise<number>): Promise<Read> {
  const times: number[] = [];
  let found = 0;
  const begin = performance.now();
  for (let round = 0; round < READS.most; round += 1) {
    const start = performance.now();
    if (round >= READS.least && start - begin > READS.longMs) break;
    found = await ask(round);
    times.push(performance.now() - start);
  }
  return { firstMs: times[0] ?? Number.NaN, ms: median(times), found };
}

function cpuOf(contestant: Contestant): number {
  const { user, system } = process.cpuUsage();
  const peers = contestant.pids().map(cpuSecondsOf);
  return peers.reduce((sum, seconds) => sum + seconds, (user + system) / 1e6);
}

function residentOf(contestant: Contestant): number {
  const peers = contestant.pids().map(residentMegabytes);
  return peers.reduce((sum, one) => sum + one, residentMegabytes(process.pid));
}
