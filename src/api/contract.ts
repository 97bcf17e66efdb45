import { type Static, type TSchema, Type } from "typebox";
import { AGENT_KINDS } from "../domain/agent.ts";
import { AGGREGATE_FUNCTIONS, type AggregateFunction } from "../domain/aggregate.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Permission, ROLES } from "../domain/permission.ts";
import { QUALITIES } from "../domain/reading.ts";
import {
  BROKER_ROUTES,
  type ClientSchema,
  type SessionSchema,
  type SubscriptionSchema,
} from "./contract-broker.ts";
import { NETWORK_ROUTES } from "./contract-networks.ts";
import { SETTINGS_ROUTES } from "./contract-settings.ts";
import { TOPIC_ROUTES } from "./contract-topics.ts";
import {
  AgentSchema,
  AssetSchema,
  BackupSchema,
  type ChannelSchema,
  CommandBody,
  CommandSchema,
  CommandTypeSchema,
  countedPage,
  DeviceSchema,
  EventSchema,
  Id,
  IssuedSchema,
  Json,
  LayoutBody,
  LayoutSchema,
  Name,
  nullable,
  oneOf,
  PageQuery,
  PointSchema,
  type ProblemSchema,
  page,
  RightsSchema,
  SampleSchema,
  ScreenSchema,
  Search,
  Text,
  Time,
  TimeIn,
  TokenSchema,
  UserSchema,
  Value,
  VariableChangeSchema,
  VariableSchema,
} from "./schema.ts";
import { AssetEventSchema, AuthoritySchema, CertificateBody, FileSchema } from "./schema-agent.ts";
import { KeptSchema, RetentionSchema } from "./schema-kept.ts";
import { HeardMessageSchema, RejectedSchema } from "./schema-message.ts";

/**
 * Every route of `/api/v1` with what it asks for and what it gives. The server validates and
 * serialises with these schemas, OpenAPI is made from them, and `ui/` uses their types: one truth.
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
const Me = Type.Object({
  name: Type.String(),
  role: oneOf(ROLES),
  /** Where the server stands with set-up: the screens ask this first. */
  demo: Type.Boolean(),
  version: Type.String(),
});

/** A route: who may call it, what it takes, what it gives. */
export type Route = {
  readonly permission: Permission;
  readonly summary: string;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** 200, or 201 where `created`; no body where absent: 204. */
  readonly reply?: TSchema;
  readonly created?: boolean;
  /** The reply's media type where it is not JSON. */
  readonly produces?: string;
};

const route = <const R extends Route>(route: R): R => route;

