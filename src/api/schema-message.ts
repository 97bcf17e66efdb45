import { Type } from "typebox";
import { nullable, OfAMoment, Time } from "./schema.ts";

/** A message as it came, and what its driver reads in it. */
export const HeardMessageSchema = Type.Object({
  number: Type.Integer(),
  at: Time,
  topic: Type.String(),
  retain: Type.Boolean(),
  /** Its beginning: text, or `0x` and hex. */
  excerpt: Type.String(),
  /** Of the whole payload. */
  bytes: Type.Integer(),
  /** The first of them. */
  readings: Type.Array(
    Type.Object({
      ...{ device: Type.String(), channel: Type.String(), ...OfAMoment },
      /** Kept by the device while it had no connection. */
      toldAfterwards: Type.Optional(Type.Literal(true)),
    }),
  ),
  readingCount: Type.Integer(),
  told: Type.Array(Type.String()),
  warnings: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
  problem: nullable(Type.Object({ code: Type.String(), detail: Type.String() })),
});
export const RejectedSchema = Type.Object({
  id: Type.String(),
  at: Time,
  agentId: Type.String(),
  /** What the agent is called now; null where there is none of this id. */
  agentName: Type.Union([Type.String(), Type.Null()]),
  clientId: Type.String(),
  driver: Type.String(),
  topic: Type.String(),
  excerpt: Type.String(),
  bytes: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  times: Type.Integer(),
});
