import { Type } from "typebox";
import type { Agent } from "../../domain/agent.ts";
import { assetOfKey, keyOfAsset } from "../../domain/asset-key.ts";
import type { ChannelName } from "../../domain/brand.ts";
import type { CustomTopic, TopicMapping } from "../../domain/custom-topic.ts";
import { THE_HOUSE } from "../../domain/event.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { newId } from "../../lib/id.ts";
import { compileJsonQuery } from "../../lib/json-query.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { agentOf, describedOf, deviceOf } from "./agent-device.ts";
import { readBody } from "./body.ts";
import { bookOf } from "./catalogue.ts";
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
    handle: addMapping,
  },
  [`DELETE ${MAPPINGS}/:mappingId`]: {
    permission: "engineer",
    summary: "The messages feed the variable no more; its history stays",
    handle: removeMapping,
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

/** The right comes first: where the house ends in between, messages are refused with a reason. */
async function register(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewTopic);
  if (!body.ok) return body;
  const { mqttClientId, topic } = body.value;
  const [agent] = await house.store.agents.find({ where: { clientId: mqttClientId }, limit: 1 });
  if (!agent) return failure(problem("agent_unknown", `no agent '${mqttClientId}'`));
  await forgetOrphan(house, ask, topic);
  if (house.ingest.customTopics().some((one) => one.topic === topic)) {
    return failure(problem("custom_topic_exists", `'${topic}' is registered already`));
  }
  const permitted = await permit(house, ask, agent, [topic]);
  if (!permitted.ok) return permitted;
  const { driver, address: device } = describedOf({ agent, boarding: undefined });
  const id = newId(house.clock.now());
  const custom = { id, agentId: agent.id, topic, driver, device, etag: 1, mappings: [] };
  const put = await house.ingest.putCustomTopic(byOf(ask), custom);
  if (put.ok) return success({ status: 201, body: replyOf({ agent, custom }) });
  await permit(house, ask, agent, []);
  return put;
}

async function unregister(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  if (!found.ok) return found;
  const { agent, custom } = found.value;
  const removed = await house.ingest.removeCustomTopic(byOf(ask), custom.id);
  if (!removed.ok) return removed;
  for (const mapping of custom.mappings) await unmap(house, ask, agent, mapping);
  if (!agent.revoked) await permit(house, ask, agent, []);
  return success({ status: 204 });
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

async function addMapping(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewMapping);
  if (!body.ok) return body;
  const found = await find(house, ask);
  if (!found.ok) return found;
  const { agent, custom } = found.value;
  const { aspectName: aspect, variableName, variableValueExpression: value } = body.value;
  const time = body.value.variableTimestampExpression ?? null;
  const wrong = faultIn({ variableValueExpression: value, variableTimestampExpression: time });
  if (wrong) return failure(problem("request_invalid", wrong));
  const asset = await house.store.assets.get(assetOfKey(body.value.assetId));
  if (!asset) return failure(problem("asset_unknown", `no asset '${body.value.assetId}'`));
  const variable = (await bookOf(house)).variable(asset.typeId, aspect, variableName);
  if (!variable) {
    const detail = `'${asset.name}' has no '${aspect}.${variableName}'`;
    return failure(problem("point_unknown", detail));
  }
  const channel = `${asset.name}/${aspect}/${variableName}` as ChannelName;
  const taken = obstacleTo(house, custom, channel);
  if (taken) return failure(taken);
  const known = await agentOf(house, ask, agent.id);
  if (!known.ok) return known;
  const mapped = await house.ingest.map(byOf(ask), describedOf(known.value), [
    { channel, asset: String(asset.id), aspect, variable },
  ]);
  if (!mapped.ok) return mapped;
  house.model.forget();
  const id = newId(house.clock.now());
  const mapping = { id, channel, assetId: asset.id, aspect, variable: variableName, value, time };
  const put = await change(house, ask, custom, [...custom.mappings, mapping]);
  return put.ok ? success({ status: 201, body: shown(mapping) }) : put;
}

