import { type Static, Type } from "typebox";
import { LIMIT } from "../domain/limit.ts";
import type { Route } from "./contract.ts";
import { Id, Name, nullable, oneOf, Time } from "./schema.ts";

/** Samples from files: a part of the contract, see `contract.ts`. */

const Column = Type.Integer({ minimum: 0, maximum: 1_000 });
const FeedSchema = Type.Object({
  name: Type.String({ description: "as the file has it" }),
  pointId: nullable(Type.String({ description: "null: it is left out" })),
  unit: nullable(Type.String({ description: "of its values in the file; null: the point's" })),
});
const ReadingSchema = Type.Object({
  form: oneOf(["house", "rows", "columns"]),
  hasHead: Type.Boolean(),
  time: Column,
  zone: Type.String({ description: "of times that do not say it: an IANA name, or UTC" }),
  dates: oneOf(["day-first", "month-first"]),
  decimal: oneOf([".", ","]),
  names: Type.Array(Column, { maxItems: 10 }),
  values: Type.Array(Column, { maxItems: 1_000 }),
  quality: nullable(Column),
  statusWord: nullable(Column),
  toldAfterwards: nullable(Column),
  unit: nullable(Column),
  feeds: Type.Array(FeedSchema, { maxItems: LIMIT.pointsPerImport }),
});
const LookSchema = Type.Object({
  format: oneOf(["csv", "parquet"]),
  columns: Type.Array(Type.String()),
  rows: Type.Array(Type.Array(Type.String()), { description: "the first ones" }),
  reading: ReadingSchema,
  /** What the file does not say itself. */
  asks: Type.Object({ zone: Type.Boolean(), dates: Type.Boolean(), decimal: Type.Boolean() }),
});
/** What samples are against those that are stored. */
const Counts = {
  samples: Type.Integer(),
  new: Type.Integer(),
  same: Type.Integer({ description: "stored already, and left alone" }),
  corrected: Type.Integer({ description: "another value of a time that has one" }),
  uncompared: Type.Integer({ description: "too far apart to look at what is there" }),
  refused: Type.Integer(),
  from: nullable(Time),
  to: nullable(Time),
};
const ReportSchema = Type.Object({
  ...Counts,
  rows: Type.Integer(),
  empty: Type.Integer(),
  tooOld: Type.Integer({ description: "not stored: raw samples of then were let go" }),
  faults: Type.Array(Type.Object({ line: Type.Integer(), detail: Type.String() }), {
    description: `the first ${LIMIT.importFaults} of what is refused`,
  }),
  series: Type.Array(
    Type.Object({
      ...Counts,
      name: Type.String(),
      pointId: nullable(Type.String()),
      label: nullable(Type.String()),
      isLeftOut: Type.Boolean(),
      unit: nullable(Type.String()),
      pointUnit: nullable(Type.String()),
      units: Type.Array(Type.String(), { description: "that its values may come in" }),
    }),
  ),
});
const SamplesImportSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  bytes: Type.Integer(),
  received: Type.Integer(),
  state: oneOf([
    ...(["receiving", "looked-at", "checking", "checked"] as const),
    ...(["storing", "stored", "stopped", "failed"] as const),
  ]),
  by: nullable(Type.String({ description: "who has it read or stored" })),
  done: Type.Number({ description: "how much of the file is read, from 0 to 1" }),
  detail: Type.String(),
  look: nullable(LookSchema),
  report: nullable(ReportSchema),
});
const ImportLineSchema = Type.Object({
  id: Type.String(),
  name: nullable(Type.String({ description: "null: a crash came before it was written down" })),
  by: nullable(Type.String()),
  state: oneOf(["checking", "storing", "stored", "stopped", "failed"]),
  /** When it ended; null: it is at work. */
  at: nullable(Time),
  done: Type.Number({ description: "how much of the file is read, from 0 to 1" }),
  stored: nullable(Type.Integer({ description: "null: nobody knows, the server ended" })),
  refused: nullable(Type.Integer()),
  detail: Type.String({ description: "why it ended early" }),
});
const Wish = {
  reading: ReadingSchema,
  /** Names that many points have are meant of these. */
  near: Type.Array(Type.String(), { maxItems: LIMIT.pointsPerQuery }),
};

export const IMPORT_ROUTES = {
  "GET /imports": {
    permission: "engineer",
    summary: "Imports that are at work, and the last ones that stored something",
    reply: Type.Object({ items: Type.Array(ImportLineSchema) }),
  },
  "POST /imports": {
    permission: "engineer",
    summary: "Announce a file of samples, CSV or Parquet; its bytes follow in parts",
    body: Type.Object({
      name: Name,
      bytes: Type.Integer({ minimum: 1 }),
      zone: Type.String({ description: "of times in it that say none, as far as you know" }),
    }),
    reply: SamplesImportSchema,
    created: true,
  },
  "PUT /imports/:id/content": {
    permission: "engineer",
    summary: `The next bytes of the file, at most ${LIMIT.importPartBytes}; the last ones show it`,
    params: Id,
    query: Type.Object({
      at: Type.Integer({ minimum: 0, description: "how many bytes came before" }),
    }),
    body: Type.Unsafe<Uint8Array>(Type.String({ format: "binary" })),
    consumes: "application/octet-stream",
    reply: SamplesImportSchema,
  },
  "GET /imports/:id": {
    permission: "engineer",
    summary: "How far an import has come, and what it has found or stored",
    params: Id,
    reply: SamplesImportSchema,
  },
  "POST /imports/:id/check": {
    permission: "engineer",
    summary: "Read all of the file, and say what storing it would change",
    params: Id,
    body: Type.Object(Wish),
    reply: SamplesImportSchema,
  },
  "POST /imports/:id/store": {
    permission: "engineer",
    summary: "Store its samples; ends before the first that cannot be, unless such are skipped",
    params: Id,
    body: Type.Object({ ...Wish, skip: Type.Boolean() }),
    reply: SamplesImportSchema,
  },
  "POST /imports/:id/stop": {
    permission: "engineer",
    summary: "Stop reading or storing; the report says what is stored by then",
    params: Id,
    reply: SamplesImportSchema,
  },
  "DELETE /imports/:id": {
    permission: "engineer",
    summary: "Forget the file; what it has stored stays",
    params: Id,
  },
} as const satisfies Record<string, Route>;

export type SamplesImportReply = Static<typeof SamplesImportSchema>;
export type ImportLineReply = Static<typeof ImportLineSchema>;
