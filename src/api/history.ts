import type { PointId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Point } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { qualityOf } from "../domain/reading.ts";
import { type Samples, valueAt } from "../domain/samples.ts";
import type { AggregateQuery, Buckets } from "../historian/historian.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { AGGREGATE_FUNCTIONS, type Reply, type RouteQuery } from "./contract.ts";
import { historyCsv } from "./csv.ts";
import { type Answer, type Call, type Handlers, Verbatim } from "./handler.ts";
import type { House } from "./house.ts";
import { pointOf } from "./points.ts";
import { shown } from "./samples.ts";
import { iso, isoColumn, type Span, spanOf } from "./time.ts";

export const historyHandlers = {
  "GET /points/:id/history": history,
  "GET /history/aggregate": aggregate,
} satisfies Handlers;

type HistoryRoute = "GET /points/:id/history";
type AggregateRoute = "GET /history/aggregate";
type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

async function history(house: House, call: Call<HistoryRoute>): Answer<HistoryRoute> {
  const { params, query, accept } = call;
  const span = spanOf(query);
  if (!span.ok) return span;
  const limit = query.limit ?? LIMIT.samplesPerReply;
  if (limit > LIMIT.samplesPerReply) return tooLarge(`limit: at most ${LIMIT.samplesPerReply}`);
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;

  const { series } = point.value;
  const order = query.order === "desc" ? -1 : 1;
  // One more than asked for tells whether there is a next page, and where it begins.
  const samples = await house.historian.range({ series, ...span.value, limit: limit + 1, order });
  const next = samples.count > limit ? nextPage(samples, limit, order) : null;
  const reply = historyReply(point.value, samples, limit, next);
  if (!accept.includes("text/csv")) {
    // Made here from columns, so there is nothing for a schema to leave out; and it is far faster.
    return success(new Verbatim("application/json; charset=utf-8", JSON.stringify(reply)));
  }
  const headers: Record<string, string> = next === null ? {} : { "fieldline-next": next };
  return success(
    new Verbatim("text/csv; charset=utf-8; header=present", historyCsv(reply), headers),
  );
}

/** `to` is not part of a range, so a descending page ends at the last sample that was sent. */
function nextPage({ at }: Samples, limit: number, order: 1 | -1): string {
  return iso(at[order === 1 ? limit : limit - 1] ?? 0);
}

function historyReply(
  { id, variable }: Point,
  samples: Samples,
  limit: number,
  next: string | null,
): Reply<HistoryRoute> {
  const rows = Math.min(limit, samples.count);
  return {
    pointId: id,
    unit: variable.unit ?? null,
    at: isoColumn(samples.at.subarray(0, rows)),
    value: Array.from({ length: rows }, (_, row) => shown(valueAt(samples, row))),
    quality: Array.from(samples.quality.subarray(0, rows), qualityOf),
    next,
  };
}

async function aggregate(house: House, { query }: Call<AggregateRoute>): Answer<AggregateRoute> {
  const span = spanOf(query);
  if (!span.ok) return span;
  const functions = functionsOf(query.fns);
  if (!functions.ok) return functions;
  const points = await pointsOf(house, query.points);
  if (!points.ok) return points;
  const by = bucketsOf(query, span.value, points.value.length);
  if (!by.ok) return by;

  const buckets = await house.historian.aggregate({
    series: Uint32Array.from(points.value, ({ series }) => series),
    ...span.value,
    by: by.value,
    quality: query.quality ?? "good",
  });
  const columns = new Map(buckets.map((one) => [one.series, one]));
  return success({
    from: iso(span.value.from),
    widthMs: buckets[0]?.widthMs ?? 0,
    items: points.value.map(({ id, series }) => ({
      pointId: id,
      columns: columnsOf(columns.get(series), functions.value),
    })),
  });
}

async function pointsOf(house: House, list: string): Promise<Outcome<Point[], Problem>> {
  const ids = [...new Set(list.split(","))];
  if (ids.length > LIMIT.pointsPerQuery) return tooLarge(`at most ${LIMIT.pointsPerQuery} points`);
  const { points } = await house.model.view();
  const found: Point[] = [];
  for (const id of ids) {
    const point = points.get(id as PointId);
    if (!point) return failure(problem("point_unknown", `no point '${id}'`));
    found.push(point);
  }
  return success(found);
}

/** What a reply costs is known before the historian is asked. */
function bucketsOf(
  { buckets, every }: RouteQuery<AggregateRoute>,
  { from, to }: Span,
  points: number,
): Outcome<AggregateQuery["by"], Problem> {
  if ((buckets === undefined) === (every === undefined)) {
    return failure(problem("request_invalid", "say either 'buckets' or 'every'"));
  }
  const rows = (buckets ?? Math.ceil((to - from) / (every ?? 1))) * points;
  if (rows > LIMIT.bucketsPerReply) {
    return tooLarge(`${rows} buckets in all; at most ${LIMIT.bucketsPerReply}`);
  }
  return success(buckets === undefined ? { everyMs: every ?? 1 } : { buckets });
}

function functionsOf(list = "count,min,max,avg"): Outcome<AggregateFunction[], Problem> {
  const names = list.split(",");
  const functions = AGGREGATE_FUNCTIONS.filter((name) => names.includes(name));
  if (functions.length === new Set(names).size) return success(functions);
  return failure(problem("request_invalid", `fns: some of ${AGGREGATE_FUNCTIONS.join(", ")}`));
}

type Columns = Reply<AggregateRoute>["items"][number]["columns"];

function columnsOf(buckets: Buckets | undefined, functions: readonly AggregateFunction[]): Columns {
  const columns: Columns = {};
  if (!buckets) return columns;
  for (const name of functions) {
    const column = name === "avg" ? average(buckets) : buckets[name];
    columns[name] = Array.from(column, (value) => (Number.isFinite(value) ? value : null));
  }
  return columns;
}

function average({ sum, count }: Buckets): Float64Array {
  return sum.map((total, row) => total / (count[row] ?? 0));
}

function tooLarge(detail: string) {
  return failure(problem("query_too_large", detail));
}
