import { type TSchema, Type } from "typebox";
import { AGENT_KINDS } from "../domain/agent.ts";
import { DATA_TYPES } from "../domain/catalogue.ts";
import { COMMAND_STATES } from "../domain/command.ts";
import { FIELD_FORMS, type FieldForm } from "../domain/frame.ts";
import { LIMIT } from "../domain/limit.ts";
import { LIVE_STATES } from "../domain/liveness.ts";
import { ROLES } from "../domain/permission.ts";
import { QUALITIES } from "../domain/reading.ts";

/** The shapes that travel over the API: JSON Schema and TypeScript type in one. */

export const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: "string", enum: [...values] });
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** ISO 8601, as every time that the API gives. */
export const Time = Type.String({ format: "date-time" });
/** ISO 8601 or epoch milliseconds: both are understood. */
export const TimeIn = Type.Unsafe<string | number>({
  type: ["string", "integer"],
  description: "ISO 8601, or milliseconds since the epoch",
});
export const Text = Type.String({ maxLength: 256 });
/** Words, each of which must be in a row's names. */
export const Search = Type.String({ maxLength: 256 });
export const Name = Type.String({ minLength: 1, maxLength: 128, pattern: "^[^\\p{Cc}\\p{Cs}]*$" });
/** A device may call its channels what it likes, and variables are called after them. */
const VariableName = Type.String({ minLength: 1, maxLength: 128 });
export const Id = Type.Object({ id: Type.String() });
export const Json = Type.Unsafe<Record<string, unknown>>({
  type: "object",
  additionalProperties: true,
});
export const page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: nullable(Type.String()) });
/** With the number of rows of all pages together. */
export const countedPage = <T extends TSchema>(item: T) =>
  Type.Object({ ...page(item).properties, total: Type.Integer() });
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT.rowsPerPage })),
  after: Type.Optional(Type.String()),
};

export const BackupSchema = Type.Object({
  id: Type.String(),
  startedAt: Time,
  state: oneOf(["running", "done", "failed"]),
  bytes: Type.Integer(),
  bytesTotal: Type.Integer(),
  detail: Type.String(),
});

