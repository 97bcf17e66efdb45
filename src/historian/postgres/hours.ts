import type { AggregateQuery, SeriesRange, SeriesRemains } from "../historian.ts";
import { type Summary, together } from "../rollup.ts";
import { CopyReader } from "./copy.ts";
import { makeDay, readLastOf, remakeDays, wholeDays } from "./daily.ts";
import type { Session } from "./database.ts";
import { readSummaries, type SeriesSummary } from "./summaries.ts";
import { microsOf, timeOfMicros, touching, within } from "./time.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
/** In one statement. */
const TIERS_AT_ONCE = 5_000;

const SUMMARY = "first_at, last_at, countable, good, min, max, sum, first, last, increase, area";
const EXCLUDED = SUMMARY.replaceAll(/\w+/g, "excluded.$&");
const time = (micros: string) =>
  `'2000-01-01Z'::timestamptz + ${micros} * interval '1 microsecond'`;

/**
 * What is left where samples were let go and something was good, in order of time: days where each
 * lies in one bucket, or where their hours have gone; hours otherwise. All of them lie wholly in
 * the query's time.
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
  const inside = [within("at", from, to - lengthMs + 0.001), "good > 0", ...conditions];
  const bytes = await session.copyOut(
    `SELECT series, ${SUMMARY} FROM fieldline.${table}
     WHERE series = ANY('{${series}}') AND ${inside.join(" AND ")} ORDER BY series, at`,
  );
  const found: SeriesSummary[] = [];
  const reader = new CopyReader(bytes);
  while (reader.nextRow()) found.push(readSummary(reader));
  return found;
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

/** Keeps what a day and its hours come to, over good samples, with what was kept of them before. */
export async function keepHours(session: Session, day: number, series: Uint32Array): Promise<void> {
  const span = { series, from: day, to: day + 24 * HOUR_MS };
  const starts = Float64Array.from({ length: 24 }, (_, hour) => day + hour * HOUR_MS);
  const hours = new Map<string, SeriesSummary>();
  const known = await readTable(session, "hour", span);
  const found = await readSummaries(session, { ...span, starts, weighted: true });
  for (const one of [...known, ...found]) {
    const key = `${one.series} ${hourOf(one)}`;
    const other = hours.get(key);
    hours.set(key, other ? { ...together(other, one), series: one.series } : one);
  }
  const kept = [...hours.values()].filter(({ good }) => good > 0);
  await writeTiers(session, "hour", kept);
  await makeDay(session, day, [...series]);
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
    `INSERT INTO fieldline.gone AS known VALUES ($1, ${time("$2::bigint")})
     ON CONFLICT (series) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at`,
    [series, microsOf(until)],
  );
}

async function writeTiers(
  session: Session,
  table: "hour" | "day",
  tiers: readonly SeriesSummary[],
): Promise<void> {
  const column = (of: (tier: SeriesSummary) => number) => tiers.map(of);
  await session.run(
    `INSERT INTO fieldline.${table}(series, at, ${SUMMARY})
     SELECT series, to_timestamp(at / 1000), ${time("first_at")}, ${time("last_at")},
       countable, good, min, max, sum, first, last, increase, area
     FROM unnest($1::int[], $2::float8[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
       $7::float8[], $8::float8[], $9::float8[], $10::float8[], $11::float8[], $12::float8[],
       $13::float8[]) AS kept(series, at, ${SUMMARY})
     ON CONFLICT (series, at) DO UPDATE SET (${SUMMARY}) = ROW(${EXCLUDED})`,
    [
      column(({ series }) => series),
      column(table === "hour" ? hourOf : dayOf),
      column(({ firstAt }) => microsOf(firstAt)),
      column(({ lastAt }) => microsOf(lastAt)),
      column(({ countable }) => countable),
      column(({ good }) => good),
      column(({ min }) => min),
      column(({ max }) => max),
      column(({ sum }) => sum),
      column(({ first }) => first),
      column(({ last }) => last),
      column(({ increase }) => increase),
      column(({ area }) => area),
    ],
  );
}

/** The hour that it lies in. */
function hourOf({ firstAt }: SeriesSummary): number {
  return Math.floor(firstAt / HOUR_MS) * HOUR_MS;
}

function dayOf({ firstAt }: SeriesSummary): number {
  return Math.floor(firstAt / DAY_MS) * DAY_MS;
}

function readSummary(reader: CopyReader): SeriesSummary {
  const series = reader.int32() ?? 0;
  const firstAt = timeOfMicros(reader.int64() ?? 0);
  const lastAt = timeOfMicros(reader.int64() ?? 0);
  const countable = reader.int64() ?? 0;
  const good = reader.int64() ?? 0;
  return {
    series,
    firstAt,
    lastAt,
    countable,
    samples: good,
    good,
    min: reader.double() ?? Number.NaN,
    max: reader.double() ?? Number.NaN,
    sum: reader.double() ?? Number.NaN,
    first: reader.double() ?? Number.NaN,
    last: reader.double() ?? Number.NaN,
    increase: reader.double() ?? Number.NaN,
    area: reader.double() ?? Number.NaN,
  };
}
