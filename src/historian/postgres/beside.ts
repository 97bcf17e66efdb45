import type { SeriesRange } from "../historian.ts";
import type { Session, Step } from "./database.ts";
import { DAY_MS } from "./days.ts";
import type { SeriesDay } from "./split.ts";
import { timeLiteral, timeOf, within } from "./time.ts";

/*
 * Days and hours beside the raw samples that they are made of. A row of `daily` is there only while
 * it says exactly what those samples say, good ones and how many could be counted: whatever changes
 * one of them takes the row away in the same transaction, and notes in `due` that it is to be made
 * again. A day is made when its series has gone on into another; then what is newer than its newest
 * sample cannot lie in it, and the copy of fresh samples has nothing to look for.
 *
 * A day of so many samples that to read its hours pays has these in `hourly`: an hour without a row
 * there has no samples. Days of very few samples are not made at all.
 */
export const COUNTED_MIN = 12;
const HOURS_COUNTED_MIN = 240;

export function hasHours({ countable }: { readonly countable: number }): boolean {
  return countable >= HOURS_COUNTED_MIN;
}

/** These days are not what they were, or are over now: they are to be made. */
export function spoilDays(days: readonly SeriesDay[]): readonly Step[] {
  const [series, starts] = [days.map((one) => one.series), days.map(({ day }) => day)];
  const asked = `unnest('{${series}}'::int[], '{${starts}}'::bigint[]) AS asked(series, micros)`;
  const start = timeOf("asked.micros");
  return [
    `WITH spoilt AS (
       DELETE FROM fieldline.daily USING ${asked}
       WHERE daily.series = asked.series AND daily.at = ${start} RETURNING daily.series, daily.at)
     DELETE FROM fieldline.hourly USING spoilt
     WHERE hourly.series = spoilt.series AND hourly.at >= spoilt.at
       AND hourly.at < spoilt.at + interval '1 day'`,
    `INSERT INTO fieldline.due AS known(series, at) SELECT asked.series, ${start} FROM ${asked}
     ON CONFLICT (at, series) DO UPDATE SET stamp = excluded.stamp`,
  ];
}

/** The same of all days with a part in the range, and of those that are not over without it. */
export async function spoilRange(
  session: Session,
  { series, from, to }: SeriesRange,
): Promise<void> {
  const isTouched = `${within("at", startOfDay(from), to)} OR at + interval '1 day' > coalesce(
    (SELECT newest.at FROM fieldline.newest WHERE newest.series = ${series}), '-infinity')`;
  await session.run(
    `WITH spoilt AS (
       DELETE FROM fieldline.daily WHERE series = ${series} AND (${isTouched}) RETURNING at)
     INSERT INTO fieldline.due(series, at) SELECT ${series}, at FROM spoilt
     ON CONFLICT (at, series) DO UPDATE SET stamp = excluded.stamp`,
  );
  await session.run(
    `DELETE FROM fieldline.hourly WHERE series = ${series} AND NOT EXISTS (
       SELECT 1 FROM fieldline.daily
       WHERE daily.series = hourly.series AND daily.at = date_trunc('day', hourly.at))`,
  );
  await session.run(
    `UPDATE fieldline.due SET stamp = txid_current() WHERE series = ${series} AND (${isTouched})`,
  );
}

/** Their samples are let go: what is left of them is kept elsewhere. */
export async function letGoDays(
  session: Session,
  day: number,
  series: readonly number[],
): Promise<void> {
  for (const table of ["daily", "hourly", "due"]) {
    await session.run(
      `DELETE FROM fieldline.${table}
       WHERE series = ANY($1::int[]) AND ${within("at", day, day + DAY_MS)}`,
      [series],
    );
  }
}

export type DueDays = {
  readonly day: number;
  readonly series: readonly { readonly series: number; readonly stamp: string }[];
};

/** Of one day, the newest that is to be made, at most so many series of those that are past it. */
export async function readDue(session: Session, most: number): Promise<DueDays | undefined> {
  const rows = await session.rows(
    `SELECT extract(epoch FROM due.at) * 1000, due.series, due.stamp::text
     FROM fieldline.due JOIN fieldline.newest USING (series)
     WHERE newest.at >= due.at + interval '1 day'
     ORDER BY due.at DESC, due.series DESC LIMIT ${most}`,
  );
  const [first] = rows;
  if (!first) return undefined;
  const own = rows.filter(([day]) => Number(day) === Number(first[0]));
  const series = own.map(([, one, stamp]) => ({ series: Number(one), stamp: String(stamp) }));
  return { day: Number(first[0]), series };
}

/** Which of these nobody has touched since they were read: they are no longer due. */
export async function settleDue(session: Session, due: DueDays): Promise<Set<number>> {
  const rows = await session.rows(
    `DELETE FROM fieldline.due USING unnest($1::int[], $2::bigint[]) AS made(series, stamp)
     WHERE due.at = ${timeLiteral(due.day)} AND due.series = made.series
       AND due.stamp = made.stamp RETURNING due.series`,
    [due.series.map(({ series }) => series), due.series.map(({ stamp }) => stamp)],
  );
  return new Set(rows.map(([series]) => Number(series)));
}

function startOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}
