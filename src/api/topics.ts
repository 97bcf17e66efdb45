import type { Agent } from "../domain/agent.ts";
import type { AgentId, AssetId } from "../domain/brand.ts";
import type { TopicMapping } from "../domain/custom-topic.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { MappingReply, TopicReply } from "./contract.ts";
import {
  addMapping,
  faultIn,
  type KnownTopic,
  knownTopics,
  registerTopic,
  removeMapping,
  tryMapping,
  unregisterTopic,
} from "./custom-topics.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { bookOf, typeIdOf } from "./mindsphere/catalogue.ts";
import type { ModelView } from "./model.ts";
import { shown } from "./samples.ts";
import { iso } from "./time.ts";

export const topicHandlers = {
  "GET /agents/:id/topics": list,
  "POST /agents/:id/topics": register,
  "DELETE /agents/:id/topics/:topicId": unregister,
  "POST /agents/:id/topics/try": tryOut,
  "POST /agents/:id/topics/:topicId/mappings": map,
  "DELETE /agents/:id/topics/:topicId/mappings/:mappingId": unmap,
  "GET /assets/:id/variables": variables,
} satisfies Handlers;

type ListRoute = "GET /agents/:id/topics";

async function list(house: House, { params }: Call<ListRoute>): Answer<ListRoute> {
  const agent = await agentOf(house, params.id);
  if (!agent.ok) return agent;
  const view = await house.model.view();
  const own = (await knownTopics(house)).filter((one) => one.agent.id === agent.value.id);
  return success({ items: own.map((one) => topicReply(view, one)) });
}

type RegisterRoute = "POST /agents/:id/topics";

async function register(
  house: House,
  { params, body, by }: Call<RegisterRoute>,
): Answer<RegisterRoute> {
  const agent = await agentOf(house, params.id);
  if (!agent.ok) return agent;
  const made = await registerTopic(house, by.actor, agent.value, body.topic);
  return made.ok ? success(topicReply(await house.model.view(), made.value)) : made;
}

async function unregister(
  house: House,
  { params, by }: Call<"DELETE /agents/:id/topics/:topicId">,
) {
  const found = await topicOf(house, params);
  return found.ok ? unregisterTopic(house, by.actor, found.value) : found;
}

type TryRoute = "POST /agents/:id/topics/try";

/** What is wrong with the message or the expressions is the answer here, not a refusal. */
async function tryOut(house: House, { params, body }: Call<TryRoute>): Answer<TryRoute> {
  const agent = await agentOf(house, params.id);
  if (!agent.ok) return agent;
  const wrong = faultIn({ value: body.value, time: body.time });
  if (wrong) return success({ found: [], problem: wrong });
  const read = tryMapping(house, agent.value, body);
  if (!read.ok) return success({ found: [], problem: read.problem.detail });
  const found = read.value.readings.map(({ value, at, isArrival }) => {
    return { value: shown(value), at: isArrival ? null : iso(at) };
  });
  return success({ found, problem: "" });
}

type MapRoute = "POST /agents/:id/topics/:topicId/mappings";

async function map(house: House, { params, body, by }: Call<MapRoute>): Answer<MapRoute> {
  const found = await topicOf(house, params);
  if (!found.ok) return found;
  const wrong = faultIn({ value: body.value, time: body.time });
  if (wrong) return failure(problem("request_invalid", wrong));
  const made = await addMapping(house, by.actor, found.value, body);
  return made.ok ? success(mappingReply(await house.model.view(), made.value)) : made;
}

type UnmapRoute = "DELETE /agents/:id/topics/:topicId/mappings/:mappingId";

async function unmap(house: House, { params, by }: Call<UnmapRoute>): Answer<UnmapRoute> {
  const found = await topicOf(house, params);
  return found.ok ? removeMapping(house, by.actor, found.value, params.mappingId) : found;
}

type VariablesRoute = "GET /assets/:id/variables";

async function variables(house: House, { params }: Call<VariablesRoute>): Answer<VariablesRoute> {
  const asset = (await house.model.view()).assets.get(params.id as AssetId);
  if (!asset) return failure(problem("asset_unknown", params.id));
  const book = await bookOf(house);
  const items = [...book.aspects(typeIdOf(asset)).keys()].flatMap((aspect) => {
    const type = book.aspectType(typeIdOf(asset), aspect);
    const named = type?.category === "static" ? [] : (type?.variables ?? []);
    return named.map(({ name }) => ({ aspect, variable: name }));
  });
  return success({ items });
}

async function agentOf(house: House, id: string): Promise<Outcome<Agent, Problem>> {
  const agent = await house.agents.get(id as AgentId);
  if (agent?.kind === "mindsphere") return success(agent);
  return failure(problem("agent_unknown", `no MindSphere agent '${id}'`));
}

type TopicName = { readonly id: string; readonly topicId: string };

async function topicOf(house: House, name: TopicName): Promise<Outcome<KnownTopic, Problem>> {
  const found = (await knownTopics(house)).find(({ agent, custom }) => {
    return agent.id === name.id && custom.id === name.topicId;
  });
  return found ? success(found) : failure(problem("custom_topic_unknown", name.topicId));
}

function topicReply(view: ModelView, { custom }: KnownTopic): TopicReply {
  const mappings = custom.mappings.map((one) => mappingReply(view, one));
  return { id: custom.id, topic: custom.topic, mappings };
}

function mappingReply(view: ModelView, mapping: TopicMapping): MappingReply {
  const { id, assetId, aspect, variable, value, time } = mapping;
  const path = view.assets.has(assetId) ? view.path(assetId) : "";
  return { id, assetId, path, aspect, variable, value, time };
}
