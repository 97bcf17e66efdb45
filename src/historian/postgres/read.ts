import { LIMIT } from "../../domain/limit.ts";
import type { Samples } from "../../domain/samples.ts";
import type { RangeQuery } from "../historian.ts";
import { restOf } from "../rest.ts";
import type { Session } from "./database.ts";
import { COLUMNS, decodeRows } from "./rows.ts";
import { within } from "./time.ts";

/** Samples of one series, nearest to the asked end first: the key's order, read from the index. */
export async function readRange(session: Session, query: RangeQuery): Promise<Samples> {
  const { series, order = 1 } = query;
  const { from, to } = restOf(query);
  const limit = from < to ? Math.max(0, query.limit) : 0;
  const bytes = await session.copyOut(
    `SELECT ${COLUMNS} FROM fieldline.sample
     WHERE series = ${series} AND ${within("at", from, to)}
     ORDER BY at ${order === 1 ? "" : "DESC"} LIMIT ${limit}`,
  );
  return decodeRows(bytes);
}

/**
 * In the order of the question, each by its key: `OFFSET 0` keeps the planner, which may know
 * nothing of the tables yet, from reading all of them instead.
 */
export async function readLatest(session: Session, series: Uint32Array): Promise<Samples> {
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
