import type { AggregateQuery, SeriesRange } from "../historian.ts";
import { CopyReader } from "./copy.ts";
import type { Session } from "./database.ts";
import { DAY_MS } from "./days.ts";
import { wide } from "./summaries.ts";
import { timeLiteral, touching, within } from "./time.ts";

/*
 * What is left of samples that were let go, day by day: tables `hour` and `day`.
 */

const SUMMARY = "first_at, last_at, countable, good, min, max, sum, first, last, increase, area";
const EXCLUDED = SUMMARY.replaceAll(/\w+/g, "excluded.$&");

const GOOD = "FILTER (WHERE good > 0)";

/**
 * What days come to, of those of their hours that are left: `together` of rollup.ts in SQL. Of
 * hours without anything good only how many samples they had counts. The condition is on hours,
 * and takes those of a day all or none.
 */
export function daysOfHours(condition: string): string {
  const end = (one: string, ends: string) => `coalesce(${one}(${ends}) ${GOOD}, ${one}(${ends}))`;
  return `
    INSERT INTO fieldline.day(series, at, ${SUMMARY})
    SELECT series, day, ${end("min", "first_at")}, ${end("max", "last_at")},
      sum(countable), sum(good), min(min) ${GOOD}, max(max) ${GOOD}, sum(${wide("sum")}) ${GOOD},
      (array_agg(first ORDER BY at) ${GOOD})[1], (array_agg(last ORDER BY at DESC) ${GOOD})[1],
      sum(${wide("increase")} + CASE WHEN before IS NULL THEN 0
        WHEN first >= before THEN ${wide("first")} - ${wide("before")} ELSE ${wide("first")} END)
        ${GOOD},
      sum(${wide("area")}
        + coalesce(${wide("before")} * date_part('epoch', first_at - before_at) * 1000, 0)) ${GOOD}
    FROM (
      SELECT hour.*, date_trunc('day', at) AS day, lag(last) OVER w AS before,
        lag(last_at) OVER w AS before_at
      FROM fieldline.hour WHERE ${condition}
      WINDOW w AS (PARTITION BY series, date_trunc('day', at), good > 0 ORDER BY at)) AS placed
    GROUP BY series, day
    ON CONFLICT (series, at) DO UPDATE SET (${SUMMARY}) = ROW(${EXCLUDED})`;
}

/** The day that begins here, after its hours were made. */
export async function makeDay(session: Session, day: number, series: readonly number[]) {
  const isOfDay = within("at", day, day + DAY_MS);
  await session.run(daysOfHours(`series = ANY($1::int[]) AND ${isOfDay}`), [series]);
}

/** Days with a sample in the range; what is left of their hours becomes days again. */
export async function remakeDays(session: Session, range: SeriesRange): Promise<void> {
  const { series, from, to } = range;
  await session.run(`DELETE FROM fieldline.day WHERE series = ${series} AND ${touching(from, to)}`);
  const [first, last] = [Math.floor(from / DAY_MS) * DAY_MS, Math.ceil(to / DAY_MS) * DAY_MS];
  await session.run(daysOfHours(`series = ${series} AND ${within("at", first, last)}`));
}

type Wish = {
  readonly hourlyMs: number | null;
  readonly dailyMs: number | null;
  readonly now: number;
};

/**
 * Lets go of hours, whole days of them, and of days whose time is over. Where hours have gone,
 * nothing of their day is taken in any more: it could not be put to them. `whose` is a condition.
 */
export async function expire(
  session: Session,
  { hourlyMs, dailyMs, now }: Wish,
  whose: string,
): Promise<void> {
  if (hourlyMs === null) return;
  await session.run(
    `WITH expired AS (
       DELETE FROM fieldline.hour WHERE ${whose} AND at < ${dayBefore(now - hourlyMs)}
       RETURNING series, at)
     UPDATE fieldline.gone SET at = greatest(gone.at, ended.at)
     FROM (SELECT series, date_trunc('day', max(at)) + interval '1 day - 1 microsecond' AS at
       FROM expired GROUP BY series) AS ended
     WHERE gone.series = ended.series`,
  );
  if (dailyMs === null) return;
  const end = dayBefore(now - Math.max(hourlyMs, dailyMs));
  await session.run(`DELETE FROM fieldline.day WHERE ${whose} AND at < ${end}`);
}

function dayBefore(at: number): string {
  return timeLiteral(Math.floor(at / DAY_MS) * DAY_MS);
}

export type Span = { readonly from: number; readonly to: number };

/** Stretches of whole days that each lie in one bucket: there days say what their hours say. */
export function wholeDays({ from, to }: Span, starts: Float64Array): Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const [bucket, start] of starts.entries()) {
    const first = Math.ceil(Math.max(start, from) / DAY_MS) * DAY_MS;
    const end = Math.floor((starts[bucket + 1] ?? to) / DAY_MS) * DAY_MS;
    const last = spans.at(-1);
    if (first >= end) continue;
    if (last?.to === first) last.to = end;
    else spans.push({ from: first, to: end });
  }
  return spans;
}

/** The last good value, and of when, of what lies wholly before the query. */
export async function readLastOf(
  session: Session,
  table: "hour" | "day",
  { series, from }: Pick<AggregateQuery, "series" | "from">,
): Promise<Map<number, { readonly value: number; readonly micros: number }>> {
  const lengthMs = table === "day" ? DAY_MS : DAY_MS / 24;
  const isBefore = within("at", Number.NEGATIVE_INFINITY, from - lengthMs + 0.001);
  const bytes = await session.copyOut(
    `SELECT asked.series, before.last, before.last_at
     FROM unnest('{${[...new Set(series)]}}'::int[]) AS asked(series), LATERAL (
       SELECT last, last_at FROM fieldline.${table}
       WHERE ${table}.series = asked.series AND good > 0 AND ${isBefore}
       ORDER BY at DESC LIMIT 1) AS before`,
  );
  const found = new Map<number, { value: number; micros: number }>();
  const reader = new CopyReader(bytes);
  while (reader.nextRow()) {
    const one = reader.int32() ?? 0;
    found.set(one, { value: reader.double() ?? Number.NaN, micros: reader.int64() ?? 0 });
  }
  return found;
}
