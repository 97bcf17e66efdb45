import type { AggregateQuery, SeriesRange } from "../historian.ts";
import type { Sums } from "../sums.ts";
import { isSteady } from "../tally.ts";
import { hasHours } from "./beside.ts";
import type { Session } from "./database.ts";
import { DAY_MS } from "./days.ts";
import type { SeriesSummary } from "./summaries.ts";
import { dayOf, HOUR_MS, hourOf, readTiersFrom } from "./tier-rows.ts";
import { within } from "./time.ts";

/*
 * Days and hours beside samples as answers to a question: which buckets need no samples at all.
 */

type Covered = {
  /** Days and hours that say of a bucket what their samples say. */
  readonly summaries: readonly SeriesSummary[];
  /** What they do not cover: samples have to be looked at there. */
  readonly rest: readonly SeriesRange[];
};

/**
 * What can be answered by days and hours that stand beside samples (beside.ts): a day that lies in
 * one bucket, else those of its hours that do.
 */
export async function readCovered(
  session: Session,
  query: AggregateQuery,
  all: readonly Sums[],
): Promise<Covered> {
  const asked = [...new Map(all.map((sums) => [sums.series, sums])).values()];
  const { from, to } = query;
  if (!asked.some((sums) => hasRoomForHour(sums, query))) {
    return { summaries: [], rest: asked.map(({ series }) => ({ series, from, to })) };
  }
  const days = await readDays(session, query);
  const sumsOf = new Map(asked.map((sums) => [sums.series, sums]));
  const byHour = days.filter((day) => hasHours(day) && !isWhole(day, sumsOf, query));
  const hours = await readHours(session, byHour);
  const cover = new Cover(query, days, hours);
  for (const sums of asked) cover.add(sums);
  return cover;
}

/** Of the busiest screens' short buckets none is answered here: nothing has to be looked up. */
function hasRoomForHour({ at }: Sums, { to }: AggregateQuery): boolean {
  return (at[1] ?? to) - (at[0] ?? to) >= HOUR_MS;
}

function isWhole(
  day: SeriesSummary,
  sumsOf: ReadonlyMap<number, Sums>,
  query: AggregateQuery,
): boolean {
  const start = dayOf(day);
  const isInOne = sumsOf.get(day.series)?.isInOne(start, start + DAY_MS) ?? false;
  return isInOne && isAnswer(day, query);
}

/** They are over good samples and know nothing of rollovers. */
function isAnswer(tier: SeriesSummary, { quality, rollover }: AggregateQuery): boolean {
  if (quality === "all" && tier.good < tier.countable) return false;
  return rollover === undefined || isSteady(tier);
}

function readDays(session: Session, { series, from, to }: AggregateQuery) {
  const isNear = within("at", from - DAY_MS, to);
  return readTiersFrom(session, `daily AS tier WHERE series = ANY('{${series}}') AND ${isNear}`);
}

async function readHours(
  session: Session,
  days: readonly SeriesSummary[],
): Promise<Map<string, SeriesSummary>> {
  if (days.length === 0) return new Map();
  const series = days.map((day) => day.series);
  const starts = days.map((day) => dayOf(day) / 1_000);
  const hours = await readTiersFrom(
    session,
    `hourly AS tier, unnest('{${series}}'::int[], '{${starts}}'::float8[]) AS asked(series, start)
     WHERE tier.series = asked.series AND tier.at >= to_timestamp(start)
       AND tier.at < to_timestamp(start) + interval '1 day'`,
  );
  return new Map(hours.map((hour) => [keyOf(hour.series, hourOf(hour)), hour]));
}

function keyOf(series: number, at: number): string {
  return `${series} ${at}`;
}

/** Of a day or an hour; without a summary where there are no samples in it. */
type Piece = { readonly at: number; readonly lengthMs: number; readonly summary?: SeriesSummary };

class Cover implements Covered {
  readonly summaries: SeriesSummary[] = [];
  readonly rest: SeriesRange[] = [];
  readonly #query: AggregateQuery;
  readonly #days = new Map<number, SeriesSummary[]>();
  readonly #hours: ReadonlyMap<string, SeriesSummary>;

  constructor(
    query: AggregateQuery,
    days: readonly SeriesSummary[],
    hours: ReadonlyMap<string, SeriesSummary>,
  ) {
    this.#query = query;
    this.#hours = hours;
    for (const day of days) {
      const own = this.#days.get(day.series);
      if (own) own.push(day);
      else this.#days.set(day.series, [day]);
    }
  }

  add(sums: Sums): void {
    const { series } = sums;
    let { from } = this.#query;
    for (const day of this.#days.get(series) ?? []) {
      for (const { at, lengthMs, summary } of this.#piecesOf(day, sums)) {
        if (from < at) this.rest.push({ series, from, to: at });
        if (summary) this.summaries.push(summary);
        from = at + lengthMs;
      }
    }
    if (from < this.#query.to) this.rest.push({ series, from, to: this.#query.to });
  }

  /** In order of time. */
  *#piecesOf(day: SeriesSummary, sums: Sums): Generator<Piece> {
    const start = dayOf(day);
    if (sums.isInOne(start, start + DAY_MS) && isAnswer(day, this.#query)) {
      yield { at: start, lengthMs: DAY_MS, summary: day };
      return;
    }
    if (!hasHours(day)) return;
    for (let at = start; at < start + DAY_MS; at += HOUR_MS) {
      if (!sums.isInOne(at, at + HOUR_MS)) continue;
      const summary = this.#hours.get(keyOf(sums.series, at));
      if (!summary) yield { at, lengthMs: HOUR_MS };
      else if (isAnswer(summary, this.#query)) yield { at, lengthMs: HOUR_MS, summary };
    }
  }
}
