import type { AggregateQuery, SeriesRange, SeriesRemains } from "../historian.ts";
import { type Summary, together } from "../rollup.ts";
import { makeDay, readLastOf, remakeDays, wholeDays } from "./daily.ts";
import type { Session } from "./database.ts";
import { DAY_MS } from "./days.ts";
import { readSummaries, type SeriesSummary } from "./summaries.ts";
import { dayOf, HOUR_MS, hourOf, readTiersFrom, writeTiers } from "./tier-rows.ts";
import { microsOf, timeOf, touching, within } from "./time.ts";

/*
 * What is left of samples that were let go, hour by hour: read, kept and deleted.
 */

const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
/** In one statement. */
const TIERS_AT_ONCE = 5_000;

/**
 * What is left where samples were let go, in order of time: days where each lies in one bucket, or
 * where their hours have gone; hours otherwise. All of them lie wholly in the query's time.
 */
export async function readTiers(
  session: Session,
  { series, from, to }: Pick<AggregateQuery, "series" | "from" | "to">,
  starts: Float64Array,
): Promise<SeriesSummary[]> {
  const spans = wholeDays({ from, to }, starts);
  const days = await readTable(session, "day", { series, from, to });
  const isElsewhere = spans.map((span) => `NOT (${within("at", span.from, span.to)})`);
  const hours = await readTable(session, "hour", { series, from, to }, isElsewhere);
  const known = new Set(hours.map((hour) => `${hour.series} ${dayOf(hour)}`));
  const wanted = days.filter((day) => !known.has(`${day.series} ${dayOf(day)}`));
  return [...wanted, ...hours].sort((one, other) => one.firstAt - other.firstAt);
}

/** The last good value of what ended before the query begins. */
export async function readTiersBefore(
  session: Session,
  query: Pick<AggregateQuery, "series" | "from">,
): Promise<Map<number, number>> {
  const hours = await readLastOf(session, "hour", query);
  const days = await readLastOf(session, "day", query);
  const values = new Map<number, number>();
  for (const found of [hours, days]) {
    for (const [series, { value, micros }] of found) {
      if (micros >= (hours.get(series)?.micros ?? 0)) values.set(series, value);
    }
  }
  return values;
}

async function readTable(
  session: Session,
  table: "hour" | "day",
  { series, from, to }: Pick<AggregateQuery, "series" | "from" | "to">,
  conditions: readonly string[] = [],
): Promise<SeriesSummary[]> {
  const lengthMs = table === "day" ? DAY_MS : HOUR_MS;
  const inside = [within("at", from, to - lengthMs + 0.001), ...conditions];
  const whose = `series = ANY('{${series}}')`;
  return readTiersFrom(session, `${table} AS tier WHERE ${whose} AND ${inside.join(" AND ")}`);
}

/** All hours with a sample in the range, and of their days what is theirs: what is deleted may not
 * live on in a sum. */
export async function removeHours(session: Session, range: SeriesRange): Promise<void> {
  const { series, from, to } = range;
  await session.run(
    `DELETE FROM fieldline.hour WHERE series = ${series} AND ${touching(from, to)}`,
  );
  await remakeDays(session, range);
}

/**
 * Keeps what a day and its hours come to, over good samples, with what was kept of them before. One
 * without any says how many samples could be counted.
 */
export async function keepHours(session: Session, day: number, series: Uint32Array): Promise<void> {
  const known = await readTable(session, "hour", { series, from: day, to: day + DAY_MS });
  const hours = linkedByHour([...known, ...(await readHours(session, day, series, true))]);
  await writeTiers(session, "hour", hours);
  await makeDay(session, day, [...series]);
}

/** What the samples of a day come to, hour by hour, in order of time for each series. */
export async function readHoursOfDay(
  session: Session,
  day: number,
  series: Iterable<number>,
): Promise<SeriesSummary[]> {
  const hours = linkedByHour(await readHours(session, day, series, false));
  return hours.sort((one, other) => one.series - other.series || one.firstAt - other.firstAt);
}

function readHours(
  session: Session,
  day: number,
  series: Iterable<number>,
  isWide: boolean,
): Promise<SeriesSummary[]> {
  const spans = Array.from(series, (one) => ({ series: one, from: day, to: day + DAY_MS }));
  const starts = Float64Array.from({ length: 24 }, (_, hour) => day + hour * HOUR_MS);
  return readSummaries(session, { spans, starts, weighted: true, isWide });
}

function linkedByHour(parts: readonly SeriesSummary[]): SeriesSummary[] {
  const hours = new Map<string, SeriesSummary>();
  for (const one of parts) {
    const key = `${one.series} ${hourOf(one)}`;
    const other = hours.get(key);
    hours.set(key, other ? { ...together(other, one), series: one.series } : one);
  }
  return [...hours.values()];
}

/** What another historian had left of a series, from before any sample that is here. */
export async function keepRemains(
  session: Session,
  series: number,
  { until, hours, days }: SeriesRemains,
): Promise<void> {
  const own = (of: readonly Summary[], from: number) =>
    of.slice(from, from + TIERS_AT_ONCE).map((one) => ({ ...one, series }));
  for (let from = 0; from < hours.length; from += TIERS_AT_ONCE) {
    await writeTiers(session, "hour", own(hours, from));
  }
  await remakeDays(session, { series, ...EVER });
  for (let from = 0; from < days.length; from += TIERS_AT_ONCE) {
    await writeTiers(session, "day", own(days, from));
  }
  await session.run(
    `INSERT INTO fieldline.gone AS known VALUES ($1, ${timeOf("$2::bigint")})
     ON CONFLICT (series) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at`,
    [series, microsOf(until)],
  );
}
