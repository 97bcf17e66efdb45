import { PAST, QUALITY_BYTE } from "../../domain/reading.ts";
import type { AggregateQuery, SeriesRange } from "../historian.ts";
import { NOTHING, type Summary } from "../rollup.ts";
import { CopyReader } from "./copy.ts";
import type { Session } from "./database.ts";
import { timeLiteral, timeOfMicros, within } from "./time.ts";

/*
 * The SQL that sums samples up, bucket by bucket.
 */

type Wish = Pick<AggregateQuery, "quality" | "rollover" | "weighted"> & {
  /** What is to be looked at; those of a series do not meet. */
  readonly spans: readonly SeriesRange[];
  /** Where the buckets begin. */
  readonly starts: Float64Array;
  /** Sums may be too large for a double: what is near that adds up as infinite. Fallback: no. */
  readonly isWide?: boolean;
};

export type SeriesSummary = Summary & { readonly series: number };

/** What PostgreSQL says of a sum that is too large for a double. */
const OUT_OF_RANGE = "22003";
/** A quadrillion of samples, each times the milliseconds of a year, come to less than a double. */
const WIDE = "1e280";

/** A number, 0 or 1 for a boolean; null for all that is not counted. */
const COUNTED = "coalesce(nullif(number, 'NaN'), whole::float8, truth::int::float8)";
const GOOD = [QUALITY_BYTE.good, QUALITY_BYTE.good + PAST].join(", ");
/** Its first half is that of the index of these. */
const NOT_GOOD = `quality <> 0 AND quality NOT IN (${GOOD})`;

/**
 * What the samples of each span come to, bucket by bucket: PostgreSQL looks at all of them, and
 * whoever asks joins what it found. Series after series it walks along the key, so that nothing has
 * to be sorted. Where a sum is too large for a double its arithmetic stops (`isBeyond`), while ours
 * goes on with infinity: then it has to be asked for as `isWide`.
 */
export async function readSummaries(session: Session, wish: Wish): Promise<SeriesSummary[]> {
  if (wish.spans.length === 0) return [];
  const trusted = await readTrusted(session, wish);
  return wish.quality === "all" ? trusted : [...trusted, ...(await readOthers(session, wish))];
}

/** Whether a sum was too large for a double. */
export function isBeyond(reason: unknown): boolean {
  return (reason as { readonly code?: unknown } | undefined)?.code === OUT_OF_RANGE;
}

/** As SQL, a number that no sum of which fails. */
export function wide(number: string): string {
  const infinite = `sign(${number}) * 'Infinity'::float8`;
  return `(CASE WHEN abs(${number}) > ${WIDE} THEN ${infinite} ELSE ${number} END)`;
}

/** The last value before this time that counts, of each of the series that has one. */
export async function readValuesBefore(
  session: Session,
  { series, from, quality }: Pick<AggregateQuery, "series" | "from" | "quality">,
): Promise<Map<number, number>> {
  const bytes = await session.copyOut(
    `SELECT asked.series, before.value
     FROM unnest('{${[...new Set(series)]}}'::int[]) AS asked(series), LATERAL (
       SELECT ${COUNTED} AS value FROM fieldline.sample
       WHERE sample.series = asked.series AND ${within("at", Number.NEGATIVE_INFINITY, from)}
         AND ${COUNTED} IS NOT NULL AND ${trust(quality)}
       ORDER BY at DESC LIMIT 1) AS before`,
  );
  const values = new Map<number, number>();
  const reader = new CopyReader(bytes);
  while (reader.nextRow()) values.set(reader.int32() ?? 0, reader.double() ?? Number.NaN);
  return values;
}

