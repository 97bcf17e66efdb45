import { Type } from "typebox";
import { LIMIT } from "../domain/limit.ts";
import type { Route } from "./contract.ts";
import {
  CommandBody,
  CommandSchema,
  CommandTypeSchema,
  countedPage,
  DeviceSchema,
  Id,
  LayoutBody,
  LayoutSchema,
  Name,
  nullable,
  oneOf,
  PageQuery,
  page,
  Search,
  Time,
  VariableSchema,
} from "./schema.ts";
import { AssetEventSchema, FileSchema } from "./schema-agent.ts";
import { HeardMessageSchema, RejectedSchema } from "./schema-message.ts";

/**
 * Devices, adopted or not: what they say, how that is read, and what they are told. A part of the
 * contract, see `contract.ts`.
 */

export const DEVICE_ROUTES = {
  "GET /devices": {
    permission: "view",
    summary: "Devices that belong to assets",
    query: Type.Object({
      ...PageQuery,
      driver: Type.Optional(Type.String()),
      search: Type.Optional(Search),
    }),
    reply: countedPage(DeviceSchema),
  },
  "GET /devices/:id": {
    permission: "view",
    summary: "One device with its channels and diagnostics",
    params: Id,
    reply: Type.Object({
      device: DeviceSchema,
      commandTypes: Type.Array(CommandTypeSchema),
      commands: Type.Array(CommandSchema),
      rejected: Type.Array(RejectedSchema),
    }),
  },
  "GET /devices/:id/messages": {
    permission: "view",
    summary: "What the device sent lately, and what was read in it; newest first",
    params: Id,
    reply: Type.Object({
      items: Type.Array(HeardMessageSchema),
      /** Of the broker, for those who want to send the same. */
      mqttPort: nullable(Type.Integer()),
      mqttsPort: nullable(Type.Integer()),
    }),
  },
  "GET /devices/:id/files": {
    permission: "view",
    summary: "Files that the device handed in, newest first",
    params: Id,
    query: Type.Object(PageQuery),
    reply: page(FileSchema),
  },
  "GET /devices/:id/events": {
    permission: "view",
    summary: "What happened to the device's asset, newest first; of a correlation the newest",
    params: Id,
    query: Type.Pick(Type.Object(PageQuery), ["limit"]),
    reply: Type.Object({ items: Type.Array(AssetEventSchema), total: Type.Integer() }),
  },
  "POST /asset-events/:id/acknowledge": {
    permission: "command",
    summary: "Say that somebody has seen what happened",
    params: Id,
    reply: AssetEventSchema,
  },
  "GET /files/:id": {
    permission: "view",
    summary: "The content of a file",
    params: Id,
    reply: Type.String(),
    produces: "application/octet-stream",
  },
  "DELETE /files/:id": {
    permission: "engineer",
    summary: "Remove a file for good",
    params: Id,
  },
  "POST /devices/:id/clear-retained": {
    permission: "command",
    summary: "Clear the order to the device that a broker keeps and should not",
    params: Id,
  },
  "GET /inbox": {
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
  },
  "POST /inbox/:id/adopt": {
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
  },
  "POST /inbox/:id/ignore": {
    permission: "engineer",
    summary: "Ask no more about this device",
    params: Id,
  },
  "DELETE /inbox/:id/ignore": {
    permission: "engineer",
    summary: "Ask about this device again",
    params: Id,
  },

  "POST /commands": {
    permission: "command",
    summary: "Ask a device",
    body: CommandBody,
    reply: CommandSchema,
    created: true,
  },
  "POST /commands/preview": {
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
  },
  "GET /commands/:id": {
    permission: "view",
    summary: "The state of a command",
    params: Id,
    reply: CommandSchema,
  },

  "GET /rejected": {
    permission: "engineer",
    summary: "Messages that were not taken, newest first",
    query: Type.Object({
      ...PageQuery,
      agentId: Type.Optional(Type.String()),
      code: Type.Optional(Type.String()),
      search: Type.Optional(Search),
    }),
    reply: countedPage(RejectedSchema),
  },
  "DELETE /rejected": { permission: "engineer", summary: "Empty the list" },
  "GET /rejected/ahead": {
    permission: "engineer",
    summary:
      "How many values were too far ahead of the clock, and are kept until they are taken in",
    reply: Type.Object({
      values: Type.Integer(),
      /** The earliest and the latest of their times. */
      from: nullable(Time),
      to: nullable(Time),
    }),
  },
  "POST /rejected/ahead/take-in": {
    permission: "engineer",
    summary: "Store those of them that are not too far ahead any more",
    reply: Type.Object({
      taken: Type.Integer(),
      left: Type.Integer({ description: "kept on: their time is still too far ahead" }),
    }),
  },

  "GET /layouts": {
    permission: "view",
    summary: "How messages are read that do not explain themselves",
    reply: Type.Object({ items: Type.Array(LayoutSchema) }),
  },
  "POST /layouts": {
    permission: "engineer",
    summary: "Lay out the messages of some topics; the next one is read by it",
    body: LayoutBody,
    reply: LayoutSchema,
    created: true,
  },
  "PUT /layouts/:id": {
    permission: "engineer",
    summary: "Replace a layout",
    params: Id,
    body: LayoutBody,
    reply: LayoutSchema,
  },
  "DELETE /layouts/:id": {
    permission: "engineer",
    summary: "Remove a layout; what it has read stays",
    params: Id,
  },
} as const satisfies Record<string, Route>;
