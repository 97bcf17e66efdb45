import { Type } from "typebox";
import { AGGREGATE_FUNCTIONS, type AggregateFunction } from "../domain/aggregate.ts";
import { LIMIT } from "../domain/limit.ts";
import { QUALITIES } from "../domain/reading.ts";
import { SAMPLE_TABLE, TABLE_CELLS_MIN, TABLE_HEAD } from "../domain/sample-table.ts";
import { PAGE_ROWS } from "../domain/table-page.ts";
import { CALENDAR_UNITS } from "../lib/calendar.ts";
import type { Route } from "./contract.ts";
import {
  countedPage,
  Id,
  nullable,
  oneOf,
  PageQuery,
  PointSchema,
  SampleSchema,
  Search,
  Time,
  TimeIn,
  Value,
  VariableChangeSchema,
} from "./schema.ts";
import { KeptSchema, RetentionSchema } from "./schema-kept.ts";

/**
 * Points: their newest values, their history, what is pushed and what is watched. A part of the
 * contract, see `contract.ts`.
 */

/** Tables of before have fewer cells. */
const ROW = { minItems: TABLE_CELLS_MIN, maxItems: TABLE_HEAD.length };

const RowsStored = Type.Object({
  stored: Type.Integer({ description: "those that were there already, too" }),
  tooOld: Type.Integer({ description: "not stored: raw samples of then were let go" }),
  new: Type.Integer(),
  same: Type.Integer({ description: "there already: they are not stored again" }),
  corrected: Type.Integer({ description: "another value was there, or another quality" }),
  uncompared: Type.Integer({ description: "stored without a look at what was there" }),
});