/** Where an expression cannot be read. */
function faultIn(expressions: Readonly<Record<string, string | null>>): string | undefined {
  for (const [name, text] of Object.entries(expressions)) {
    const compiled = text === null ? undefined : compileJsonQuery(text);
    if (compiled && !compiled.ok) return `${name}: ${compiled.problem}`;
  }
  return undefined;
}

/** One agent's values have one name each, whichever of its topics brings them. */
function obstacleTo(house: House, custom: CustomTopic, channel: ChannelName): Problem | undefined {
  if (custom.mappings.length >= LIMIT.topicMappings) {
    return problem("custom_topic_limit", `at most ${LIMIT.topicMappings} mappings of a topic`);
  }
  const own = house.ingest.customTopics().filter(({ agentId }) => agentId === custom.agentId);
  const isTaken = own.some(({ mappings }) => mappings.some((one) => one.channel === channel));
  return isTaken ? problem("mapping_exists", `'${channel}' has its values already`) : undefined;
}

async function removeMapping(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  if (!found.ok) return found;
  const { agent, custom } = found.value;
  const mapping = custom.mappings.find(({ id }) => id === ask.params["mappingId"]);
  if (!mapping) return failure(problem("mapping_unknown", ask.params["mappingId"] ?? ""));
  const rest = custom.mappings.filter((one) => one !== mapping);
  const put = await change(house, ask, custom, rest);
  if (!put.ok) return put;
  await unmap(house, ask, agent, mapping);
  return success({ status: 204 });
}

function change(
  house: House,
  ask: Ask,
  custom: CustomTopic,
  mappings: readonly TopicMapping[],
): Promise<Outcome<void, Problem>> {
  const etag = custom.etag + 1;
  return house.ingest.putCustomTopic(byOf(ask), { ...custom, mappings, etag });
}

/** Somebody may have unmapped it before. */
async function unmap(house: House, ask: Ask, agent: Agent, mapping: TopicMapping): Promise<void> {
  const { channel, assetId, aspect, variable } = mapping;
  const device = deviceOf(house, agent);
  const { points } = await house.model.view();
  const point = [...points.values()].find((one) => {
    return one.assetId === assetId && one.aspect === aspect && one.variable.name === variable;
  });
  if (!device || !point) return;
  await house.ingest.unmap(byOf(ask), { device: device.id, channel, point });
  house.model.forget();
}

/** Those that it has, and perhaps one that it will have. */
function permit(house: House, ask: Ask, { id }: Agent, more: readonly string[]) {
  const own = house.ingest.customTopics().filter(({ agentId }) => agentId === id);
  const topics = own.map(({ topic }) => topic);
  return house.agents.permitTopics(byOf(ask), id, [...topics, ...more]);
}

type Known = { readonly agent: Agent; readonly custom: CustomTopic };

/** Of agents that are still there. */
async function knownTopics(house: House): Promise<readonly Known[]> {
  const agents = new Map((await house.agents.list()).map((agent) => [agent.id, agent]));
  return house.ingest.customTopics().flatMap((custom) => {
    const agent = agents.get(custom.agentId);
    return agent ? [{ agent, custom }] : [];
  });
}

/** A topic whose agent was removed is free. */
async function forgetOrphan(house: House, ask: Ask, topic: string): Promise<void> {
  const custom = house.ingest.customTopics().find((one) => one.topic === topic);
  if (!custom || (await house.agents.get(custom.agentId))) return;
  await house.ingest.removeCustomTopic(byOf(ask), custom.id);
}

async function find(house: House, { params }: Ask): Promise<Outcome<Known, Problem>> {
  const id = params["id"] ?? "";
  const found = (await knownTopics(house)).find(({ custom }) => custom.id === id);
  return found ? success(found) : failure(problem("custom_topic_unknown", id));
}

function replyOf({ agent, custom }: Known) {
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
