import { CopyReader } from "./copy.ts";
import type { Session } from "./database.ts";
import { DAY_MS } from "./days.ts";
import { readSummary, type SeriesSummary } from "./summaries.ts";
import { microsOf, timeOf } from "./time.ts";

/*
 * Hours and days, a row each, with the same columns whatever they are made of: `hour` and `day` are
 * what is left of samples that were let go, `hourly` and `daily` stand beside samples (beside.ts).
 */

type TierTable = "hour" | "day" | "hourly" | "daily";

export const HOUR_MS = DAY_MS / 24;
const SUMMARY = "first_at, last_at, countable, good, min, max, sum, first, last, increase, area";
const EXCLUDED = SUMMARY.replaceAll(/\w+/g, "excluded.$&");

/** In order of time for each series. `source` is the table and what else follows FROM. */
export async function readTiersFrom(session: Session, source: string): Promise<SeriesSummary[]> {
  const bytes = await session.copyOut(
    `SELECT tier.series, ${SUMMARY} FROM fieldline.${source} ORDER BY tier.series, tier.at`,
  );
  const found: SeriesSummary[] = [];
  const reader = new CopyReader(bytes);
  while (reader.nextRow()) found.push(readSummary(reader));
  return found;
}

export async function writeTiers(
  session: Session,
  table: TierTable,
  tiers: readonly SeriesSummary[],
): Promise<void> {
  const column = (of: (tier: SeriesSummary) => number) => tiers.map(of);
  await session.run(
    `INSERT INTO fieldline.${table}(series, at, ${SUMMARY})
     SELECT series, to_timestamp(at / 1000), ${timeOf("first_at")}, ${timeOf("last_at")},
       countable, good, min, max, sum, first, last, increase, area
     FROM unnest($1::int[], $2::float8[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
       $7::float8[], $8::float8[], $9::float8[], $10::float8[], $11::float8[], $12::float8[],
       $13::float8[]) AS kept(series, at, ${SUMMARY})
     ON CONFLICT (series, at) DO UPDATE SET (${SUMMARY}) = ROW(${EXCLUDED})`,
    [
      column(({ series }) => series),
      column(table === "hour" || table === "hourly" ? hourOf : dayOf),
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
export function hourOf({ firstAt }: SeriesSummary): number {
  return Math.floor(firstAt / HOUR_MS) * HOUR_MS;
}

/** The day of UTC that it lies in. */
export function dayOf({ firstAt }: SeriesSummary): number {
  return Math.floor(firstAt / DAY_MS) * DAY_MS;
}
