import { Readable } from "node:stream";
import {
  AGGREGATE_FUNCTIONS,
  type AggregateFunction,
  columnOf,
  functionsIn,
  summedUp,
} from "../domain/aggregate.ts";
import type { PointId } from "../domain/brand.ts";
import { integerOf } from "../domain/integer.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Point } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { isPast, qualityOf, type Value } from "../domain/reading.ts";
import { columnsOfTable } from "../domain/sample-columns.ts";
import { linesOfTable, SAMPLE_TABLE, TABLE_HEAD } from "../domain/sample-table.ts";
import { type Samples, valueAt } from "../domain/samples.ts";
import { wordBeside } from "../domain/status-word.ts";
import type { AggregateQuery, Buckets } from "../historian/historian.ts";
import { calendarStarts, isTimeZone } from "../lib/calendar.ts";
import { csvLine } from "../lib/csv.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { aggregateTable, PARQUET } from "./aggregate-table.ts";
import type { Reply, RouteQuery } from "./contract.ts";
import { historyCsv } from "./csv.ts";
import { type Answer, type Call, type Handlers, Verbatim } from "./handler.ts";
import type { House } from "./house.ts";
import { pointOf } from "./points.ts";
import { shown } from "./samples.ts";
import { iso, isoColumn, type Span, spanOf } from "./time.ts";
import { type Words, wordsOf } from "./words.ts";

export const historyHandlers = {
  "GET /points/:id/history": history,
  "GET /history/aggregate": aggregate,
} satisfies Handlers;

type HistoryRoute = "GET /points/:id/history";
type AggregateRoute = "GET /history/aggregate";

async function history(house: House, call: Call<HistoryRoute>): Answer<HistoryRoute> {
  const { params, query, accept } = call;
  const span = spanOf(query);
  if (!span.ok) return span;
  const limit = query.limit ?? LIMIT.samplesPerReply;
  if (limit > LIMIT.samplesPerReply) return tooLarge(`limit: at most ${LIMIT.samplesPerReply}`);
  const after = cursorOf(query.after);
  if (!after.ok) return after;
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;

  const { series } = point.value;
  const wish = {
    series,
    ...span.value,
    ...after.value,
    // One more than asked for tells whether there is a next page.
    limit: limit + 1,
    order: query.order === "desc" ? -1 : 1,
  } as const;
  const samples = await house.historian.range(wish);
  const words = await wordsOf(house, wish);
  const next = samples.count > limit ? String(samples.at[limit - 1]) : null;
  const page = { samples, words, rows: Math.min(limit, samples.count) };
  return success(await asAccepted(accept, point.value, page, next));
}

/** A page as JSON, or as one of the tables; these have `next` in a header. */
async function asAccepted(
  accept: string,
  point: Point,
  page: Page,
  next: string | null,
): Promise<Verbatim> {
  const headers: Record<string, string> = next === null ? {} : { "fieldline-next": next };
  if (accept.includes(SAMPLE_TABLE)) {
    const { samples, rows, words } = page;
    const text = csvLine(TABLE_HEAD) + linesOfTable(point.id, samples, rows, words);
    return new Verbatim(`${SAMPLE_TABLE}; charset=utf-8`, text, headers);
  }
  if (accept.includes(PARQUET)) {
    const { parquetBytes } = await import("../lib/parquet.ts");
    const bytes = parquetBytes(columnsOfTable({ point: point.id, ...page }));
    return new Verbatim(PARQUET, Readable.from([bytes]), headers);
  }
  const reply = { ...historyReply(point, page), next };
  if (accept.includes("text/csv")) {
    return new Verbatim("text/csv; charset=utf-8; header=present", historyCsv(reply), headers);
  }
  // Made here from columns, so there is nothing for a schema to leave out; and it is far faster.
  return new Verbatim("application/json; charset=utf-8", JSON.stringify(reply));
}

/** The time of the last sample that was sent, in full: a sample may lie between milliseconds. */
function cursorOf(text: string | undefined): Outcome<{ readonly after?: number }, Problem> {
  if (text === undefined) return success({});
  const after = Number(text);
  if (text.trim() !== "" && Number.isFinite(after)) return success({ after });
  return failure(problem("request_invalid", "after: not what 'next' of a page was"));
}

type Page = {
  readonly samples: Samples;
  readonly words: Words | undefined;
  /** What is to be shown of the samples. */
  readonly rows: number;
};

function historyReply(
  { id, variable }: Point,
  { samples, words, rows }: Page,
): Omit<Reply<HistoryRoute>, "next"> {
  const bytes = samples.quality.subarray(0, rows);
  const quality = Array.from(bytes, qualityOf);
  return {
    pointId: id,
    unit: variable.unit ?? null,
    at: isoColumn(samples.at.subarray(0, rows)),
    value: Array.from({ length: rows }, (_, row) => shown(valueAt(samples, row))),
    quality,
    ...(words && {
      statusWord: quality.map((one, row) => wordBeside(one, words.get(samples.at[row] ?? 0))),
    }),
    ...(bytes.some(isPast) && { toldAfterwards: Array.from(bytes, isPast) }),
  };
}

