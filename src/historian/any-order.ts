import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "../domain/reading.ts";
import { chances } from "../lib/chance.ts";
import { expectedSums, type Row } from "./expected.ts";
import type { AggregateQuery, Historian } from "./historian.ts";
import {
  ALL,
  allOf,
  assertSame,
  batchOf,
  inFolder,
  inPages,
  inWords,
  rowsOf,
  START,
  type Subject,
} from "./tale.ts";

/*
 * Tests for every historian: samples of days in any order read as the same days in order.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 4;
const SERIES = Uint32Array.of(1, 2, 3);
/** Brings what is in memory into chunks and lets nothing go. */
const LONG = { rawMs: 1e12, hourlyMs: null, dailyMs: null };

/**
 * The promise that all others hang on: whatever came late, twice, wrong at first or in pieces, over
 * restarts, every read is what it would be had all come once and in order.
 */
export function testAnyOrder(subject: Subject): void {
  for (const [index, { when, start }] of TIMES.entries()) {
    const claim = `in whatever order samples of days come, reads say the same (${when})`;
    const tale = { start, seed: index + 1 };
    test(`${subject.name}: ${claim}`, () => inFolder((folder) => tell(subject, folder, tale)));
  }
}

/** Four days each; in Zurich one of them may be shorter or longer than others. */
const TIMES = [
  { when: "in winter", start: START },
  { when: "with a day of 23 hours", start: Date.UTC(2026, 2, 27) },
  { when: "with a day of 25 hours", start: Date.UTC(2026, 9, 23) },
];

type Tale = { readonly start: number; readonly seed: number };

async function tell({ open }: Subject, folder: string, { start, seed }: Tale): Promise<void> {
  const random = chances(seed);
  const rows = daysOfRows(start, random);
  let historian = await open(folder);
  for (const batch of disordered(rows, random)) {
    await historian.append(batchOf(batch));
    if (random() < 0.03) await historian.retire(start, LONG);
    if (random() >= 0.01) continue;
    await historian.close();
    historian = await open(folder);
  }
  const asked = () => queryOf(start, random);
  await readsAll(historian, rows, asked);
  await historian.retire(start, LONG);
  await readsAll(historian, rows, asked);
  await historian.retire(start + DAYS * DAY_MS, { ...LONG, rawMs: 2 * DAY_MS });
  await sumsAll(historian, rows, start);
  await historian.close();
}

/** A meter each minute or two, a state, and what is seldom said and never the same. */
function daysOfRows(start: number, random: () => number): Row[] {
  const rows: Row[] = [];
  let energy = 2 ** 53 - 50_000;
  for (
    let at = start;
    at < start + DAYS * DAY_MS;
    at += MINUTE_MS * (1 + Math.floor(random() * 9))
  ) {
    energy = random() < 0.002 ? 0 : energy + Math.floor(random() * 100);
    const quality = random() < 0.02 ? ("bad" as const) : ("good" as const);
    const value = energy > Number.MAX_SAFE_INTEGER ? BigInt(energy) : energy;
    rows.push({ series: 1, at, value, quality });
    if (random() < 0.2) rows.push({ series: 2, at: at + 0.5, value: random() < 0.5, quality });
    if (random() < 0.1) rows.push({ series: 3, at: at + 7, value: oddOf(random), quality });
  }
  return rows;
}

function oddOf(random: () => number): Value | null {
  return (
    [null, "on", 2n ** 60n, true, Number.NaN, random() - 0.5][Math.floor(random() * 6)] ?? null
  );
}

/** Some late by a little, some by days, some twice, some wrong at first; in batches of any size. */
function disordered(rows: readonly Row[], random: () => number): Row[][] {
  const arrivals: { readonly place: number; readonly row: Row }[] = [];
  for (const [index, row] of rows.entries()) {
    const chance = random();
    const late = chance < 0.8 ? 0 : random() * (chance < 0.95 ? 100 : rows.length);
    const place = index + late;
    arrivals.push({ place, row });
    if (random() < 0.1) arrivals.push({ place: place + random() * 300, row });
    if (random() < 0.1) arrivals.push({ place: index, row: { ...row, value: -1, quality: "bad" } });
  }
  // A wrong one is told in the place of its right one at the latest, and before it.
  const order = arrivals.toSorted(
    (one, other) => one.place - other.place || wrong(other) - wrong(one),
  );
  const batches: Row[][] = [];
  for (let start = 0; start < order.length; ) {
    const end = start + 1 + Math.floor(random() * 60);
    batches.push(order.slice(start, end).map(({ row }) => row));
    start = end;
  }
  return batches;
}