/** Method and path below `/api/v1`. */
export const ROUTES = {
  "GET /health": route({
    permission: "public",
    summary: "Up: ready, degraded or unready, and why",
    reply: Health,
  }),
  "GET /version": route({
    permission: "public",
    summary: "Name and version",
    reply: Type.Object({ name: Type.String(), version: Type.String() }),
  }),
  "GET /openapi.json": route({
    permission: "public",
    summary: "This API as OpenAPI 3.1",
    reply: Json,
  }),
  "GET /metrics": route({
    permission: "view",
    summary: "Counters in Prometheus' text format",
    reply: Type.String(),
    produces: "text/plain; version=0.0.4; charset=utf-8",
  }),

  "GET /backups": route({
    permission: "administer",
    summary: "Backups on the server, newest first, with their progress",
    reply: Type.Object({ items: Type.Array(BackupSchema) }),
  }),
  "POST /backups": route({
    permission: "administer",
    summary: "Begin a backup of everything, while the server goes on",
    reply: BackupSchema,
    created: true,
  }),
  "GET /backups/:id/file": route({
    permission: "administer",
    summary: "The backup as a tar file; it holds keys and password hashes",
    params: Id,
    reply: Type.String(),
    produces: "application/x-tar",
  }),
  "DELETE /backups/:id": route({
    permission: "administer",
    summary: "Remove a backup from the server",
    params: Id,
  }),

  "GET /setup": route({
    permission: "public",
    summary: "Whether an owner exists already",
    reply: Type.Object({ open: Type.Boolean() }),
  }),
  "POST /setup": route({
    permission: "setup",
    summary: "Create the owner with the one-time token; signs in",
    body: Type.Object({
      token: Type.String(),
      name: Name,
      password: Type.String({ maxLength: 256 }),
      demo: Type.Optional(Type.Boolean()),
    }),
    reply: Me,
    created: true,
  }),
  "POST /session": route({
    permission: "public",
    summary: "Sign in; sets the session cookie",
    body: Type.Object({ name: Name, password: Type.String({ maxLength: 256 }) }),
    reply: Me,
    created: true,
  }),
  "GET /session": route({ permission: "self", summary: "Who is signed in", reply: Me }),
  "DELETE /session": route({ permission: "self", summary: "Sign out" }),

  "GET /assets": route({
    permission: "view",
    summary: "All assets, parents before children",
    query: Type.Object({
      ...PageQuery,
      parentId: Type.Optional(
        Type.String({ description: "only what hangs directly below it; empty for the roots" }),
      ),
      search: Type.Optional(Search),
    }),
    reply: countedPage(AssetSchema),
  }),
  "GET /assets/:id": route({
    permission: "view",
    summary: "One asset with its points and their newest values",
    params: Id,
    reply: Type.Object({
      asset: AssetSchema,
      path: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
      points: Type.Array(PointSchema),
    }),
  }),
  "POST /assets": route({
    permission: "engineer",
    summary: "Create an asset",
    body: Type.Object({
      parentId: nullable(Type.String()),
      name: Name,
      description: Type.Optional(Text),
      typeId: Type.Optional(Type.String()),
    }),
    reply: AssetSchema,
    created: true,
  }),
  "PATCH /assets/:id": route({
    permission: "engineer",
    summary: "Rename, describe or move an asset",
    params: Id,
    body: Type.Object({
      name: Type.Optional(Name),
      description: Type.Optional(Text),
      parentId: Type.Optional(nullable(Type.String())),
    }),
    reply: AssetSchema,
  }),
  "DELETE /assets/:id": route({
    permission: "engineer",
    summary: "Remove an asset that has no parts; its devices return to the inbox",
    params: Id,
  }),
  "GET /asset-types": route({
    permission: "view",
    summary: "Types of assets",
    query: Type.Object(PageQuery),
    reply: page(Json),
  }),
  "GET /aspect-types": route({
    permission: "view",
    summary: "Types of aspects",
    query: Type.Object(PageQuery),
    reply: page(Json),
  }),

  "GET /points": route({
    permission: "view",
    summary: "Points with their newest values",
    query: Type.Object({
      ...PageQuery,
      assetId: Type.Optional(Type.String()),
      deviceId: Type.Optional(Type.String({ description: "what it feeds, of whatever asset" })),
      search: Type.Optional(Search),
    }),
    reply: countedPage(PointSchema),
  }),
  "PATCH /points/:id": route({
    permission: "engineer",
    summary: "Change a point's name, unit, range or freshness; null takes one away",
    params: Id,
    body: VariableChangeSchema,
    reply: PointSchema,
  }),
  "GET /points/latest": route({
    permission: "view",
    summary: "The newest samples of all points below a path",
    query: Type.Object({ path: Type.String() }),
    reply: Type.Object({ items: Type.Array(PointSchema) }),
  }),
  "GET /points/:id/latest": route({
    permission: "view",
    summary: "The newest sample of a point",
    params: Id,
    reply: nullable(SampleSchema),
  }),
  "GET /points/:id/history": route({
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
      next: nullable(Type.String({ description: "`after` of the next page" })),
    }),
  }),
  "GET /points/:id/history/count": route({
    permission: "view",
    summary: "How many samples lie in [from, to), of any quality: those that a deletion takes",
    params: Id,
    query: Type.Object({ from: TimeIn, to: TimeIn }),
    reply: Type.Object({ samples: Type.Integer() }),
  }),
  "DELETE /points/:id/history": route({
    permission: "administer",
    summary: "Delete the samples in [from, to) for good, and sums that hold them",
    params: Id,
    query: Type.Object({
      from: TimeIn,
      to: TimeIn,
      confirm: Type.String({ description: "the range again, as it was given: `from/to`" }),
    }),
  }),
  "GET /points/:id/retention": route({
    permission: "view",
    summary: "How long a point's history is kept; `own` null: as long as the house's",
    params: Id,
    reply: KeptSchema,
  }),
  "PUT /points/:id/retention": route({
    permission: "engineer",
    summary: "Keep a point's history for its own time; null: as long as the house's",
    params: Id,
    body: Type.Object({ own: nullable(RetentionSchema) }),
    reply: KeptSchema,
  }),
  "POST /points/:id/samples": route({
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
        }),
        { minItems: 1, maxItems: LIMIT.samplesPerPush },
      ),
    }),
    reply: Type.Object({
      stored: Type.Integer(),
      tooOld: Type.Integer({ description: "not stored: raw samples of then were let go" }),
    }),
    created: true,
  }),
  "POST /samples": route({
    permission: "engineer",
    summary: "Store rows as `fieldline export` writes them, without its head",
    body: Type.Object({
      rows: Type.Array(Type.Array(Type.String(), { minItems: 5, maxItems: 6 }), {
        minItems: 1,
        maxItems: LIMIT.samplesPerPush,
      }),
    }),
    reply: Type.Object({
      stored: Type.Integer(),
      tooOld: Type.Integer({ description: "not stored: raw samples of then were let go" }),
    }),
    created: true,
  }),
  "GET /history/aggregate": route({
    permission: "view",
    summary: "Summaries of points by bucket; CSV or Parquet by Accept",
    query: Type.Object({
      points: Type.String({ description: "point ids, separated by commas" }),
      from: TimeIn,
      to: TimeIn,
      buckets: Type.Optional(Type.Integer({ minimum: 1 })),
      every: Type.Optional(Type.Integer({ minimum: 1, description: "milliseconds" })),
      calendar: Type.Optional(oneOf(["hour", "day", "month"])),
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
  }),

  "GET /devices": route({
    permission: "view",
    summary: "Devices that belong to assets",
    query: Type.Object({
      ...PageQuery,
      driver: Type.Optional(Type.String()),
      search: Type.Optional(Search),
    }),
    reply: countedPage(DeviceSchema),
  }),
  "GET /devices/:id": route({
    permission: "view",
    summary: "One device with its channels and diagnostics",
    params: Id,
    reply: Type.Object({
      device: DeviceSchema,
      commandTypes: Type.Array(CommandTypeSchema),
      commands: Type.Array(CommandSchema),
      rejected: Type.Array(RejectedSchema),
    }),
  }),
  "GET /devices/:id/messages": route({
    permission: "view",
    summary: "What the device sent lately, and what was read in it; newest first",
    params: Id,
    reply: Type.Object({
      items: Type.Array(HeardMessageSchema),
      /** Of the broker, for those who want to send the same. */
      mqttPort: nullable(Type.Integer()),
      mqttsPort: nullable(Type.Integer()),
    }),
  }),
  "GET /devices/:id/files": route({
    permission: "view",
    summary: "Files that the device handed in, newest first",
    params: Id,
    query: Type.Object(PageQuery),
    reply: page(FileSchema),
  }),
  "GET /devices/:id/events": route({
    permission: "view",
    summary: "What happened to the device's asset, newest first; of a correlation the newest",
    params: Id,
    query: Type.Pick(Type.Object(PageQuery), ["limit"]),
    reply: Type.Object({ items: Type.Array(AssetEventSchema), total: Type.Integer() }),
  }),
  "POST /asset-events/:id/acknowledge": route({
    permission: "command",
    summary: "Say that somebody has seen what happened",
    params: Id,
    reply: AssetEventSchema,
  }),
  "GET /files/:id": route({
    permission: "view",
    summary: "The content of a file",
    params: Id,
    reply: Type.String(),
    produces: "application/octet-stream",
  }),
  "DELETE /files/:id": route({
    permission: "engineer",
    summary: "Remove a file for good",
    params: Id,
  }),
  "POST /devices/:id/clear-retained": route({
    permission: "command",
    summary: "Clear the order to the device that a broker keeps and should not",
    params: Id,
  }),
  "GET /inbox": route({
    permission: "view",
    summary: "Devices that speak and belong to nothing yet, newest first",
    query: Type.Object({
      ...PageQuery,
      /** Those that nobody wants to be asked about, instead. */
      ignored: Type.Optional(oneOf(["true"])),
      search: Type.Optional(Search),
      /** Of this protocol alone. */
      driver: Type.Optional(Type.String()),
    }),
    reply: countedPage(DeviceSchema),
  }),
  "POST /inbox/:id/adopt": route({
    permission: "engineer",
    summary: "Make the device an asset; its history begins with its first message",
    params: Id,
    body: Type.Object({
      name: Type.Optional(Name),
      parentId: Type.Optional(nullable(Type.String())),
      assetId: Type.Optional(
        Type.String({ description: "an existing asset that the device belongs to" }),
      ),
      variables: Type.Optional(
        Type.Array(
          Type.Object({
            ...VariableSchema.properties,
            channel: Type.String(),
            aspect: Type.Optional(Name),
          }),
          { maxItems: LIMIT.channelsPerDevice },
        ),
      ),
    }),
    reply: Type.Object({ assetId: Type.String() }),
    created: true,
  }),
  "POST /inbox/:id/ignore": route({
    permission: "engineer",
    summary: "Ask no more about this device",
    params: Id,
  }),
  "DELETE /inbox/:id/ignore": route({
    permission: "engineer",
    summary: "Ask about this device again",
    params: Id,
  }),

  "POST /commands": route({
    permission: "command",
    summary: "Ask a device",
    body: CommandBody,
    reply: CommandSchema,
    created: true,
  }),
  "POST /commands/preview": route({
    permission: "view",
    summary: "What would be sent, without sending it",
    body: CommandBody,
    reply: Type.Object({
      topic: Type.String(),
      payload: Type.Optional(Type.String()),
      /** Instead, where its bytes are no text. */
      hex: Type.Optional(Type.String()),
      retain: Type.Boolean(),
      qos: Type.Integer(),
      /** Where another program could publish the same; null while the port is closed. */
      mqttPort: nullable(Type.Integer()),
      mqttsPort: nullable(Type.Integer()),
    }),
  }),
  "GET /commands/:id": route({
    permission: "view",
    summary: "The state of a command",
    params: Id,
    reply: CommandSchema,
  }),

  ...SETTINGS_ROUTES,
  ...NETWORK_ROUTES,
  ...TOPIC_ROUTES,

  "GET /agents": route({
    permission: "engineer",
    summary: "Identities that may connect, by name; those that are revoked last",
    query: Type.Object({ ...PageQuery, search: Type.Optional(Search) }),
    reply: countedPage(AgentSchema),
  }),
  "GET /agents/:id": route({
    permission: "engineer",
    summary: "One agent",
    params: Id,
    reply: AgentSchema,
  }),
  "POST /agents": route({
    permission: "engineer",
    summary: "Create an agent with a password, a certificate or both",
    body: Type.Object({
      kind: oneOf(AGENT_KINDS),
      name: Name,
      tenant: Type.Optional(Text),
      grant: Type.Optional(RightsSchema),
      credential: oneOf(["password", "certificate", "both"]),
    }),
    reply: IssuedSchema,
    created: true,
  }),
  "POST /agents/:id/credentials": route({
    permission: "engineer",
    summary: "Issue one more credential",
    params: Id,
    body: Type.Object({ credential: oneOf(["password", "certificate"]) }),
    reply: IssuedSchema,
    created: true,
  }),
  ...BROKER_ROUTES,
  "POST /agents/:id/disconnect": route({
    permission: "engineer",
    summary: "Close an agent's connections; it may come back",
    params: Id,
    reply: Type.Object({ closed: Type.Integer() }),
  }),
  "POST /agents/:id/model": route({
    permission: "engineer",
    summary: "Hand in a model as if its MindSphere agent had published it",
    params: Id,
    body: Type.Object({ model: Json }),
  }),
  "PUT /agents/:id/grant": route({
    permission: "engineer",
    summary: "Other rights for a plain agent, at once and on the connection that it has",
    params: Id,
    body: RightsSchema,
    reply: AgentSchema,
  }),
  "POST /agents/:id/revoke": route({
    permission: "engineer",
    summary: "Close its connection and let it in no more",
    params: Id,
    reply: AgentSchema,
  }),
  "DELETE /agents/:id": route({
    permission: "engineer",
    summary: "Remove an agent; its connection is closed",
    params: Id,
  }),
  "GET /authorities": route({
    permission: "engineer",
    summary: "Tenants' own certificate authorities, beside the built-in one",
    reply: Type.Object({ items: Type.Array(AuthoritySchema) }),
  }),
  "POST /authorities": route({
    permission: "administer",
    summary: "Upload a tenant's authority; it lets nobody in before it is verified",
    body: Type.Object({
      tenant: Name,
      certificatePem: CertificateBody.properties.certificatePem,
    }),
    reply: AuthoritySchema,
    created: true,
  }),
  "POST /authorities/:id/verify": route({
    permission: "administer",
    summary: "Show that its key is yours: a certificate that it signed for the registration code",
    params: Id,
    body: CertificateBody,
    reply: AuthoritySchema,
  }),
  "DELETE /authorities/:id": route({
    permission: "administer",
    summary: "Remove an authority; agents that it let in are disconnected",
    params: Id,
  }),
  "GET /ca.pem": route({
    permission: "public",
    summary: "The certificate of the built-in CA",
    reply: Type.String(),
    produces: "application/x-pem-file",
  }),

  "GET /rejected": route({
    permission: "engineer",
    summary: "Messages that were not taken, newest first",
    query: Type.Object({
      ...PageQuery,
      agentId: Type.Optional(Type.String()),
      code: Type.Optional(Type.String()),
      search: Type.Optional(Search),
    }),
    reply: countedPage(RejectedSchema),
  }),
  "DELETE /rejected": route({ permission: "engineer", summary: "Empty the list" }),
  "GET /journal": route({
    permission: "read-journal",
    summary: "What happened, newest first",
    query: Type.Object({
      ...PageQuery,
      kind: Type.Optional(Type.String()),
      subject: Type.Optional(Type.String()),
    }),
    reply: page(EventSchema),
  }),
  "GET /journal/verify": route({
    permission: "read-journal",
    summary: "Whether the journal's chain is whole",
    reply: Type.Object({ events: Type.Integer(), brokenAt: nullable(Type.Integer()) }),
  }),

  "GET /users": route({
    permission: "administer",
    summary: "People",
    reply: Type.Object({ items: Type.Array(UserSchema) }),
  }),
  "POST /users": route({
    permission: "administer",
    summary: "Create a user",
    body: Type.Object({
      name: Name,
      password: Type.String({ maxLength: 256 }),
      role: oneOf(ROLES),
    }),
    reply: UserSchema,
    created: true,
  }),
  "PATCH /users/:id": route({
    permission: "administer",
    summary: "Change role, disable, or set a password",
    params: Id,
    body: Type.Object({
      role: Type.Optional(oneOf(ROLES)),
      disabled: Type.Optional(Type.Boolean()),
      password: Type.Optional(Type.String({ maxLength: 256 })),
    }),
    reply: UserSchema,
  }),
  "DELETE /users/:id": route({ permission: "administer", summary: "Remove a user", params: Id }),
  "GET /tokens": route({
    permission: "administer",
    summary: "API tokens",
    reply: Type.Object({ items: Type.Array(TokenSchema) }),
  }),
  "POST /tokens": route({
    permission: "administer",
    summary: "Create a token, shown once",
    body: Type.Object({ name: Name, role: oneOf(ROLES), expiresAt: Type.Optional(TimeIn) }),
    reply: Type.Object({ token: Type.String(), item: TokenSchema }),
    created: true,
  }),
  "DELETE /tokens/:id": route({ permission: "administer", summary: "Revoke a token", params: Id }),

  "GET /layouts": route({
    permission: "view",
    summary: "How messages are read that do not explain themselves",
    reply: Type.Object({ items: Type.Array(LayoutSchema) }),
  }),
  "POST /layouts": route({
    permission: "engineer",
    summary: "Lay out the messages of some topics; the next one is read by it",
    body: LayoutBody,
    reply: LayoutSchema,
    created: true,
  }),
  "PUT /layouts/:id": route({
    permission: "engineer",
    summary: "Replace a layout",
    params: Id,
    body: LayoutBody,
    reply: LayoutSchema,
  }),
  "DELETE /layouts/:id": route({
    permission: "engineer",
    summary: "Remove a layout; what it has read stays",
    params: Id,
  }),
  "GET /screens": route({
    permission: "view",
    summary: "Screens",
    reply: Type.Object({ items: Type.Array(ScreenSchema) }),
  }),
  "GET /screens/:id": route({
    permission: "view",
    summary: "One screen",
    params: Id,
    reply: ScreenSchema,
  }),
  "PUT /screens/:id": route({
    permission: "engineer",
    summary: "Create or replace a screen",
    params: Id,
    body: Type.Object({
      name: Name,
      widgets: Type.Array(Json, { maxItems: LIMIT.widgetsPerScreen }),
    }),
    reply: ScreenSchema,
  }),

  "GET /overview": route({
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
      bytesOnDisk: Type.Number(),
    }),
  }),
  "DELETE /demo": route({ permission: "administer", summary: "Stop and remove the demo plant" }),
  "POST /demo": route({
    permission: "administer",
    summary: "Start the demo plant beside your own data",
  }),

  "GET /live": route({ permission: "view", summary: "Live feed: WebSocket, see docs/api.md" }),
  "GET /stream": route({
    permission: "view",
    summary: "Live values as server-sent events",
    query: Type.Object({
      points: Type.String({ description: "point ids, separated by commas" }),
      rate: Type.Optional(
        Type.Number({ minimum: LIMIT.liveRateHzMin, maximum: LIMIT.liveRateHzMax }),
      ),
    }),
    produces: "text/event-stream",
  }),
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
type Of<R extends RouteName, Part extends keyof Route> = (typeof ROUTES)[R] extends {
  readonly [K in Part]: infer S extends TSchema;
}
  ? Static<S>
  : undefined;
