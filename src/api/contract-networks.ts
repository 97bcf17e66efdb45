import { type Static, Type } from "typebox";
import { LIVE_STATES } from "../domain/liveness.ts";
import type { Route } from "./contract.ts";
import { CommandTypeSchema, Id, nullable, oneOf, Time } from "./schema.ts";

/** Networks and what belongs to many devices at once: a part of the contract, see `contract.ts`. */

const NetworkName = Type.Object({ driver: Type.String(), network: Type.String() });
/** Null: known by what its messages look like. */
const Topic = nullable(Type.String({ minLength: 1, maxLength: 256 }));
const TopicsSchema = Type.Object({
  /** Where orders are answered; one level of it is `{node}`. */
  answers: Topic,
  /** Where the network says that it is there. */
  presence: Topic,
});
const NetworkSchema = Type.Object({
  driver: Type.String(),
  protocol: Type.String(),
  id: Type.String(),
  agentId: Type.String(),
  /** Null while it is there. */
  lost: nullable(Type.Object({ why: oneOf(["said so", "disconnected", "silent"]), since: Time })),
  devices: Type.Integer(),
  /** Of the devices, those that belong to nothing yet. */
  waiting: Type.Integer(),
  reporting: Type.Integer(),
  late: Type.Integer(),
  offline: Type.Integer(),
  unknown: Type.Integer(),
  /** Written down, and not heard yet. */
  expected: Type.Integer(),
  /** What people have told of topics that its documents leave open; null: they leave none. */
  topics: nullable(TopicsSchema),
});
const NodeSchema = Type.Object({
  deviceId: Type.String(),
  name: Type.String(),
  address: Type.String(),
  assetId: nullable(Type.String()),
  /** Where its asset stands: `Site/Floor`. */
  place: Type.String(),
  state: oneOf(LIVE_STATES),
  /** The longest silence that it promised; null: it reports by change only. */
  promiseMs: nullable(Type.Number()),
  lastSeenAt: nullable(Time),
  /** The template that is laid down for it alone. */
  template: Type.String(),
  settings: oneOf(["none", "newer", "sent"]),
  /** Values that such a device has and that never came. */
  missing: Type.Array(Type.String()),
  /** Sensors that have worked or should be there, and do not work. */
  faulty: Type.Array(Type.String()),
  /** Sensors that have missed two reports and a minute while the node speaks. */
  silent: Type.Array(Type.String()),
  /** Sensors that never worked, and of which nobody has said that they are not there. */
  unfitted: Type.Array(Type.String()),
});
const FittingSchema = Type.Object({
  channel: Type.String(),
  /** Sensors that were well at least once. */
  worked: Type.Integer(),
  /** Of which a person said that they should be there, or that they are not. */
  wanted: Type.Integer(),
  unwanted: Type.Integer(),
  /** Of which no value is asked, as the device is set. */
  idle: Type.Integer(),
});
const ImportRow = Type.Object({
  line: Type.Integer(),
  address: Type.String(),
  /** What would change, or has changed; empty where all is so already. */
  changes: Type.Array(Type.String()),
  /** Why the line cannot be taken; empty where it can. */
  problem: Type.String(),
});

export const NETWORK_ROUTES = {
  "GET /networks": {
    permission: "view",
    summary: "Networks of devices, whether they are there, and how their devices are",
    reply: Type.Object({ items: Type.Array(NetworkSchema) }),
  },
  "GET /networks/:driver/:network": {
    permission: "view",
    summary: "A network, node by node, with what commissioning still lacks",
    params: NetworkName,
    reply: Type.Object({
      network: NetworkSchema,
      nodes: Type.Array(NodeSchema),
      /** What its nodes can be told that stays; null: nothing. */
      settings: nullable(CommandTypeSchema),
    }),
  },
  "PUT /networks/:driver/:network/topics": {
    permission: "engineer",
    summary: "Tell where a network answers orders and says that it is there; null: by their form",
    params: NetworkName,
    body: TopicsSchema,
  },
  "GET /networks/:driver/:network/nodes.csv": {
    permission: "view",
    summary: "Its nodes as CSV: address, name, place, template",
    params: NetworkName,
    reply: Type.String(),
    produces: "text/csv; charset=utf-8",
  },
  "POST /networks/:driver/:network/import": {
    permission: "engineer",
    summary: "Take names, places and templates of its nodes from CSV, or try what that would do",
    params: NetworkName,
    body: Type.Object({
      csv: Type.String({ maxLength: 900_000 }),
      dryRun: Type.Boolean(),
    }),
    reply: Type.Object({ rows: Type.Array(ImportRow), bad: Type.Integer(), done: Type.Boolean() }),
  },
  "GET /devices/:id/health": {
    permission: "view",
    summary: "What is known of the sensors behind a device's masks; each number has a bit a sensor",
    params: Id,
    reply: Type.Object({ items: Type.Array(FittingSchema) }),
  },
  "PUT /devices/:id/health": {
    permission: "engineer",
    summary: "Say that a sensor should be there, or that it is not fitted; null: take it back",
    params: Id,
    body: Type.Object({
      channel: Type.String(),
      bit: Type.Integer({ minimum: 0, maximum: 31 }),
      fitted: nullable(Type.Boolean()),
    }),
  },
  "POST /devices/:id/replace": {
    permission: "engineer",
    summary: "Put another device in its place: name, asset, both histories and settings go on",
    params: Id,
    body: Type.Object({
      deviceId: Type.String({ description: "the new device, which waits in the inbox" }),
    }),
  },
} as const satisfies Record<string, Route>;

export type NetworkReply = Static<typeof NetworkSchema>;
export type NodeReply = Static<typeof NodeSchema>;
export type FittingReply = Static<typeof FittingSchema>;
export type ImportReply = { readonly rows: readonly Static<typeof ImportRow>[] };