async function readTrusted(session: Session, wish: Wish): Promise<SeriesSummary[]> {
  const { quality, rollover, weighted, isWide } = wish;
  const [one, last] = isWide ? [wide("value"), wide("before")] : ["value", "before"];
  const reset = rollover === undefined ? one : resetWith(rollover, one, last);
  const heldMs = "(date_part('epoch', at - before_at) * 1000)";
  const growth = `CASE WHEN value >= before THEN ${one} - ${last} ELSE ${reset} END`;
  const area = weighted
    ? `coalesce(sum(${last} * ${heldMs}) FILTER (WHERE follows), 0)`
    : "0::float8";
  const bytes = await session.copyOut(
    `SELECT asked.series, min(at), max(at), count(*), count(*), min(value), max(value),
       sum(${one}),
       max(value) FILTER (WHERE NOT follows), max(value) FILTER (WHERE NOT is_followed),
       coalesce(sum(${growth}) FILTER (WHERE follows), 0), ${area}
     FROM ${asked(wish.spans)}, LATERAL (
       SELECT at, value, bucket, lag(value) OVER w AS before, lag(at) OVER w AS before_at,
         coalesce(lag(bucket) OVER w = bucket, false) AS follows,
         coalesce(lead(bucket) OVER w = bucket, false) AS is_followed
       FROM (${countedRows(wish, trust(quality))}) AS counted
       WINDOW w AS (ORDER BY at)) AS placed
     GROUP BY asked.series, since, bucket`,
  );
  const found: SeriesSummary[] = [];
  const reader = new CopyReader(bytes);
  while (reader.nextRow()) found.push(readSummary(reader));
  return found;
}

/** As SQL, `growth` of tally.ts where there is a rollover and the value is less than before. */
function resetWith(rollover: number, one: string, last: string): string {
  const grown = `${rollover}::float8 - ${last} + ${one}`;
  const isRollover = `value >= 0 AND before <= ${rollover}::float8`;
  return `CASE WHEN ${isRollover} THEN ${grown} ELSE greatest(0, ${one}) END`;
}

/** How many could be counted and are not: few, and there is an index of them. */
async function readOthers(session: Session, wish: Wish): Promise<SeriesSummary[]> {
  const bytes = await session.copyOut(
    `SELECT asked.series, min(at), count(*)
     FROM ${asked(wish.spans)}, LATERAL (${countedRows(wish, NOT_GOOD)}) AS counted
     GROUP BY asked.series, since, bucket`,
  );
  const found: SeriesSummary[] = [];
  const reader = new CopyReader(bytes);
  while (reader.nextRow()) {
    const series = reader.int32() ?? 0;
    const at = timeOfMicros(reader.int64() ?? 0);
    const countable = reader.int64() ?? 0;
    found.push({ series, ...NOTHING, firstAt: at, lastAt: at, samples: 0, countable });
  }
  return found;
}

/** A series and the eleven numbers that its samples come to: of a table, or made by a question. */
export function readSummary(reader: CopyReader): SeriesSummary {
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

function asked(spans: readonly SeriesRange[]): string {
  const series = spans.map((span) => span.series);
  const [since, until] = [spans.map(({ from }) => from), spans.map(({ to }) => to)].map(timeArray);
  return `unnest('{${series}}'::int[], ${since}, ${until}) AS asked(series, since, until)`;
}

function timeArray(times: Iterable<number>): string {
  const literals = Array.from(times, (time) => timeLiteral(time).replaceAll("'", '"'));
  return `'{${literals}}'::timestamptz[]`;
}

function trust(quality: Wish["quality"]): string {
  return quality === "all" ? "true" : `quality IN (${GOOD})`;
}

/** Of the span in hand, each with the bucket that it lies in. */
function countedRows({ spans, starts }: Wish, condition: string): string {
  const from = spans.reduce((first, span) => Math.min(first, span.from), Infinity);
  const to = spans.reduce((last, span) => Math.max(last, span.to), -Infinity);
  return `SELECT at, ${COUNTED} AS value, width_bucket(at, ${timeArray(starts)}) AS bucket
    FROM fieldline.sample
    WHERE sample.series = asked.series AND at >= since AND at < until
      AND ${within("at", from, to)} AND ${COUNTED} IS NOT NULL AND ${condition} OFFSET 0`;
}
