import type { Agent } from "../domain/agent.ts";
import { assetOfKey } from "../domain/asset-key.ts";
import type { AssetId, ChannelName, Timestamp } from "../domain/brand.ts";
import type { CustomTopic, TopicMapping } from "../domain/custom-topic.ts";
import type { Actor } from "../domain/event.ts";
import { Findings } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { NOTHING_KNOWN } from "../driver/driver.ts";
import { assert } from "../lib/assert.ts";
import { newId } from "../lib/id.ts";
import { compileJsonQuery } from "../lib/json-query.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { House } from "./house.ts";
import { describedOf, deviceOf } from "./mindsphere/agent-device.ts";
import { bookOf } from "./mindsphere/catalogue.ts";

/** A topic that an agent has registered, whichever API it came by. */
export type KnownTopic = { readonly agent: Agent; readonly custom: CustomTopic };

/** Where values of one variable stand, as somebody wishes. */
type MappingWish = Pick<TopicMapping, "aspect" | "variable" | "value" | "time"> & {
  /** In either writing. */
  readonly assetId: string;
};

/** Of agents that are still there. */
export async function knownTopics(house: House): Promise<readonly KnownTopic[]> {
  const known = house.ingest.customTopics().map(async (custom) => {
    const agent = await house.agents.get(custom.agentId);
    return agent ? [{ agent, custom }] : [];
  });
  return (await Promise.all(known)).flat();
}

export async function knownTopic(house: House, id: string): Promise<Outcome<KnownTopic, Problem>> {
  const found = (await knownTopics(house)).find(({ custom }) => custom.id === id);
  return found ? success(found) : failure(problem("custom_topic_unknown", id));
}

/** The right comes first: where the house ends in between, messages are refused with a reason. */
export async function registerTopic(
  house: House,
  by: Actor,
  agent: Agent,
  topic: string,
): Promise<Outcome<KnownTopic, Problem>> {
  await forgetOrphan(house, by, topic);
  if (house.ingest.customTopics().some((one) => one.topic === topic)) {
    return failure(problem("custom_topic_exists", `'${topic}' is registered already`));
  }
  const permitted = await permit(house, by, agent, [topic]);
  if (!permitted.ok) return permitted;
  const { driver, address: device } = describedOf({ agent, boarding: undefined });
  const id = newId(house.clock.now());
  const custom = { id, agentId: agent.id, topic, driver, device, etag: 1, mappings: [] };
  const put = await house.ingest.putCustomTopic(by, custom);
  if (put.ok) return success({ agent, custom });
  await permit(house, by, agent, []);
  return put;
}

export async function unregisterTopic(
  house: House,
  by: Actor,
  { agent, custom }: KnownTopic,
): Promise<Outcome<void, Problem>> {
  const removed = await house.ingest.removeCustomTopic(by, custom.id);
  if (!removed.ok) return removed;
  for (const mapping of custom.mappings) await unmap(house, by, agent, mapping);
  if (!agent.revoked) await permit(house, by, agent, []);
  return success(undefined);
}

export async function addMapping(
  house: House,
  by: Actor,
  { agent, custom }: KnownTopic,
  { aspect, variable: name, value, time, assetId }: MappingWish,
): Promise<Outcome<TopicMapping, Problem>> {
  const asset = await house.store.assets.get(assetOfKey(assetId));
  if (!asset) return failure(problem("asset_unknown", `no asset '${assetId}'`));
  const variable = (await bookOf(house)).variable(asset.typeId, aspect, name);
  if (!variable) {
    return failure(problem("point_unknown", `'${asset.name}' has no '${aspect}.${name}'`));
  }
  const channel = `${asset.name}/${aspect}/${name}` as ChannelName;
  const taken = obstacleTo(house, custom, channel);
  if (taken) return failure(taken);
  const boarding = await house.agents.boardings.get(agent.id);
  const mapped = await house.ingest.map(by, describedOf({ agent, boarding }), [
    { channel, asset: String(asset.id), aspect, variable },
  ]);
  if (!mapped.ok) return mapped;
  house.model.forget();
  const id = newId(house.clock.now());
  const mapping = { id, channel, assetId: asset.id, aspect, variable: name, value, time };
  const put = await change(house, by, custom, [...custom.mappings, mapping]);
  return put.ok ? success(mapping) : put;
}

