import { type Static, Type } from "typebox";
import { LIMIT } from "../domain/limit.ts";
import { SCOPE_KINDS } from "../domain/settings.ts";
import type { Route } from "./contract.ts";
import { Id, Json, Name, nullable, oneOf, Time } from "./schema.ts";

/** Templates, layers and rollouts of settings: a part of the contract, see `contract.ts`. */

const TemplateBody = Type.Object({
  name: Name,
  driver: Type.String(),
  command: Type.String({ description: "a command of kind configure" }),
  parameters: Json,
});
const TemplateSchema = Type.Object({ id: Type.String(), ...TemplateBody.properties });
const ScopeSchema = Type.Object({
  kind: oneOf(SCOPE_KINDS),
  id: Type.String({ description: "a network's name, an asset's id or a device's id" }),
});
const LayerBody = Type.Object({
  driver: Type.String(),
  command: Type.String(),
  scope: ScopeSchema,
  templateId: nullable(Type.String()),
  parameters: Json,
});
const TemplateName = nullable(Type.Object({ id: Type.String(), name: Type.String() }));
const SourceSchema = Type.Object({
  scope: ScopeSchema,
  name: Type.String(),
  /** Null: fields that the place has of its own. */
  template: TemplateName,
  parameters: Json,
});
const KEPT = ["none", "same", "other", "absent", "unknown"] as const;
const EVIDENCE = [
  "confirmed",
  "failed",
  "unanswered",
  "burst",
  "consistent",
  "drift",
  "none",
] as const;

const DeviceSettingsSchema = Type.Object({
  command: Type.String(),
  meant: Json,
  /** By field: which of the sources has the last word; -1: the specification's own value. */
  origins: Type.Unsafe<Record<string, number>>({
    type: "object",
    additionalProperties: { type: "integer" },
  }),
  /** The widest first. */
  sources: Type.Array(SourceSchema),
  own: Type.Object({ templateId: nullable(Type.String()), parameters: Json }),
  /** What went out to the device the last time. */
  sent: nullable(
    Type.Object({ id: Type.String(), at: Time, actor: Type.String(), parameters: Json }),
  ),
  /** What the broker keeps for it, against what was sent. */
  kept: Type.Object({
    is: oneOf(KEPT),
    parameters: nullable(Json),
    /** Who else told the device something since, and when. */
    by: nullable(Type.Object({ agent: Type.String(), at: Time })),
  }),
  /** The best sign that the device took what it was sent. */
  evidence: oneOf(EVIDENCE),
  /** Of each channel that reports by a policy: how it reported since then. */
  checks: Type.Array(
    Type.Object({
      channel: Type.String(),
      name: Type.String(),
      longestMs: Type.Number(),
      shortestMs: Type.Number(),
      change: Type.Number(),
      /** The sensor says nothing although its device does: when it spoke last. */
      silentSince: nullable(Time),
      gaps: Type.Integer(),
      /** Of those, how many do not fit; `suspects` are the newest of them. */
      misfits: Type.Integer(),
      suspects: Type.Array(
        Type.Object({ from: Time, to: Time, why: oneOf(["late", "early", "small"]) }),
      ),
    }),
  ),
});

const RolloutSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  command: Type.String(),
  state: oneOf(["running", "paused", "ended", "cancelled"]),
  perSecond: Type.Number(),
  actor: Type.String(),
  createdAt: Time,
  endedAt: nullable(Time),
  waiting: Type.Integer(),
  sent: Type.Integer(),
  failed: Type.Integer(),
});
const RolloutStepSchema = Type.Object({
  deviceId: Type.String(),
  name: Type.String(),
  address: Type.String(),
  state: oneOf(["waiting", "sent", "failed"]),
  detail: Type.String(),
  at: nullable(Time),
});

export const SETTINGS_ROUTES = {
  "GET /templates": {
    permission: "view",
    summary: "Settings that were given a name",
    reply: Type.Object({ items: Type.Array(TemplateSchema) }),
  },
  "POST /templates": {
    permission: "engineer",
    summary: "Name some settings; fields that are left out show what lies below",
    body: TemplateBody,
    reply: TemplateSchema,
    created: true,
  },
  "PUT /templates/:id": {
    permission: "engineer",
    summary: "Replace a template; a rollout brings it to the devices",
    params: Id,
    body: TemplateBody,
    reply: TemplateSchema,
  },
  "DELETE /templates/:id": {
    permission: "engineer",
    summary: "Remove a template that is laid down nowhere",
    params: Id,
  },
  "GET /layers": {
    permission: "view",
    summary: "Where templates and fields are laid down",
    reply: Type.Object({
      items: Type.Array(
        Type.Object({ ...LayerBody.properties, name: Type.String(), template: TemplateName }),
      ),
    }),
  },
  "PUT /layers": {
    permission: "engineer",
    summary: "Lay a template and fields down for a network, an asset or a device",
    body: LayerBody,
  },
  "GET /devices/:id/settings": {
    permission: "view",
    summary: "What a device is meant to be told, was told, and seems to do",
    params: Id,
    query: Type.Object({ command: Type.String() }),
    reply: DeviceSettingsSchema,
  },
  "PUT /devices/:id/settings": {
    permission: "command",
    summary: "Lay settings down for this device alone; they are sent as a command",
    params: Id,
    body: Type.Object({
      command: Type.String(),
      templateId: nullable(Type.String()),
      parameters: Json,
    }),
  },
  "GET /rollouts": {
    permission: "view",
    summary: "Settings on their way to many devices, newest first",
    reply: Type.Object({ items: Type.Array(RolloutSchema) }),
  },
  "POST /rollouts": {
    permission: "command",
    summary: "Send many devices what each of them is meant to be told, one after the other",
    body: Type.Object({
      name: Name,
      command: Type.String(),
      deviceIds: Type.Array(Type.String(), { minItems: 1, maxItems: LIMIT.rolloutDevices }),
      perSecond: Type.Optional(Type.Number({ minimum: 0.01, maximum: LIMIT.rolloutPerSecondMax })),
    }),
    reply: RolloutSchema,
    created: true,
  },
  "GET /rollouts/:id": {
    permission: "view",
    summary: "A rollout, device by device",
    params: Id,
    reply: Type.Object({ rollout: RolloutSchema, steps: Type.Array(RolloutStepSchema) }),
  },
  "PUT /rollouts/:id/state": {
    permission: "command",
    summary: "Pause a rollout, go on with it, or give up what is left",
    params: Id,
    body: Type.Object({ state: oneOf(["running", "paused", "cancelled"]) }),
    reply: RolloutSchema,
  },
  "POST /rollouts/:id/retry": {
    permission: "command",
    summary: "Send once more to the devices that failed",
    params: Id,
    reply: RolloutSchema,
  },
} as const satisfies Record<string, Route>;

export type TemplateReply = Static<typeof TemplateSchema>;
export type DeviceSettingsReply = Static<typeof DeviceSettingsSchema>;
export type RolloutReply = Static<typeof RolloutSchema>;
export type RolloutStepReply = Static<typeof RolloutStepSchema>;
