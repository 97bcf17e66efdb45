import type { Value } from "../../domain/reading.ts";
import { type Samples, valueAt } from "../../domain/samples.ts";
import { Durations, isTrusted } from "../durations.ts";
import type { AggregateQuery, Buckets } from "../historian.ts";
import { bucketsOf, Sums, sumTable } from "../sums.ts";
import { readCovered } from "./covered.ts";
import type { Session } from "./database.ts";
import { DAY_MS } from "./days.ts";
import { readTiers, readTiersBefore } from "./hours.ts";
import { readRange } from "./read.ts";
import { readSummaries, readValuesBefore, type SeriesSummary } from "./summaries.ts";

/*
 * Sums by buckets, of what PostgreSQL says of each and what stands beside its samples.
 */

/** Rows that are looked at in one piece. */
const PAGE_ROWS = 65_536;
/** Of all series together: their hours are looked at where they do not lie in one bucket. */
const DAYS_AT_ONCE = 4_000;
/** To find what held before, from the newest on: most often the first is good. */
const BACK_ROWS = 64;

/**
 * One row of buckets a series. PostgreSQL sums up what lies in each bucket; what reaches from one
 * bucket into the next is joined here, by the functions that every historian uses. `isWide`: where
 * it has failed, for a sum is too large for a double.
 */
export async function aggregate(
  session: Session,
  query: AggregateQuery,
  isWide = false,
): Promise<readonly Buckets[]> {
  const table = sumTable(query);
  const all = Array.from(query.series, (_, index) => new Sums(query, table, index));
  const { starts } = table;
  if (starts.length > 0 && all.length > 0) {
    await addValues(session, { query, starts, all, isWide });
    if (query.state !== undefined) {
      for (const sums of all) await addDurations(session, query, sums);
    }
  }
  return bucketsOf(query, table);
}

type Asked = {
  readonly query: AggregateQuery;
  readonly starts: Float64Array;
  readonly all: readonly Sums[];
  readonly isWide: boolean;
};

/** Series after series or some at once: all that is read for them is in memory meanwhile. */
async function addValues(session: Session, asked: Asked): Promise<void> {
  const { query, all } = asked;
  const days = Math.ceil((query.to - query.from) / DAY_MS) + 1;
  const atOnce = Math.max(1, Math.floor(DAYS_AT_ONCE / days));
  for (let start = 0; start < all.length; start += atOnce) {
    const some = all.slice(start, start + atOnce);
    const series = Uint32Array.from(some, (sums) => sums.series);
    await addValuesOf(session, { ...asked, query: { ...query, series }, all: some });
  }
}

async function addValuesOf(session: Session, { query, starts, all, isWide }: Asked): Promise<void> {
  const before = await readValuesBefore(session, query);
  const tiersBefore = await readTiersBefore(session, query);
  const tiers = groupBySeries(await readTiers(session, query, starts));
  const { summaries, rest } = await readCovered(session, query, all);
  const read = await readSummaries(session, { ...query, spans: rest, starts, isWide });
  const inOrder = [...summaries, ...read].sort((one, other) => one.firstAt - other.firstAt);
  const samples = groupBySeries(inOrder);
  for (const sums of all) {
    const { series } = sums;
    sums.begin(before.get(series) ?? tiersBefore.get(series) ?? Number.NaN);
    for (const tier of tiers.get(series) ?? []) sums.addSummary(tier);
    for (const summary of samples.get(series) ?? []) sums.addSummary(summary);
    sums.end();
  }
}

function groupBySeries(summaries: readonly SeriesSummary[]): Map<number, SeriesSummary[]> {
  const groups = new Map<number, SeriesSummary[]>();
  for (const summary of summaries) {
    const group = groups.get(summary.series);
    if (group) group.push(summary);
    else groups.set(summary.series, [summary]);
  }
  return groups;
}

/** A state may be of any kind, and what holds, holds until the next: row by row. */
async function addDurations(session: Session, query: AggregateQuery, sums: Sums): Promise<void> {
  const { series } = sums;
  const durations = new Durations(query, sums, await valueBefore(session, query, series));
  for (let from: number | undefined = query.from; from !== undefined; ) {
    const asked = { series, from, to: query.to, limit: PAGE_ROWS + 1 };
    const samples: Samples = await readRange(session, asked);
    // One row more than a page holds is where the next one begins.
    from = samples.at[PAGE_ROWS];
    durations.add({ ...samples, count: Math.min(samples.count, PAGE_ROWS) });
  }
  durations.end();
}

async function valueBefore(
  session: Session,
  query: AggregateQuery,
  series: number,
): Promise<Value | null> {
  for (let to = query.from; ; ) {
    const asked = { series, from: Number.NEGATIVE_INFINITY, to, limit: BACK_ROWS };
    const samples = await readRange(session, { ...asked, order: -1 });
    for (let row = 0; row < samples.count; row += 1) {
      if (isTrusted(samples, row, query)) return valueAt(samples, row);
    }
    if (samples.count < BACK_ROWS) return null;
    to = samples.at[samples.count - 1] ?? Number.NEGATIVE_INFINITY;
  }
}
