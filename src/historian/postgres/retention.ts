import type { Retention } from "../historian.ts";
import { letGoDays } from "./beside.ts";
import { expire } from "./daily.ts";
import type { Database, Session } from "./database.ts";
import { DAY_MS, type Days } from "./days.ts";
import { keepHours } from "./hours.ts";
import type { Ingest } from "./ingest.ts";
import { timeLiteral, within } from "./time.ts";

/*
 * Lets go of what is older than its policy says: of raw samples hours and days stay.
 */

type Policies = ReadonlyMap<number, Retention>;
type Wish = { readonly now: number; readonly fallback: Retention };

/**
 * Lets go of days that are over for their series, a transaction each: what their hours came to is
 * kept first. A day that is over for all of its series is dropped as a partition, which costs
 * nothing; where some series are kept for longer, the rows of the others are deleted.
 */
export async function retire(
  database: Database,
  { days, ingest }: { readonly days: Days; readonly ingest: Ingest },
  wish: Wish,
): Promise<void> {
  const policies = await database.read(readPolicies);
  const end = latestEnd(policies, wish);
  const old = await database.read(async (session) =>
    (await days.all(session)).filter((day) => day + DAY_MS <= end),
  );
  for (const day of old) {
    const isDropped = await database.write(async (session) => {
      const series = await seriesOf(session, day);
      const due = series.filter((one) => endOf(one, policies, wish) >= day + DAY_MS);
      if (due.length < series.length && due.length === 0) return false;
      await letGo(session, day, due);
      if (due.length < series.length) await deleteRows(session, day, due);
      else await days.drop(session, day);
      await ingest.loadGone(session);
      return due.length === series.length;
    });
    if (isDropped) days.forget(day);
  }
  await database.write(async (session) => {
    await expireTiers(session, policies, wish);
    await ingest.loadGone(session);
  });
}

export async function setPolicy(
  session: Session,
  series: number,
  retention: Retention | null,
): Promise<void> {
  await session.run("DELETE FROM fieldline.policy WHERE series = $1", [series]);
  if (!retention) return;
  const kept = [series, retention.rawMs, retention.hourlyMs, retention.dailyMs];
  await session.run("INSERT INTO fieldline.policy VALUES ($1, $2, $3, $4)", kept);
}

/** How long series are kept that do not follow the house. */
export async function readPolicies(session: Session): Promise<Policies> {
  const rows = await session.rows("SELECT * FROM fieldline.policy");
  const ms = (value: unknown) => (value === null ? null : Number(value));
  return new Map(
    rows.map(([series, raw, hourly, daily]) => [
      Number(series),
      { rawMs: ms(raw), hourlyMs: ms(hourly), dailyMs: ms(daily) },
    ]),
  );
}

/** Samples of this series before this time need not be kept. */
function endOf(series: number, policies: Policies, { now, fallback }: Wish): number {
  const { rawMs } = policies.get(series) ?? fallback;
  return rawMs === null ? Number.NEGATIVE_INFINITY : now - rawMs;
}

function latestEnd(policies: Policies, { now, fallback }: Wish): number {
  const kept = [fallback, ...policies.values()].map(({ rawMs }) => rawMs ?? Infinity);
  return now - Math.min(...kept);
}

/** From one to the next by the key: a day has many samples of each. */
async function seriesOf(session: Session, day: number): Promise<number[]> {
  const isOfDay = within("at", day, day + DAY_MS);
  const rows = await session.rows(
    `WITH RECURSIVE found(series) AS (
       (SELECT series FROM fieldline.sample WHERE ${isOfDay} ORDER BY series LIMIT 1)
       UNION ALL
       SELECT (SELECT sample.series FROM fieldline.sample
               WHERE sample.series > found.series AND ${isOfDay} ORDER BY series LIMIT 1)
       FROM found WHERE found.series IS NOT NULL)
     SELECT series FROM found WHERE series IS NOT NULL`,
  );
  return rows.map(([series]) => Number(series));
}

/** Keeps what their hours come to, and takes them off the books. */
async function letGo(session: Session, day: number, due: readonly number[]): Promise<void> {
  await keepHours(session, day, Uint32Array.from(due));
  await letGoDays(session, day, due);
  await session.run(
    `INSERT INTO fieldline.gone AS known
       SELECT series, max(at) FROM fieldline.sample
       WHERE series = ANY($1::int[]) AND ${within("at", day, day + DAY_MS)} GROUP BY series
     ON CONFLICT (series) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at`,
    [due],
  );
  await session.run(
    `UPDATE fieldline.meta SET samples = samples - (SELECT count(*) FROM fieldline.sample
     WHERE series = ANY($1::int[]) AND ${within("at", day, day + DAY_MS)})`,
    [due],
  );
  await session.run(
    `DELETE FROM fieldline.newest
     WHERE series = ANY($1::int[]) AND at < ${timeLiteral(day + DAY_MS)}`,
    [due],
  );
}

async function deleteRows(session: Session, day: number, due: readonly number[]): Promise<void> {
  await session.run(
    `DELETE FROM fieldline.sample
     WHERE series = ANY($1::int[]) AND ${within("at", day, day + DAY_MS)}`,
    [due],
  );
}

async function expireTiers(
  session: Session,
  policies: Policies,
  { now, fallback }: Wish,
): Promise<void> {
  await expire(session, { ...fallback, now }, `series <> ALL('{${[...policies.keys()]}}'::int[])`);
  for (const [series, own] of policies) {
    await expire(session, { ...own, now }, `series = ${series}`);
  }
}
