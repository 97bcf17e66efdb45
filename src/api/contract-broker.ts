import { Type } from "typebox";
import type { Route } from "./contract.ts";
import { countedPage, nullable, oneOf, PageQuery, Search, Time } from "./schema.ts";

/** The broker, whom it serves and what it remembers: a part of the contract, see `contract.ts`. */

const Count = Type.Integer({ minimum: 0 });
const Traffic = Type.Object({ messages: Count, bytes: Count, perSecond: Type.Number() });
/** How often, by reason or problem code: the most frequent first. */
const Counts = Type.Array(Type.Object({ label: Type.String(), value: Count }));

/** Counters begin with the server. */
const BrokerSchema = Type.Object({
  /** When messages are acknowledged; `written`: a power cut may take the newest of them. */
  mqttAck: oneOf(["synced", "written"]),
  /** Why it does not work as it should; null while it does. */
  trouble: nullable(Type.String()),
  clients: Count,
  connections: Type.Object({
    open: Count,
    /** New ones that wait for their turn. */
    waiting: Count,
    /** Not read for the moment: too fast, or waiting for the disk or for a slow subscriber. */
    held: Count,
  }),
  sessions: Count,
  subscriptions: Count,
  retained: Type.Object({ messages: Count, bytes: Count }),
  received: Traffic,
  sent: Traffic,
  /** What waits for clients that are slow or away. */
  queuedBytes: Count,
  /** What came and is not safe yet. */
  pendingBytes: Count,
  /** The log of sessions on disk. */
  logBytes: Count,
  takeOvers: Count,
  /** Newcomers that had to wait, for two fought over one name. */
  takeOversHeld: Count,
  throttled: Count,
  dropped: Counts,
  refused: Counts,
  /** All that is counted: what it is called at `/metrics`, and below `$SYS/broker/`. */
  figures: Type.Array(
    Type.Object({
      gauge: Type.String(),
      topic: Type.String(),
      says: Type.String(),
      group: oneOf(["traffic", "kept", "limit"]),
      unit: oneOf(["count", "bytes"]),
      value: Count,
      /** By reason or problem code, with words where there are some. */
      rows: Type.Array(Type.Object({ label: Type.String(), says: Type.String(), value: Count })),
    }),
  ),
});

export const ClientSchema = Type.Object({
  id: Type.String(),
  agentId: Type.String(),
  name: Type.String(),
  clientId: Type.String(),
  remote: Type.String(),
  version: oneOf(["3.1", "3.1.1", "5.0"]),
  connectedAt: Time,
  subscriptions: Type.Array(Type.String()),
  received: Count,
  sent: Count,
  dropped: Count,
  queued: Count,
});

/** A client's state, whether it is connected or away: MQTT 5.0 section 4.1. */
export const SessionSchema = Type.Object({
  id: Type.String(),
  agentId: Type.String(),
  name: Type.String(),
  clientId: Type.String(),
  isConnected: Type.Boolean(),
  /** Since when its client is connected, or away. */
  since: Time,
  /** Null where an older version of the server wrote it down. */
  begunAt: nullable(Time),
  /** When it ends if its client stays away; null while that is connected. */
  endsAt: nullable(Time),
  /** How long it is kept for a client that is away. */
  expirySeconds: Count,
  /** Whether it is there after a restart. */
  isLasting: Type.Boolean(),
  queued: Count,
  queuedBytes: Count,
  /** Sent, and not acknowledged by the client. */
  inflight: Count,
  dropped: Count,
  /** How often it began to lose messages since the server started. */
  gaps: Count,
  hasWill: Type.Boolean(),
  subscriptions: Count,
});

export const SubscriptionSchema = Type.Object({
  id: Type.String(),
  sessionId: Type.String(),
  agentId: Type.String(),
  name: Type.String(),
  clientId: Type.String(),
  isConnected: Type.Boolean(),
  filter: Type.String(),
  qos: Type.Integer({ minimum: 0, maximum: 2 }),
  noLocal: Type.Boolean(),
  retainAsPublished: Type.Boolean(),
  /** The subscription's identifier, which MQTT 5 gives back with each message. */
  identifier: nullable(Type.Integer()),
});

const SearchQuery = { ...PageQuery, search: Type.Optional(Search) };

export const BROKER_ROUTES = {
  "GET /broker": {
    permission: "engineer",
    summary: "What the broker does and keeps, and what it dropped and refused",
    reply: BrokerSchema,
  },
  "GET /broker/clients": {
    permission: "engineer",
    summary: "Who is connected, with what it subscribed and what waits for it",
    query: Type.Object(SearchQuery),
    reply: countedPage(ClientSchema),
  },
  "GET /broker/sessions": {
    permission: "engineer",
    summary: "What the broker remembers of each client, connected or away, and what waits for it",
    query: Type.Object({
      ...SearchQuery,
      only: Type.Optional(oneOf(["connected", "away", "waiting"])),
    }),
    reply: countedPage(SessionSchema),
  },
  "POST /broker/sessions/end": {
    permission: "engineer",
    summary: "End a session and its connection: what waits in it and what it subscribed is gone",
    body: Type.Object({ agentId: Type.String(), clientId: Type.String() }),
  },
  "GET /broker/subscriptions": {
    permission: "engineer",
    summary: "Who subscribed what, and how",
    query: Type.Object({ ...SearchQuery, session: Type.Optional(Type.String()) }),
    reply: countedPage(SubscriptionSchema),
  },
} as const satisfies Record<string, Route>;
