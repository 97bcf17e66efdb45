import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "../lib/chance.ts";
import { beforePostgres } from "./before-postgres.ts";
import { COLUMNS, type Column, type Row } from "./expected.ts";
import type { AggregateQuery, Buckets, Historian } from "./historian.ts";
import {
  ALL,
  assertSame,
  batchOf,
  inFolder,
  inWords,
  randomQuality,
  randomValue,
  rowsOf,
  START,
} from "./tale.ts";

/*
 * Two historians of which each is told the same, at random: samples in any order, corrections,
 * deletions, what is let go, restarts. Whatever one of them answers, the other one answers, too.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SERIES = Uint32Array.of(1, 2, 3, 4);
const STEPS = 60;
/** Between two samples about. */
const PACE_MS = 150_000;
/** Brings what is in memory into chunks and lets nothing go. */
const LONG = { rawMs: 1e12, hourlyMs: null, dailyMs: null };

type Opener = () => Promise<Historian>;

/** What both were told so far. */
type Told = {
  readonly random: () => number;
  readonly open: readonly [Opener, Opener];
  both: readonly [Historian, Historian];
  now: number;
  /** Raw samples of before may be gone in one, and be there in the other for a while. */
  horizon: number;
};

/** So many tales, each the same for the same seed, of a folder and a database beside it. */
export function testTwins(cluster: Parameters<typeof beforePostgres>[0], seeds: number): void {
  const { openLocal, openDatabase } = beforePostgres(cluster);
  const skip = cluster ? false : "there is no PostgreSQL on this machine";
  for (let seed = 1; seed <= seeds; seed += 1) {
    const claim = `a folder and PostgreSQL that are told the same answer the same (${seed})`;
    test(claim, { skip }, () =>
      inFolder((folder) => tellTwins([() => openLocal(folder), () => openDatabase(folder)], seed)),
    );
  }
}

async function tellTwins(open: readonly [Opener, Opener], seed: number): Promise<void> {
  const both = [await open[0](), await open[1]()] as const;
  const told: Told = { random: chances(seed), open, both, now: START, horizon: START };
  try {
    for (let step = 0; step < STEPS; step += 1) {
      await change(told);
      if (step % 6 === 5) await compare(told);
    }
  } finally {
    for (const one of told.both) await one.close();
  }
}

async function change(told: Told): Promise<void> {
  const { random } = told;
  const chance = random();
  if (chance < 0.75) {
    const batch = batchOf(randomRows(told));
    const [one, other] = await inBoth(told, (historian) => historian.append(batch));
    assert.deepEqual(one, other);
  } else if (chance < 0.85) {
    const from = anyTime(told);
    const range = { series: anySeries(random), from, to: from + random() * 3 * HOUR_MS };
    await inBoth(told, (historian) => historian.deleteRange(range));
  } else if (chance < 0.9) {
    await inBoth(told, (historian) => historian.retire(told.now, LONG));
  } else if (chance < 0.94) {
    await letGo(told);
  } else {
    await inBoth(told, (historian) => historian.close());
    told.both = [await told.open[0](), await told.open[1]()];
  }
}

/** What is older than some whole days; what of it is left is nobody's to change from then on. */
async function letGo(told: Told): Promise<void> {
  const today = Math.floor(told.now / DAY_MS) * DAY_MS;
  const horizon = today - Math.floor(told.random() * 3) * DAY_MS;
  told.horizon = Math.max(told.horizon, horizon);
  const retention = { rawMs: told.now - told.horizon, hourlyMs: null, dailyMs: null };
  await inBoth(told, (historian) => historian.retire(told.now, retention));
}

function randomRows(told: Told): Row[] {
  const { random } = told;
  return Array.from({ length: 1 + Math.floor(random() * 80) }, (): Row => {
    told.now += Math.floor(random() * 2 * PACE_MS);
    const series = anySeries(random);
    const at = random() < 0.15 ? anyTime(told) : told.now + (random() < 0.2 ? 0.5 : 0);
    return { series, at, value: randomValue(random, series), quality: randomQuality(random) };
  });
}