export type Params<R extends RouteName> = Of<R, "params">;
export type RouteQuery<R extends RouteName> = Of<R, "query">;
export type Body<R extends RouteName> = Of<R, "body">;
export type Reply<R extends RouteName> = Of<R, "reply">;

export type VariableReply = Static<typeof VariableSchema>;
export type SampleReply = Static<typeof SampleSchema>;
export type AssetReply = Static<typeof AssetSchema>;
export type PointReply = Static<typeof PointSchema>;
export type RetentionReply = Static<typeof RetentionSchema>;
export type ChannelReply = Static<typeof ChannelSchema>;
export type DeviceReply = Static<typeof DeviceSchema>;
export type CommandTypeReply = Static<typeof CommandTypeSchema>;
export type CommandReply = Static<typeof CommandSchema>;
export type AgentReply = Static<typeof AgentSchema>;
export type ClientReply = Static<typeof ClientSchema>;
export type SessionReply = Static<typeof SessionSchema>;
export type SubscriptionReply = Static<typeof SubscriptionSchema>;
export type IssuedReply = Static<typeof IssuedSchema>;
export type UserReply = Static<typeof UserSchema>;
export type TokenReply = Static<typeof TokenSchema>;
export type EventReply = Static<typeof EventSchema>;
export type HeardMessageReply = Static<typeof HeardMessageSchema>;
export type RejectedReply = Static<typeof RejectedSchema>;
export type AuthorityReply = Static<typeof AuthoritySchema>;
export type AssetEventReply = Static<typeof AssetEventSchema>;
export type FileReply = Static<typeof FileSchema>;
export type LayoutReply = Static<typeof LayoutSchema>;
export type ScreenReply = Static<typeof ScreenSchema>;
export type { FittingReply, ImportReply, NetworkReply, NodeReply } from "./contract-networks.ts";
export type {
  DeviceSettingsReply,
  RolloutReply,
  RolloutStepReply,
  TemplateReply,
} from "./contract-settings.ts";
export type { MappingReply, TopicReply } from "./contract-topics.ts";
export type ProblemReply = Static<typeof ProblemSchema>;
