import { Type } from "typebox";
import { keyOfAsset } from "../../domain/asset-key.ts";
import type { TopicMapping } from "../../domain/custom-topic.ts";
import { THE_HOUSE } from "../../domain/event.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import {
  addMapping,
  faultIn,
  type KnownTopic,
  knownTopic,
  knownTopics,
  registerTopic,
  removeMapping,
  unregisterTopic,
} from "../custom-topics.ts";
import type { House } from "../house.ts";
import { readBody } from "./body.ts";
import { select } from "./filter.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const TOPICS = "/api/mindconnectmqtt/v3/customTopicRegistrations";
const MAPPINGS = `${TOPICS}/:id/mappings`;

/** MindConnect MQTT: topics of an agent's own, and where values stand in what it says there. */
export const customTopicRoutes: Routes = {
  [`GET ${TOPICS}`]: {
    permission: "engineer",
    summary: "Topics that agents have registered: page, size, filter, sort",
    handle: list,
  },
  [`POST ${TOPICS}`]: {
    permission: "engineer",
    summary: "Register a topic for an agent, one of whose levels is the agent's client id",
    handle: register,
  },
  [`GET ${TOPICS}/:id`]: {
    permission: "engineer",
    summary: "One registered topic",
    handle: get,
  },
  [`DELETE ${TOPICS}/:id`]: {
    permission: "engineer",
    summary: "The agent may publish there no more; what came is kept",
    handle: unregister,
  },
  [`GET ${MAPPINGS}`]: {
    permission: "engineer",
    summary: "Where values stand in the messages of the topic",
    handle: listMappings,
  },
  [`POST ${MAPPINGS}`]: {
    permission: "engineer",
    summary: "Say where a variable's values stand, and their times",
    handle: add,
  },
  [`DELETE ${MAPPINGS}/:mappingId`]: {
    permission: "engineer",
    summary: "The messages feed the variable no more; its history stays",
    handle: remove,
  },
};

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const known = await knownTopics(house);
  const found = select(known.map(replyOf), ask.query);
  return found.ok
    ? success(halPage(ask, cut.value, "customTopicRegistrations", found.value))
    : found;
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  return found.ok ? success({ status: 200, body: replyOf(found.value) }) : found;
}

const NewTopic = Type.Object({
  mqttClientId: Type.String({ minLength: 1 }),
  topic: Type.String({ minLength: 1 }),
});

async function register(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewTopic);
  if (!body.ok) return body;
  const { mqttClientId, topic } = body.value;
  const [agent] = await house.store.agents.find({ where: { clientId: mqttClientId }, limit: 1 });
  if (!agent) return failure(problem("agent_unknown", `no agent '${mqttClientId}'`));
  const made = await registerTopic(house, byOf(ask), agent, topic);
  return made.ok ? success({ status: 201, body: replyOf(made.value) }) : made;
}

async function unregister(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  const removed = found.ok ? await unregisterTopic(house, byOf(ask), found.value) : found;
  return removed.ok ? success({ status: 204 }) : removed;
}

async function listMappings(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const found = await find(house, ask);
  if (!found.ok) return found;
  return success(halPage(ask, cut.value, "mappings", found.value.custom.mappings.map(shown)));
}

const Expression = Type.String({ minLength: 1, maxLength: LIMIT.queryChars });
const NewMapping = Type.Object({
  assetId: Type.String(),
  aspectName: Type.String(),
  variableName: Type.String(),
  variableValueExpression: Expression,
  variableTimestampExpression: Type.Optional(Type.Union([Expression, Type.Null()])),
  timeConverter: Type.Optional(Type.Union([Type.Literal("fromISO8601"), Type.Null()])),
});

async function add(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewMapping);
  if (!body.ok) return body;
  const found = await find(house, ask);
  if (!found.ok) return found;
  const { assetId, aspectName: aspect, variableName: variable } = body.value;
  const { variableValueExpression: value, variableTimestampExpression: time = null } = body.value;
  const wrong = faultIn({ variableValueExpression: value, variableTimestampExpression: time });
  if (wrong) return failure(problem("request_invalid", wrong));
  const wish = { assetId, aspect, variable, value, time };
  const made = await addMapping(house, byOf(ask), found.value, wish);
  return made.ok ? success({ status: 201, body: shown(made.value) }) : made;
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  if (!found.ok) return found;
  const removed = await removeMapping(house, byOf(ask), found.value, ask.params["mappingId"] ?? "");
  return removed.ok ? success({ status: 204 }) : removed;
}

function find(house: House, { params }: Ask): Promise<Outcome<KnownTopic, Problem>> {
  return knownTopic(house, params["id"] ?? "");
}

function replyOf({ agent, custom }: KnownTopic) {
  const { id, topic, etag } = custom;
  return { id, mqttClientId: agent.clientId, topic, eTag: String(etag) };
}

function shown({ id, assetId, aspect, variable, value, time }: TopicMapping) {
  return {
    ...{ id, assetId: keyOfAsset(assetId), aspectName: aspect, variableName: variable },
    variableValueExpression: value,
    variableTimestampExpression: time,
    timeConverter: time === null ? null : "fromISO8601",
  };
}

function byOf({ by }: Ask) {
  return by?.actor ?? THE_HOUSE;
}