/** Of what may change still; many are told twice so. */
function anyTime({ random, now, horizon }: Told): number {
  const step = random() < 0.5 ? PACE_MS : 1;
  return horizon + Math.ceil((random() * (now - horizon)) / step) * step;
}

function anySeries(random: () => number): number {
  return SERIES[Math.floor(random() * SERIES.length)] ?? 1;
}

async function compare(told: Told): Promise<void> {
  const { random, horizon } = told;
  for (const series of SERIES) {
    const asked = { series, ...ALL, from: horizon, order: random() < 0.5 ? 1 : -1 } as const;
    const limit = random() < 0.5 ? ALL.limit : Math.floor(random() * 50);
    const [one, other] = await inBoth(told, (it) => it.range({ ...asked, limit }));
    assert.deepEqual(rowsOf(one), rowsOf(other), `series ${series}`);
  }
  const [one, other] = await inBoth(told, (it) => it.latest(SERIES));
  assert.deepEqual(rowsOf(one), rowsOf(other), "the newest of all");
  for (let round = 0; round < 6; round += 1) await compareSums(told, questionOf(told));
}

async function compareSums(told: Told, query: AggregateQuery): Promise<void> {
  const [one, other] = await inBoth(told, (it) => it.aggregate(query));
  assert.equal(one.length, other.length);
  for (const [index, buckets] of one.entries()) {
    const twin = other[index];
    assert.ok(twin);
    assertSame(buckets, rowsIn(twin), `series ${buckets.series}, ${inWords(query)}`);
  }
}

/**
 * Where raw samples were let go, of whole days of good ones alone: else the answer depends on how
 * many of them are there still.
 */
function questionOf({ random, now, horizon }: Told): AggregateQuery {
  const isLetGo = horizon > START;
  const end = Math.ceil(now / DAY_MS) * DAY_MS + DAY_MS;
  if (isLetGo && random() < 0.3) {
    const by = { everyMs: DAY_MS };
    return { series: SERIES, from: START - DAY_MS, to: end, by, weighted: random() < 0.5 };
  }
  const edgeMs = [DAY_MS, HOUR_MS, 1][Math.floor(random() * 3)] ?? 1;
  const edge = () => Math.ceil((random() * (end - horizon)) / edgeMs) * edgeMs + horizon;
  const [one, other] = [edge(), edge()];
  const [from, to] = [Math.min(one, other), Math.max(one, other) + edgeMs];
  const wishes = {
    weighted: random() < 0.5,
    ...(random() < 0.3 && { now: from + random() * (to - from) }),
    ...(random() < 0.4 && { rollover: random() < 0.5 ? 100 : 60 }),
  };
  const state = [true, "on", 7.5, 2n ** 60n + 3n][Math.floor(random() * 4)] ?? true;
  const ofAll = {
    ...(random() < 0.4 && { quality: "all" as const }),
    ...(random() < 0.4 && { state }),
  };
  return { series: SERIES, from, to, by: byOf(random), ...wishes, ...(!isLetGo && ofAll) };
}

function byOf(random: () => number): AggregateQuery["by"] {
  const calendar = (["hour", "day", "month"] as const)[Math.floor(random() * 3)] ?? "day";
  const timeZone = ["UTC", "Europe/Zurich", "Asia/Kolkata"][Math.floor(random() * 3)] ?? "UTC";
  const all = [
    { buckets: 1 + Math.floor(random() * 100) },
    { everyMs: [DAY_MS, HOUR_MS, 25 * HOUR_MS, 1_234_567][Math.floor(random() * 4)] ?? DAY_MS },
    { calendar, timeZone },
  ];
  return all[Math.floor(random() * 3)] ?? { buckets: 1 };
}

function rowsIn(buckets: Buckets): Record<Column, number>[] {
  return Array.from(buckets.at, (_, index) => {
    const cells = COLUMNS.map((column) => [column, buckets[column][index]]);
    return Object.fromEntries(cells) as Record<Column, number>;
  });
}

async function inBoth<T>(
  { both }: Told,
  work: (historian: Historian) => Promise<T>,
): Promise<readonly [T, T]> {
  return Promise.all([work(both[0]), work(both[1])]);
}
