import { Type } from "typebox";
import type { ChannelName } from "../../domain/brand.ts";
import { DATA_TYPE_WORDS, kindOfWord, wordOfKind } from "../../domain/data-type-word.ts";
import type { DeclaredChannel } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { agentOf, describedOf, deviceOf, type KnownAgent } from "./agent-device.ts";
import { AGENTS } from "./agents.ts";
import { readBody } from "./body.ts";
import { checkMatch, versioned } from "./etag.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const ROUTE = `${AGENTS}/:id/dataSourceConfiguration`;

export const dataSourceRoutes: Routes = {
  [`GET ${ROUTE}`]: {
    permission: "view",
    agents: true,
    summary: "What an agent sends: as it said, or as its MQTT models say",
    handle: get,
  },
  [`PUT ${ROUTE}`]: {
    permission: "engineer",
    agents: true,
    summary: "Says what an agent will send; needs If-Match (0 at first)",
    handle: put,
  },
};

/** Insights Hub allows five. */
const Custom = Type.Record(Type.String(), Type.Unknown(), { maxProperties: 5 });
const Source = Type.Object({
  name: Type.String(),
  description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  customData: Type.Optional(Custom),
  dataPoints: Type.Array(
    Type.Object({
      id: Type.String({ minLength: 1, maxLength: 128 }),
      name: Type.String(),
      description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      type: Type.Enum(DATA_TYPE_WORDS),
      unit: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      customData: Type.Optional(Custom),
    }),
  ),
});
const Configuration = Type.Object({
  configurationId: Type.String({ minLength: 1 }),
  dataSources: Type.Array(Source),
});

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await agentOf(house, ask, ask.params["id"] ?? "");
  return known.ok ? success(answerOf(house, ask, known.value)) : known;
}

async function put(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await agentOf(house, ask, ask.params["id"] ?? "");
  if (!known.ok) return known;
  const { agent, boarding } = known.value;
  if (!boarding) {
    const detail = "an agent that comes over MQTT says it in its model";
    return failure(problem("request_invalid", detail));
  }
  const match = checkMatch(ask.headers, String(boarding.dataSourcesEtag));
  if (!match.ok) return match;
  const body = readBody(ask.body, Configuration);
  if (!body.ok) return body;
  const { configurationId, dataSources } = body.value;
  const channels = channelsOf(dataSources);
  if (!channels.ok) return channels;
  const given = { configurationId, dataSources } as unknown as JsonObject;
  const version = { id: agent.id, etag: String(boarding.dataSourcesEtag) };
  const configured = await house.agents.boardings.configure(version, given);
  if (!configured.ok) return configured;
  const described = await house.ingest.describe(describedOf(configured.value), channels.value);
  return described.ok ? success(answerOf(house, ask, configured.value)) : described;
}

function channelsOf(
  sources: readonly Type.Static<typeof Source>[],
): Outcome<readonly DeclaredChannel[], Problem> {
  const channels = new Map<string, DeclaredChannel>();
  for (const { id, type, unit } of sources.flatMap(({ dataPoints }) => dataPoints)) {
    if (channels.has(id)) {
      return failure(problem("request_invalid", `dataPoints: '${id}' is there twice`));
    }
    const { dataType = "string" } = kindOfWord(String(type)) ?? {};
    channels.set(id, { channel: id as ChannelName, dataType, ...(unit && { unit }) });
  }
  if (channels.size > LIMIT.channelsPerDevice) {
    const detail = `at most ${LIMIT.channelsPerDevice} dataPoints`;
    return failure(problem("request_invalid", detail));
  }
  return success([...channels.values()]);
}

/** Before an agent said anything the list is empty, at version 0: then it can be said. */
function answerOf(house: House, ask: Ask, known: KnownAgent): Answer {
  const etag = String(known.boarding?.dataSourcesEtag ?? 0);
  const said = known.boarding?.dataSources ?? fromModel(house, known);
  const body = { id: ask.params["id"], eTag: etag, ...said };
  return versioned(ask.headers, etag, body);
}

/** There is no such list over MQTT; what an agent's models say amounts to one. */
function fromModel(house: House, { agent }: KnownAgent): JsonObject {
  const device = deviceOf(house, agent);
  const channels = device ? (house.ingest.device(device.id)?.channels ?? []) : [];
  const dataPoints = channels
    .filter(({ retired }) => !retired)
    .map(({ name, proposal }) => ({
      id: name as string,
      name: proposal.name,
      type: wordOfKind(proposal),
      unit: proposal.unit ?? "",
    }));
  if (dataPoints.length === 0) return { configurationId: "", dataSources: [] };
  return { configurationId: "model", dataSources: [{ name: "model", dataPoints }] };
}

/** How the agent's own list has a channel; undefined where it is not in it. */
export function listedAs(
  { boarding }: KnownAgent,
  channel: string,
): { readonly type: string; readonly unit: string } | undefined {
  const said = boarding?.dataSources as Type.Static<typeof Configuration> | null | undefined;
  const points = said?.dataSources.flatMap(({ dataPoints }) => dataPoints);
  const point = points?.find(({ id }) => id === channel);
  return point && { type: String(point.type), unit: point.unit ?? "" };
}
