import type { Static, TSchema } from "typebox";
import type { Permission } from "../domain/permission.ts";
import { AGENT_ROUTES } from "./contract-agents.ts";
import { ASSET_ROUTES } from "./contract-assets.ts";
import {
  BROKER_ROUTES,
  type ClientSchema,
  type SessionSchema,
  type SubscriptionSchema,
} from "./contract-broker.ts";
import { DEVICE_ROUTES } from "./contract-devices.ts";
import { HOUSE_ROUTES } from "./contract-house.ts";
import { IMPORT_ROUTES } from "./contract-imports.ts";
import { NETWORK_ROUTES } from "./contract-networks.ts";
import { PEOPLE_ROUTES } from "./contract-people.ts";
import { POINT_ROUTES } from "./contract-points.ts";
import { SETTINGS_ROUTES } from "./contract-settings.ts";
import { TOPIC_ROUTES } from "./contract-topics.ts";
import type {
  AgentSchema,
  AssetSchema,
  ChannelSchema,
  CommandSchema,
  CommandTypeSchema,
  DeviceSchema,
  EventSchema,
  IssuedSchema,
  LayoutSchema,
  PointSchema,
  ProblemSchema,
  SampleSchema,
  ScreenSchema,
  TokenSchema,
  UserSchema,
  VariableSchema,
} from "./schema.ts";
import type { AssetEventSchema, AuthoritySchema, FileSchema } from "./schema-agent.ts";
import type { RetentionSchema } from "./schema-kept.ts";
import type { HeardMessageSchema, RejectedSchema } from "./schema-message.ts";

/**
 * Every route of `/api/v1` with what it asks for and what it gives, by subject in a file each. The
 * server validates and serialises with these schemas, OpenAPI is made from them, and `ui/` uses
 * their types: one truth.
 */

/** A route: who may call it, what it takes, what it gives. */
export type Route = {
  readonly permission: Permission;
  readonly summary: string;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** The body's media type where it is not JSON; it comes as bytes. */
  readonly consumes?: string;
  /** 200, or 201 where `created`; no body where absent: 204. */
  readonly reply?: TSchema;
  readonly created?: boolean;
  /** The reply's media type where it is not JSON. */
  readonly produces?: string;
};

/** Method and path below `/api/v1`. */
export const ROUTES = {
  ...HOUSE_ROUTES,
  ...PEOPLE_ROUTES,
  ...ASSET_ROUTES,
  ...POINT_ROUTES,
  ...IMPORT_ROUTES,
  ...DEVICE_ROUTES,
  ...SETTINGS_ROUTES,
  ...NETWORK_ROUTES,
  ...TOPIC_ROUTES,
  ...AGENT_ROUTES,
  ...BROKER_ROUTES,
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
export type { ImportLineReply, SamplesImportReply } from "./contract-imports.ts";
export type { FittingReply, ImportReply, NetworkReply, NodeReply } from "./contract-networks.ts";
export type {
  DeviceSettingsReply,
  RolloutReply,
  RolloutStepReply,
  TemplateReply,
} from "./contract-settings.ts";
export type { MappingReply, TopicReply } from "./contract-topics.ts";
export type ProblemReply = Static<typeof ProblemSchema>;