export const POINT_ROUTES = {
  "GET /points": {
    permission: "view",
    summary: "Points with their newest values",
    query: Type.Object({
      ...PageQuery,
      assetId: Type.Optional(Type.String()),
      deviceId: Type.Optional(Type.String({ description: "what it feeds, of whatever asset" })),
      search: Type.Optional(Search),
    }),
    reply: countedPage(PointSchema),
  },
  "PATCH /points/:id": {
    permission: "engineer",
    summary: "Change a point's name, unit, range or freshness; null takes one away",
    params: Id,
    body: VariableChangeSchema,
    reply: PointSchema,
  },
  "GET /points/latest": {
    permission: "view",
    summary: "The newest samples of all points below a path",
    query: Type.Object({ path: Type.String() }),
    reply: Type.Object({ items: Type.Array(PointSchema) }),
  },
  "GET /points/:id/latest": {
    permission: "view",
    summary: "The newest sample of a point",
    params: Id,
    reply: nullable(SampleSchema),
  },
  "GET /points/:id/history": {
    permission: "view",
    summary: "Raw samples in [from, to); CSV or Parquet by Accept",
    params: Id,
    query: Type.Object({
      from: TimeIn,
      to: TimeIn,
      /** Above LIMIT.samplesPerReply: `query_too_large`. */
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
      order: Type.Optional(oneOf(["asc", "desc"])),
      after: Type.Optional(
        Type.String({ maxLength: 32, description: "`next` of the page before, all else as there" }),
      ),
    }),
    reply: Type.Object({
      pointId: Type.String(),
      unit: nullable(Type.String()),
      at: Type.Array(Time),
      value: Type.Array(Value),
      quality: Type.Array(oneOf(QUALITIES)),
      statusWord: Type.Optional(
        Type.Array(nullable(Type.Integer()), {
          description: "OPC UA's, where it says more than the quality; where the point had any",
        }),
      ),
      toldAfterwards: Type.Optional(
        Type.Array(Type.Boolean(), {
          description: "kept by its device and told later: history, never what is so now; if any",
        }),
      ),
      next: nullable(Type.String({ description: "`after` of the next page" })),
    }),
  },
  "GET /points/:id/history/count": {
    permission: "view",
    summary: "How many samples lie in [from, to), of any quality: those that a deletion takes",
    params: Id,
    query: Type.Object({ from: TimeIn, to: TimeIn }),
    reply: Type.Object({ samples: Type.Integer() }),
  },
  "DELETE /points/:id/history": {
    permission: "administer",
    summary: "Delete the samples in [from, to) for good, and sums that hold them",
    params: Id,
    query: Type.Object({
      from: TimeIn,
      to: TimeIn,
      confirm: Type.String({ description: "the range again, as it was given: `from/to`" }),
    }),
  },
  "GET /points/:id/retention": {
    permission: "view",
    summary: "How long a point's history is kept; `own` null: as long as the house's",
    params: Id,
    reply: KeptSchema,
  },
  "PUT /points/:id/retention": {
    permission: "engineer",
    summary: "Keep a point's history for its own time; null: as long as the house's",
    params: Id,
    body: Type.Object({ own: nullable(RetentionSchema) }),
    reply: KeptSchema,
  },
  "POST /points/:id/samples": {
    permission: "push-samples",
    summary: "Store samples of a point",
    params: Id,
    body: Type.Object({
      samples: Type.Array(
        Type.Object({
          at: TimeIn,
          value: Value,
          quality: Type.Optional(oneOf(QUALITIES)),
          statusWord: Type.Optional(
            nullable(Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 32 - 1 })),
          ),
          toldAfterwards: Type.Optional(
            Type.Boolean({ description: "true: it is history, and never the newest value" }),
          ),
        }),
        { minItems: 1, maxItems: LIMIT.samplesPerPush },
      ),
    }),
    reply: Type.Object({
      stored: Type.Integer(),
      tooOld: Type.Integer({ description: "not stored: raw samples of then were let go" }),
    }),
    created: true,
  },
  "POST /samples": {
    permission: "engineer",
    summary: "Store rows as `fieldline export` writes them, without its head",
    body: Type.Object({
      rows: Type.Array(Type.Array(Type.String(), ROW), {
        minItems: 1,
        maxItems: LIMIT.samplesPerPush,
      }),
    }),
    reply: RowsStored,
    created: true,
  },
  "POST /samples/table": {
    permission: "engineer",
    summary: `Store a table as \`fieldline export\` writes it, at most ${PAGE_ROWS} rows`,
    body: Type.Unsafe<Uint8Array>(Type.String({ format: "binary" })),
    consumes: SAMPLE_TABLE,
    reply: RowsStored,
    created: true,
  },
  "GET /history/samples": {
    permission: "view",
    summary: "Every sample of points in [from, to) as one file: CSV, or Parquet by Accept",
    query: Type.Object({
      points: Type.String({ description: "point ids, separated by commas" }),
      from: TimeIn,
      to: TimeIn,
    }),
    produces: SAMPLE_TABLE,
  },
  "GET /history/aggregate": {
    permission: "view",
    summary: "Summaries of points by bucket; CSV or Parquet by Accept",
    query: Type.Object({
      points: Type.String({ description: "point ids, separated by commas" }),
      from: TimeIn,
      to: TimeIn,
      buckets: Type.Optional(Type.Integer({ minimum: 1 })),
      every: Type.Optional(Type.Integer({ minimum: 1, description: "milliseconds" })),
      calendar: Type.Optional(oneOf(CALENDAR_UNITS)),
      tz: Type.Optional(Type.String({ description: "of the calendar: an IANA name, or UTC" })),
      fns: Type.Optional(Type.String({ description: `some of ${AGGREGATE_FUNCTIONS.join(", ")}` })),
      quality: Type.Optional(oneOf(["good", "all"])),
      state: Type.Optional(
        Type.String({ description: "whose duration: true, false, a number or a text" }),
      ),
      rollover: Type.Optional(
        Type.Number({
          exclusiveMinimum: 0,
          description: "where the counters go on from 0, in place of what their points say",
        }),
      ),
    }),
    reply: Type.Object({
      from: Time,
      widthMs: Type.Number({ description: "0 where the buckets are those of a calendar" }),
      at: Type.Optional(Type.Array(Time, { description: "where those of a calendar begin" })),
      items: Type.Array(
        Type.Object({
          pointId: Type.String(),
          columns: Type.Unsafe<Partial<Record<AggregateFunction, (number | null)[]>>>({
            type: "object",
            additionalProperties: { type: "array", items: {} },
          }),
        }),
      ),
    }),
  },

  "GET /live": { permission: "view", summary: "Live feed: WebSocket, see docs/api.md" },
  "GET /stream": {
    permission: "view",
    summary: "Live values as server-sent events",
    query: Type.Object({
      points: Type.String({ description: "point ids, separated by commas" }),
      rate: Type.Optional(
        Type.Number({ minimum: LIMIT.liveRateHzMin, maximum: LIMIT.liveRateHzMax }),
      ),
    }),
    produces: "text/event-stream",
  },
} as const satisfies Record<string, Route>;