export const Value = Type.Unsafe<number | boolean | string | null>({
  description:
    "number, boolean or text; null where the device said that it has no value; " +
    "an integer beyond 2^53 is a text of its digits, so that no reader rounds it",
});
/** What a variable may say of itself, or keep to itself. */
const Said = {
  unit: Type.String({ maxLength: 32 }),
  range: Type.Unsafe<[number, number]>(pair()),
  normal: Type.Unsafe<[number, number]>(pair()),
  decimals: Type.Integer({ minimum: 0, maximum: 9 }),
  states: Type.Unsafe<Record<string, string>>({
    type: "object",
    additionalProperties: { type: "string" },
  }),
  bits: Type.Array(Type.String(), { maxItems: 32 }),
  counter: Type.Boolean(),
  rollover: Type.Number({ exclusiveMinimum: 0 }),
  int32: Type.Boolean(),
  freshnessMs: Type.Integer({ minimum: 1000 }),
};
const FrameFieldSchema = Type.Object({
  name: Name,
  offset: Type.Integer({ minimum: 0, maximum: LIMIT.payloadBytes }),
  form: oneOf(Object.keys(FIELD_FORMS) as FieldForm[]),
  order: oneOf(["little", "big"]),
  bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT.payloadBytes })),
  bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 7 })),
  scale: Type.Optional(Type.Number()),
  shift: Type.Optional(Type.Number()),
  unit: Type.Optional(Type.String({ maxLength: 32 })),
});
/** How messages are read that do not explain themselves, without the id. */
export const LayoutBody = Type.Object({
  name: Name,
  filter: Type.String({
    minLength: 1,
    maxLength: LIMIT.topicBytes,
    description: "topics that are read by it, with + and #",
  }),
  device: Type.String({
    minLength: 1,
    maxLength: 256,
    description: "the device's address; {1} stands for the topic's first level",
  }),
  fields: Type.Array(FrameFieldSchema, { maxItems: LIMIT.fieldsPerLayout }),
});
export const LayoutSchema = Type.Object({ id: Type.String(), ...LayoutBody.properties });
export const VariableSchema = Type.Object({
  name: VariableName,
  dataType: oneOf(DATA_TYPES),
  ...Type.Partial(Type.Object(Said)).properties,
});
const unsaid = <T extends TSchema>(schema: T) => Type.Optional(nullable(schema));
/** What is left out stays as it is, null takes it away. */
export const VariableChangeSchema = Type.Object({
  name: Type.Optional(VariableName),
  dataType: Type.Optional(oneOf(DATA_TYPES)),
  unit: unsaid(Said.unit),
  range: unsaid(Said.range),
  normal: unsaid(Said.normal),
  decimals: unsaid(Said.decimals),
  states: unsaid(Said.states),
  bits: unsaid(Said.bits),
  counter: unsaid(Said.counter),
  rollover: unsaid(Said.rollover),
  int32: unsaid(Said.int32),
  freshnessMs: unsaid(Said.freshnessMs),
});
export const OfAMoment = {
  at: Time,
  value: Value,
  quality: oneOf(QUALITIES),
  /** OPC UA's, as it came; where it says more than the quality. */
  statusWord: Type.Optional(Type.Integer()),
};
export const SampleSchema = Type.Object({
  ...OfAMoment,
  /** Milliseconds since `at`, by the server's clock. */
  ageMs: Type.Number(),
  /** False once it is older than its variable's freshness: do not show it as live. */
  fresh: Type.Boolean(),
});
export const AssetSchema = Type.Object({
  id: Type.String(),
  parentId: nullable(Type.String()),
  typeId: Type.String(),
  name: Type.String(),
  /** `Site/Area/Asset`: the names from the root. */
  path: Type.String(),
  description: Type.String(),
  demo: Type.Boolean(),
  /** Number of assets directly below. */
  children: Type.Integer(),
  /** Devices that feed it. */
  deviceIds: Type.Array(Type.String()),
  createdAt: Time,
});
/** The newest value is bad because its device says that the sensor behind it does not work. */
const Unsound = Type.Optional(Type.Literal(true));
export const PointSchema = Type.Object({
  id: Type.String(),
  assetId: Type.String(),
  /** `Site/Area/Asset`: the names from the root. */
  path: Type.String(),
  aspect: Type.String(),
  variable: VariableSchema,
  /** What its samples, and their status words, are called in a database (docs/database.md). */
  series: Type.Integer(),
  statusSeries: nullable(Type.Integer()),
  latest: nullable(SampleSchema),
  unsound: Unsound,
});
export const ChannelSchema = Type.Object({
  name: Type.String(),
  dataType: oneOf(DATA_TYPES),
  proposal: VariableSchema,
  /** The point that it feeds; null while it waits in the inbox. */
  pointId: nullable(Type.String()),
  retired: Type.Boolean(),
  latest: nullable(SampleSchema),
  unsound: Unsound,
  /** Its type as the device's own declaration names it: `Int16`, `Float`. */
  form: Type.Optional(Type.String()),
  /** What else the declaration says of it, in the device's own words. */
  properties: Type.Optional(Type.Record(Type.String(), Type.String())),
});
const SilentSchema = Type.Object({
  channel: Type.String(),
  name: Type.String(),
  /** `late`: one report and a fifth of it missed; `offline`: two and a minute. */
  state: oneOf(["late", "offline"]),
  since: Time,
  promiseMs: Type.Number(),
});
export const DeviceSchema = Type.Object({
  id: Type.String(),
  driver: Type.String(),
  /** The driver's name for people, for example `SAUTER viaSens`. */
  protocol: Type.String(),
  address: Type.String(),
  name: Type.String(),
  agentId: Type.String(),
  assetId: nullable(Type.String()),
  assetName: nullable(Type.String()),
  ignored: Type.Boolean(),
  demo: Type.Boolean(),
  firstSeenAt: Time,
  /** When its newest message arrived; null if it has been silent since the server started. */
  lastSeenAt: nullable(Time),
  /** `unknown`: its network is away. Null where its protocol promises nothing. */
  liveness: nullable(oneOf(LIVE_STATES)),
  /** Version of its protocol's interface that it speaks, where its network says so. */
  api: nullable(Type.String()),
  /** Sensors that have fallen silent while the device speaks. */
  silent: Type.Array(SilentSchema),
  messages: Type.Integer(),
  warnings: Type.Array(
    Type.Object({
      code: Type.String(),
      detail: Type.String(),
      times: Type.Integer(),
      at: Time,
      /** The beginning of the payload that brought it last, as text or as `0x` and hex. */
      excerpt: Type.String(),
      /** Of that whole payload. */
      bytes: Type.Integer(),
    }),
  ),
  channels: Type.Array(ChannelSchema),
});
export const CommandTypeSchema = Type.Object({
  name: Type.String(),
  title: Type.String(),
  kind: oneOf(["act", "configure"]),
  parameters: Json,
  endsAt: oneOf(["sent", "confirmed"]),
});
export const CommandSchema = Type.Object({
  id: Type.String(),
  deviceId: Type.String(),
  name: Type.String(),
  parameters: Json,
  state: oneOf(COMMAND_STATES),
  detail: Type.String(),
  actor: Type.String(),
  topic: nullable(Type.String()),
  payload: nullable(Type.String()),
  requestedAt: Time,
  expiresAt: Time,
  settledAt: nullable(Time),
  /** What the device said of it last, where its protocol lets it. */
  answer: nullable(Json),
});
export const CommandBody = Type.Object({
  deviceId: Type.String(),
  name: Name,
  parameters: Json,
  expiresInMs: Type.Optional(Type.Integer({ minimum: 100, maximum: LIMIT.keptExpiresMsMax })),
});
export const RightsSchema = Type.Object({
  publish: Type.Array(Type.String({ maxLength: LIMIT.topicBytes }), { maxItems: 50 }),
  subscribe: Type.Array(Type.String({ maxLength: LIMIT.topicBytes }), { maxItems: 50 }),
});
export const AgentSchema = Type.Object({
  id: Type.String(),
  kind: oneOf(AGENT_KINDS),
  name: Type.String(),
  tenant: Type.String(),
  clientId: Type.String(),
  rights: RightsSchema,
  revoked: Type.Boolean(),
  demo: Type.Boolean(),
  createdAt: Time,
  /** Null where the broker cannot tell: it is another one, and the agent is not inside. */
  connected: nullable(Type.Boolean()),
  remote: nullable(Type.String()),
  /** When a message of it last arrived, since the server started. */
  lastSeenAt: nullable(Time),
  messages: Type.Integer(),
  rejected: Type.Integer(),
  credentials: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: oneOf(["password", "certificate"]),
      /** The certificate's serial; empty for a password. */
      serial: Type.String(),
      createdAt: Time,
      expiresAt: nullable(Time),
      revokedAt: nullable(Time),
    }),
  ),
});
/** Shown once: the server keeps no copy of a private key or a password. */
export const IssuedSchema = Type.Object({
  agent: AgentSchema,
  username: nullable(Type.String()),
  password: nullable(Type.String()),
  certificate: nullable(
    Type.Object({
      /** PEM, leaf first, then our CA. */
      certificatePem: Type.String(),
      privateKeyPem: Type.String(),
      caPem: Type.String(),
      serial: Type.String(),
      expiresAt: Time,
    }),
  ),
  /** Where to connect, as this server sees itself. */
  host: Type.String(),
  mqttPort: nullable(Type.Integer()),
  mqttsPort: nullable(Type.Integer()),
  /** Ready to paste: what to run to send a first message, each with a title. */
  examples: Type.Array(Type.Object({ title: Type.String(), command: Type.String() })),
});
export const UserSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: oneOf(ROLES),
  disabled: Type.Boolean(),
  createdAt: Time,
});
export const TokenSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: oneOf(ROLES),
  createdAt: Time,
  expiresAt: nullable(Time),
  usedAt: nullable(Time),
});
/** Who did it. */
export const ActorSchema = Type.Object({
  kind: Type.String(),
  id: Type.String(),
  name: Type.String(),
});
export const EventSchema = Type.Object({
  sequence: Type.Integer(),
  at: Time,
  actor: ActorSchema,
  kind: Type.String(),
  subject: Type.String(),
  /** What the device, asset or agent is called now; null where nothing of this id is left. */
  subjectName: nullable(Type.String()),
  detail: Json,
  hash: Type.String(),
});
export const ScreenSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  widgets: Type.Array(Json),
  updatedAt: Time,
});
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  instance: Type.Optional(Type.String()),
});
function pair() {
  return { type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 };
}