export async function removeMapping(
  house: House,
  by: Actor,
  { agent, custom }: KnownTopic,
  id: string,
): Promise<Outcome<void, Problem>> {
  const mapping = custom.mappings.find((one) => one.id === id);
  if (!mapping) return failure(problem("mapping_unknown", id));
  const rest = custom.mappings.filter((one) => one !== mapping);
  const put = await change(house, by, custom, rest);
  if (!put.ok) return put;
  await unmap(house, by, agent, mapping);
  return success(undefined);
}

/** Where an expression cannot be read. */
export function faultIn(expressions: Readonly<Record<string, string | null>>): string | undefined {
  for (const [name, text] of Object.entries(expressions)) {
    const compiled = text === null ? undefined : compileJsonQuery(text);
    if (compiled && !compiled.ok) return `${name}: ${compiled.problem}`;
  }
  return undefined;
}

type Tried = { readonly sample: string } & Pick<TopicMapping, "value" | "time">;

/** What these expressions find in a message, by the driver that will read it. */
export function tryMapping(
  { drivers, clock }: House,
  agent: Agent,
  { sample, value, time }: Tried,
): Outcome<Findings, Problem> {
  const { driver: id, address: device } = describedOf({ agent, boarding: undefined });
  const driver = drivers.find((one) => one.id === id);
  assert(driver, id);
  const place = { assetId: "" as AssetId, aspect: "", variable: "" };
  const mapping = { id: "", channel: "value" as ChannelName, ...place, value, time };
  const custom = { id: "", agentId: agent.id, topic: "tried", driver: id, device, etag: 1 };
  const message = {
    ...{ topic: custom.topic, payload: Buffer.from(sample), agent: agent.id, retain: false },
    receivedAt: clock.now() as Timestamp,
  };
  const findings = new Findings();
  const known = { ...NOTHING_KNOWN, custom: () => ({ ...custom, mappings: [mapping] }) };
  const read = driver.decode(message, findings, known);
  return read.ok ? success(findings) : read;
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

function change(
  house: House,
  by: Actor,
  custom: CustomTopic,
  mappings: readonly TopicMapping[],
): Promise<Outcome<void, Problem>> {
  const etag = custom.etag + 1;
  return house.ingest.putCustomTopic(by, { ...custom, mappings, etag });
}

/** Somebody may have unmapped it before. */
async function unmap(house: House, by: Actor, agent: Agent, mapping: TopicMapping): Promise<void> {
  const { channel, assetId, aspect, variable } = mapping;
  const device = deviceOf(house, agent);
  const { points } = await house.model.view();
  const point = [...points.values()].find((one) => {
    return one.assetId === assetId && one.aspect === aspect && one.variable.name === variable;
  });
  if (!device || !point) return;
  await house.ingest.unmap(by, { device: device.id, channel, point });
  house.model.forget();
}

/** Those that it has, and perhaps one that it will have. */
function permit(house: House, by: Actor, { id }: Agent, more: readonly string[]) {
  const own = house.ingest.customTopics().filter(({ agentId }) => agentId === id);
  const topics = own.map(({ topic }) => topic);
  return house.agents.permitTopics(by, id, [...topics, ...more]);
}

/** A topic whose agent was removed is free. */
async function forgetOrphan(house: House, by: Actor, topic: string): Promise<void> {
  const custom = house.ingest.customTopics().find((one) => one.topic === topic);
  if (!custom || (await house.agents.get(custom.agentId))) return;
  await house.ingest.removeCustomTopic(by, custom.id);
}