async function aggregate(house: House, call: Call<AggregateRoute>): Answer<AggregateRoute> {
  const { query, accept } = call;
  const span = spanOf(query);
  if (!span.ok) return span;
  const functions = functionsOf(query.fns);
  if (!functions.ok) return functions;
  const points = await pointsOf(house, query.points);
  if (!points.ok) return points;
  const by = bucketsOf(query, span.value, points.value.length);
  if (!by.ok) return by;

  const { quality = "good", state = "true", rollover } = query;
  const asked = {
    ...span.value,
    by: by.value,
    quality,
    // What was last said may hold no longer tomorrow.
    now: house.clock.now(),
    weighted: functions.value.includes("twa"),
  };
  const ask = (some: readonly Point[], more: { readonly state?: Value } = {}) =>
    summedUp(some, rollover, (of) => house.historian.aggregate({ ...asked, ...more, ...of }));
  const columns = functions.value.includes("duration")
    ? await inStateOf(points.value, state, ask)
    : await ask(points.value);
  const items = points.value.map(({ id, series }) => ({
    pointId: id,
    columns: columnsOf(columns.get(series), functions.value),
  }));
  const [{ at, widthMs } = NO_BUCKETS] = columns.values();
  const table = await aggregateTable(accept, { at, items, functions: functions.value });
  if (table) return success(table);
  return success({
    from: iso(span.value.from),
    widthMs: widthMs || 0,
    ...(query.calendar && { at: isoColumn(at) }),
    items,
  });
}

type Sums = ReadonlyMap<number, Buckets>;

/** "1" is a number, and a text where the point holds texts. */
async function inStateOf(
  points: readonly Point[],
  state: string,
  ask: (some: readonly Point[], more: { readonly state: Value }) => Promise<Sums>,
): Promise<Sums> {
  const isText = ({ variable }: Point) => variable.dataType === "string";
  const texts = await ask(points.filter(isText), { state });
  const others = await ask(
    points.filter((point) => !isText(point)),
    { state: stateOf(state) },
  );
  return new Map([...texts, ...others]);
}

const NO_BUCKETS: Pick<Buckets, "at" | "widthMs"> = { at: new Float64Array(0), widthMs: 0 };

/** Those that a list of ids names, each once. */
export async function pointsOf(house: House, list: string): Promise<Outcome<Point[], Problem>> {
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
  query: RouteQuery<AggregateRoute>,
  span: Span,
  points: number,
): Outcome<AggregateQuery["by"], Problem> {
  const { buckets, every, calendar, tz = "UTC" } = query;
  if ([buckets, every, calendar].filter((one) => one !== undefined).length !== 1) {
    return failure(problem("request_invalid", "say either 'buckets', 'every' or 'calendar'"));
  }
  if (!isTimeZone(tz)) return failure(problem("request_invalid", `tz: no time zone '${tz}'`));
  const rows = bucketCount(query, span) * points;
  if (rows > LIMIT.bucketsPerReply) {
    return tooLarge(`${rows} buckets in all; at most ${LIMIT.bucketsPerReply}`);
  }
  if (calendar) return success({ calendar, timeZone: tz });
  return success(buckets === undefined ? { everyMs: every ?? 1 } : { buckets });
}

/** Those of a calendar are not counted further than matters. */
function bucketCount(query: RouteQuery<AggregateRoute>, { from, to }: Span): number {
  const { buckets, every = 1, calendar: unit, tz: timeZone = "UTC" } = query;
  if (!unit) return buckets ?? Math.ceil((to - from) / every);
  return calendarStarts({ from, to, unit, timeZone }, LIMIT.bucketsPerReply + 1).length;
}

/** As it would be written in JSON; a text without its quotation marks. */
function stateOf(text: string): Value {
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d{16,19}$/.test(text)) return integerOf(BigInt(text)) ?? text;
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function functionsOf(list?: string): Outcome<AggregateFunction[], Problem> {
  const functions = functionsIn(list);
  if (functions) return success(functions);
  return failure(problem("request_invalid", `fns: some of ${AGGREGATE_FUNCTIONS.join(", ")}`));
}

type Columns = Reply<AggregateRoute>["items"][number]["columns"];

function columnsOf(buckets: Buckets | undefined, functions: readonly AggregateFunction[]): Columns {
  const columns: Columns = {};
  if (!buckets) return columns;
  for (const name of functions) columns[name] = columnOf(buckets, name);
  return columns;
}

function tooLarge(detail: string) {
  return failure(problem("query_too_large", detail));
}
