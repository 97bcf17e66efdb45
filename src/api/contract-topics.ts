import { type Static, Type } from "typebox";
import { LIMIT } from "../domain/limit.ts";
import type { Route } from "./contract.ts";
import { Id, nullable, Time, Value } from "./schema.ts";

/** Topics that agents have registered for themselves: a part of the contract, see `contract.ts`. */

const Expression = Type.String({ minLength: 1, maxLength: LIMIT.queryChars });
/** Where a variable's values stand in the messages of a topic, and where their times. */
const Mapping = {
  assetId: Type.String(),
  aspect: Type.String(),
  variable: Type.String(),
  value: Expression,
  /** Null: the arrival counts. */
  time: nullable(Expression),
};
const MappingSchema = Type.Object({
  ...Mapping,
  id: Type.String(),
  /** Where its asset stands; empty where it is no more. */
  path: Type.String(),
});
const TopicSchema = Type.Object({
  id: Type.String(),
  topic: Type.String(),
  mappings: Type.Array(MappingSchema),
});
const TopicName = { id: Type.String(), topicId: Type.String() };

export const TOPIC_ROUTES = {
  "GET /agents/:id/topics": {
    permission: "engineer",
    summary: "Topics that a MindSphere agent has besides its own tree, and how they are read",
    params: Id,
    reply: Type.Object({ items: Type.Array(TopicSchema) }),
  },
  "POST /agents/:id/topics": {
    permission: "engineer",
    summary: "Register a topic for a MindSphere agent, one of whose levels is its client id",
    params: Id,
    body: Type.Object({ topic: Type.String({ minLength: 1 }) }),
    reply: TopicSchema,
    created: true,
  },
  "DELETE /agents/:id/topics/:topicId": {
    permission: "engineer",
    summary: "The agent may publish there no more; what came is kept",
    params: Type.Object(TopicName),
  },
  "POST /agents/:id/topics/try": {
    permission: "engineer",
    summary: "What expressions find in a message that nobody has sent",
    params: Id,
    body: Type.Object({
      sample: Type.String({ maxLength: LIMIT.payloadBytes }),
      value: Expression,
      time: nullable(Expression),
    }),
    reply: Type.Object({
      /** Without a time where the arrival counts. */
      found: Type.Array(Type.Object({ value: Value, at: nullable(Time) })),
      /** Why nothing was found; empty where something was. */
      problem: Type.String(),
    }),
  },
  "POST /agents/:id/topics/:topicId/mappings": {
    permission: "engineer",
    summary: "Say where a variable's values stand in the messages of a topic, and their times",
    params: Type.Object(TopicName),
    body: Type.Object(Mapping),
    reply: MappingSchema,
    created: true,
  },
  "DELETE /agents/:id/topics/:topicId/mappings/:mappingId": {
    permission: "engineer",
    summary: "The messages feed the variable no more; its history stays",
    params: Type.Object({ ...TopicName, mappingId: Type.String() }),
  },
  "GET /assets/:id/variables": {
    permission: "view",
    summary: "What an asset's type says that it remembers, whether values have come or not",
    params: Id,
    reply: Type.Object({
      items: Type.Array(Type.Object({ aspect: Type.String(), variable: Type.String() })),
    }),
  },
} as const satisfies Record<string, Route>;

export type TopicReply = Static<typeof TopicSchema>;
export type MappingReply = Static<typeof MappingSchema>;
