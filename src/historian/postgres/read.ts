import { LIMIT } from "../../domain/limit.ts";
import { isPast, PAST } from "../../domain/reading.ts";
import { type Samples, SamplesBuilder } from "../../domain/samples.ts";
import type { RangeQuery } from "../historian.ts";
import { restOf } from "../paging.ts";
import type { Session } from "./database.ts";
import { COLUMNS, decodeRows } from "./rows.ts";
import { within } from "./time.ts";

/** Samples of one series, nearest to the asked end first: the key's order, read from the index. */
export async function readRange(session: Session, query: RangeQuery): Promise<Samples> {
  const { series, order = 1 } = query;
  const { since: from, until: to } = restOf(query);
  const limit = from < to ? Math.max(0, query.limit) : 0;
  const bytes = await session.copyOut(
    `SELECT ${COLUMNS} FROM fieldline.sample
     WHERE series = ${series} AND ${within("at", from, to)}
     ORDER BY at ${order === 1 ? "" : "DESC"} LIMIT ${limit}`,
  );
  return decodeRows(bytes);
}

/** In the order of the question. Seldom was the newest told afterwards: then it asks on. */
export async function readLatest(session: Session, series: Uint32Array): Promise<Samples> {
  const newest = await readNewest(session, series);
  if (!newest.quality.some(isPast)) return newest;
  const told = newest.series.filter((_, row) => isPast(newest.quality[row]));
  const before = await readPresent(session, told);
  const places = new Map(Array.from(before.series, (one, row) => [one, row]));
  const builder = new SamplesBuilder(newest.count);
  for (let row = 0; row < newest.count; row += 1) {
    const place = places.get(newest.series[row] ?? 0);
    if (!isPast(newest.quality[row])) builder.copy(newest, row);
    else if (place !== undefined) builder.copy(before, place);
  }
  return builder.take();
}

/**
 * Each by its key: `OFFSET 0` keeps the planner, which may know nothing of the tables yet, from
 * reading all of them instead.
 */
async function readNewest(session: Session, series: Uint32Array): Promise<Samples> {
  const asked = [...new Set(series)].filter((one) => one < LIMIT.series);
  const columns = COLUMNS.split(", ").map((name) => `found.${name}`);
  const bytes = await session.copyOut(
    `SELECT ${columns} FROM unnest('{${asked}}'::int[]) WITH ORDINALITY AS asked(series, place)
     JOIN fieldline.newest USING (series), LATERAL (
       SELECT ${COLUMNS} FROM fieldline.sample
       WHERE sample.series = newest.series AND sample.at = newest.at OFFSET 0) AS found
     ORDER BY place`,
  );
  return decodeRows(bytes);
}

/** The newest that was not told afterwards: the key is walked back until there is one. */
async function readPresent(session: Session, series: Uint32Array): Promise<Samples> {
  const columns = COLUMNS.split(", ").map((name) => `found.${name}`);
  const bytes = await session.copyOut(
    `SELECT ${columns} FROM unnest('{${series}}'::int[]) AS asked(series), LATERAL (
       SELECT ${COLUMNS} FROM fieldline.sample
       WHERE sample.series = asked.series AND quality < ${PAST}
       ORDER BY at DESC LIMIT 1) AS found`,
  );
  return decodeRows(bytes);
}
