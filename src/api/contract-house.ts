import { Type } from "typebox";
import { LIMIT } from "../domain/limit.ts";
import type { Route } from "./contract.ts";
import {
  ActorSchema,
  BackupSchema,
  EventSchema,
  Id,
  Json,
  Name,
  nullable,
  oneOf,
  PageQuery,
  page,
  ScreenSchema,
  Time,
  TimeIn,
} from "./schema.ts";
import { RetentionSchema } from "./schema-kept.ts";

/**
 * The house itself: how it is, its backups and its journal, what its first page and its screens
 * show. A part of the contract, see `contract.ts`.
 */

/** Whether what devices say reaches the server above, and what waits for it. */
const UplinkSchema = Type.Object({
  isUp: Type.Boolean(),
  reason: nullable(Type.String()),
  /** About how much is not acknowledged there, and of when its oldest sample is. */
  waiting: Type.Object({
    samples: Type.Integer(),
    bytes: Type.Integer(),
    oldestAt: nullable(Time),
  }),
  /** What comes now goes up at once, and what waited beside it; null where nothing waited. */
  fillingUp: nullable(Type.Object({ leftSeconds: nullable(Type.Integer()) })),
  /** When the server acknowledged something last, since this start. */
  acknowledgedAt: nullable(Time),
});
const Health = Type.Object({
  /** Unready: samples are not taken at this moment, so none is acknowledged. */
  status: oneOf(["ready", "degraded", "unready"]),
  /** Empty while ready. */
  reasons: Type.Array(Type.String()),
  /** When messages are acknowledged; `written`: a power cut may take the newest of them. */
  mqttAck: oneOf(["synced", "written"]),
  /** Of a gateway with a server above it. */
  uplink: Type.Optional(UplinkSchema),
});

/**
 * Null: what is stored was counted now. Else the database that counts it does not answer: when it
 * did last, or null where that was before the start and what is counted is in the folder alone.
 */
const LastCount = nullable(Type.Object({ at: nullable(Time) }));

/** What is stored, and what room there is for more. */
const Storage = Type.Object({
  /** About: one that came twice may count twice for a while. */
  samples: Type.Integer(),
  series: Type.Integer(),
  lastCount: LastCount,
  newestAt: nullable(Time),
  /** Of the history alone, wherever it is. */
  historyBytes: Type.Integer(),
  /** The data folder's entries, largest first. */
  parts: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Integer() })),
  /** Until samples are refused; null while that is not known. */
  leftBytes: nullable(Type.Integer()),
  /** As fast as the folder grew in the last days; null while that is not known. */
  leftDays: nullable(Type.Number()),
  /** How long points are kept that have no time of their own. */
  kept: RetentionSchema,
  /** What targets of the outbox have not taken yet, in records of the log. */
  waiting: Type.Array(
    Type.Object({
      target: Type.String(),
      records: Type.Integer(),
      /** Of the log, files that these are in. */
      bytes: Type.Integer(),
      dropped: Type.Integer(),
      /** Whether anything is brought there since the start. */
      isFollowed: Type.Boolean(),
    }),
  ),
});

export const HOUSE_ROUTES = {
  "GET /health": {
    permission: "public",
    summary: "Up: ready, degraded or unready, and why",
    reply: Health,
  },
  "GET /version": {
    permission: "public",
    summary: "Name and version",
    reply: Type.Object({ name: Type.String(), version: Type.String() }),
  },
  "GET /openapi.json": {
    permission: "public",
    summary: "This API as OpenAPI 3.1",
    reply: Json,
  },
  "GET /metrics": {
    permission: "view",
    summary: "Counters in Prometheus' text format",
    reply: Type.String(),
    produces: "text/plain; version=0.0.4; charset=utf-8",
  },

  "GET /storage": {
    permission: "view",
    summary: "What is stored, the room that it takes, and how much is left",
    reply: Storage,
  },
  "DELETE /outbox/:target": {
    permission: "administer",
    summary: "Keep nothing any more for a target that nothing is brought to since the start",
    params: Type.Object({ target: Type.String() }),
  },
  "GET /backups": {
    permission: "administer",
    summary: "Backups on the server, newest first, and whether the whole history is in them",
    reply: Type.Object({
      isWhole: Type.Boolean({
        description: "Whether the whole history is in them; a database's own is not",
      }),
      items: Type.Array(BackupSchema),
    }),
  },
  "POST /backups": {
    permission: "administer",
    summary: "Begin a backup of everything, while the server goes on",
    reply: BackupSchema,
    created: true,
  },
  "GET /backups/:id/file": {
    permission: "administer",
    summary: "The backup as a tar file; it holds keys and password hashes",
    params: Id,
    reply: Type.String(),
    produces: "application/x-tar",
  },
  "DELETE /backups/:id": {
    permission: "administer",
    summary: "Remove a backup from the server",
    params: Id,
  },

  "GET /journal": {
    permission: "read-journal",
    summary: "What happened, newest first",
    query: Type.Object({
      ...PageQuery,
      kind: Type.Optional(Type.String()),
      subject: Type.Optional(Type.String()),
      actor: Type.Optional(Type.String({ description: "the id of who did it" })),
      from: Type.Optional(TimeIn),
      to: Type.Optional(TimeIn),
    }),
    reply: page(EventSchema),
  },
  "GET /journal/actors": {
    permission: "read-journal",
    summary: "Who there is to do something, by name: people, tokens, and the house itself",
    reply: Type.Object({ items: Type.Array(ActorSchema) }),
  },
  "GET /journal/verify": {
    permission: "read-journal",
    summary: "Whether the journal's chain is whole",
    reply: Type.Object({ events: Type.Integer(), brokenAt: nullable(Type.Integer()) }),
  },

  "GET /screens": {
    permission: "view",
    summary: "Screens",
    reply: Type.Object({ items: Type.Array(ScreenSchema) }),
  },
  "GET /screens/:id": {
    permission: "view",
    summary: "One screen",
    params: Id,
    reply: ScreenSchema,
  },
  "PUT /screens/:id": {
    permission: "engineer",
    summary: "Create or replace a screen",
    params: Id,
    body: Type.Object({
      name: Name,
      widgets: Type.Array(Json, { maxItems: LIMIT.widgetsPerScreen }),
    }),
    reply: ScreenSchema,
  },

  "GET /overview": {
    permission: "view",
    summary: "What the first page shows",
    reply: Type.Object({
      site: nullable(Type.String()),
      demo: Type.Boolean(),
      devices: Type.Integer(),
      reporting: Type.Integer(),
      /** Of those that have spoken and whose network is there. */
      stale: Type.Integer(),
      lostNetworks: Type.Integer(),
      inbox: Type.Integer(),
      rejected: Type.Integer(),
      assets: Type.Integer(),
      points: Type.Integer(),
      agents: Type.Integer(),
      connected: Type.Integer(),
      messagesPerSecond: Type.Number(),
      valuesPerSecond: Type.Number(),
      samplesStored: Type.Number(),
      lastCount: LastCount,
      bytesOnDisk: Type.Number(),
    }),
  },
  "DELETE /demo": { permission: "administer", summary: "Stop and remove the demo plant" },
  "POST /demo": {
    permission: "administer",
    summary: "Start the demo plant beside your own data",
  },
} as const satisfies Record<string, Route>;