function wrong({ row }: { readonly row: Row }): number {
  return row.value === -1 ? 1 : 0;
}

async function readsAll(historian: Historian, rows: readonly Row[], asked: () => AggregateQuery) {
  for (const series of SERIES) {
    const own = rows.filter((row) => row.series === series);
    assert.deepEqual(await allOf(historian, series), own);
    const newest = rowsOf(await historian.latest(Uint32Array.of(series)));
    assert.deepEqual(newest, own.slice(-1));
    const backward = { series, ...ALL, limit: 200, order: -1 } as const;
    assert.deepEqual(await inPages(historian, backward, async () => {}), own.toReversed());
  }
  for (let round = 0; round < 15; round += 1) await aggregatesAs(historian, rows, asked());
}

/** Of what was let go, sums by whole days and, on the hours, by hours are what they were. */
async function sumsAll(historian: Historian, rows: readonly Row[], start: number) {
  const span = { series: SERIES, from: start, to: start + DAYS * DAY_MS, weighted: true };
  for (const by of [{ everyMs: DAY_MS }, { everyMs: HOUR_MS }, { everyMs: 3 * HOUR_MS }]) {
    await aggregatesAs(historian, rows, { ...span, by });
  }
  const by = { calendar: "day", timeZone: "Europe/Zurich" } as const;
  await aggregatesAs(historian, rows, { ...span, from: start - 2 * HOUR_MS, by });
}

async function aggregatesAs(historian: Historian, rows: readonly Row[], query: AggregateQuery) {
  for (const one of await historian.aggregate(query)) {
    const own = rows.filter(({ series }) => series === one.series);
    assertSame(one, expectedSums(own, query), `series ${one.series}, ${inWords(query)}`);
  }
}

/** Long ones, of which many begin with a day or an hour: there sums that were kept can answer. */
function queryOf(start: number, random: () => number): AggregateQuery {
  const edgeMs = [DAY_MS, HOUR_MS, 1][Math.floor(random() * 3)] ?? 1;
  const edge = (at: number) => start + Math.floor(at / edgeMs) * edgeMs;
  const from = edge((random() * 1.2 - 0.2) * DAYS * DAY_MS);
  const to = Math.max(from + 1, edge(random() * (DAYS + 1) * DAY_MS));
  const counter = { series: Uint32Array.of(1), rollover: 2 ** 53 };
  const by = BY[Math.floor(random() * BY.length)] ?? { buckets: 3 };
  return {
    series: SERIES,
    from,
    to,
    by,
    quality: random() < 0.3 ? "all" : "good",
    weighted: random() < 0.5,
    ...(random() < 0.3 && { state: STATES[Math.floor(random() * STATES.length)] ?? true }),
    ...(random() < 0.3 && { now: from + random() * (to - from) }),
    ...(random() < 0.3 && counter),
  };
}

const STATES: readonly Value[] = [true, "on", 2n ** 60n];

const BY: readonly AggregateQuery["by"][] = [
  { everyMs: DAY_MS },
  { everyMs: HOUR_MS },
  { everyMs: 25 * HOUR_MS },
  { everyMs: 20 * MINUTE_MS },
  { buckets: 7 },
  { buckets: 100 },
  { calendar: "day", timeZone: "Europe/Zurich" },
  { calendar: "hour", timeZone: "Asia/Kolkata" },
  { calendar: "week", timeZone: "Asia/Kolkata" },
  { calendar: "month", timeZone: "UTC" },
  { calendar: "quarter", timeZone: "America/New_York" },
  { calendar: "year", timeZone: "Europe/Zurich" },
];
