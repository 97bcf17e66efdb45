import { createHash } from "node:crypto";
import { Type } from "typebox";
import { assetOfKey, keyOfAsset } from "../../domain/asset-key.ts";
import type { AssetId, ChannelName } from "../../domain/brand.ts";
import type { Variable } from "../../domain/catalogue.ts";
import { kindOfWord, wordOfKind } from "../../domain/data-type-word.ts";
import { THE_HOUSE } from "../../domain/event.ts";
import type { Asset, Channel, Point } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { TypeBook } from "../../domain/type-book.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { agentOf, describedOf, deviceOf, type KnownAgent } from "./agent-device.ts";
import { readBody } from "./body.ts";
import { bookOf, typeIdOf } from "./catalogue.ts";
import { listedAs } from "./data-sources.ts";
import { select } from "./filter.ts";
import { cutOf, springPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const BASE = "/api/mindconnect/v3/dataPointMappings";

export const mappingRoutes: Routes = {
  [`GET ${BASE}`]: {
    permission: "view",
    agents: true,
    summary: "Which values of agents feed which variables of assets; agents: their own",
    handle: list,
  },
  [`POST ${BASE}`]: {
    permission: "engineer",
    agents: true,
    summary: "Has a value of an agent feed a variable of an asset",
    handle: add,
  },
  [`GET ${BASE}/:id`]: { permission: "view", agents: true, summary: "One mapping", handle: get },
  [`DELETE ${BASE}/:id`]: {
    permission: "engineer",
    agents: true,
    summary: "The value feeds the variable no more; its history stays",
    handle: remove,
  },
};

/** A mapping is no row of its own: it is there where a channel and a point share a series. */
type Mapped = KnownAgent & {
  readonly channel: Channel;
  readonly point: Point;
  /** What the asset's type says of the variable; undefined where it has none of this name. */
  readonly property: Variable | undefined;
};

const NewMapping = Type.Object({
  agentId: Type.String(),
  dataPointId: Type.String({ minLength: 1 }),
  entityId: Type.String(),
  propertySetName: Type.String(),
  propertyName: Type.String(),
});

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const rows = (await mappingsOf(house, ask)).map(replyOf);
  const found = select(rows, ask.query);
  return found.ok ? success(springPage(cut.value, found.value)) : found;
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const mapped = await asked(house, ask);
  return mapped.ok ? success({ status: 200, body: replyOf(mapped.value) }) : mapped;
}

async function add(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewMapping);
  if (!body.ok) return body;
  const { agentId, dataPointId, entityId, propertySetName: aspect, propertyName } = body.value;
  const known = await agentOf(house, ask, agentId);
  if (!known.ok) return known;
  const assetId = assetOfKey(entityId);
  const asset = await house.store.assets.get(assetId);
  if (!asset) return failure(problem("asset_unknown", `no asset '${entityId}'`));
  const variable = (await bookOf(house)).variable(asset.typeId, aspect, propertyName);
  if (!variable) {
    const detail = `'${asset.name}' has no '${aspect}.${propertyName}'`;
    return failure(problem("point_unknown", detail));
  }
  const isListed = ask.query["noAgentValidation"] === "true";
  const wrong = isListed ? undefined : misfit(known.value, dataPointId, variable);
  if (wrong) return failure(problem("request_invalid", wrong));
  const same = (one: Mapped) =>
    one.channel.name === dataPointId &&
    one.point.assetId === assetId &&
    one.point.aspect === aspect &&
    one.point.variable.name === propertyName;
  if ((await mappingsOf(house, ask, known.value)).some(same)) {
    return failure(problem("mapping_exists", `'${dataPointId}' feeds '${propertyName}' already`));
  }
  const channel = dataPointId as ChannelName;
  const mapped = await house.ingest.map(actorOf(ask), describedOf(known.value), [
    { channel, asset: String(assetId), aspect, variable },
  ]);
  if (!mapped.ok) return mapped;
  house.model.forget();
  const made = (await mappingsOf(house, ask, known.value)).find(same);
  return success({ status: 201, body: made && replyOf(made) });
}

/** The agent's own list and the variable must agree, as far as the list says anything. */
function misfit(known: KnownAgent, channel: string, variable: Point["variable"]) {
  if (!known.boarding) return undefined;
  const listed = listedAs(known, channel);
  if (!listed) return `dataPointId: '${channel}' is not in the agent's data source configuration`;
  const { dataType } = kindOfWord(listed.type) ?? {};
  if (dataType === variable.dataType) return undefined;
  return `dataPointId: '${channel}' is ${listed.type}, the variable ${wordOfKind(variable)}`;
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const mapped = await asked(house, ask);
  if (!mapped.ok) return mapped;
  const { channel, point } = mapped.value;
  const what = { device: channel.deviceId, channel: channel.name, point };
  const removed = await house.ingest.unmap(actorOf(ask), what);
  if (!removed.ok) return removed;
  house.model.forget();
  return success({ status: 204 });
}

async function asked(house: House, ask: Ask): Promise<Outcome<Mapped, Problem>> {
  const id = ask.params["id"] ?? "";
  const mapped = (await mappingsOf(house, ask)).find((one) => idOf(one) === id);
  return mapped ? success(mapped) : failure(problem("mapping_unknown", `no mapping '${id}'`));
}

/** Of all agents, of one, or of the one that asks. */
async function mappingsOf(
  house: House,
  { by }: Pick<Ask, "by">,
  only?: KnownAgent,
): Promise<readonly Mapped[]> {
  const { points, assets } = await house.model.view();
  const book = await bookOf(house);
  const bySeries = new Map<number, Point[]>();
  for (const point of points.values()) {
    bySeries.set(point.series, [...(bySeries.get(point.series) ?? []), point]);
  }
  const mine = by?.actor.kind === "agent" ? by.actor.id : undefined;
  const all = await house.agents.list({ kind: "mindsphere", ...(only && { id: only.agent.id }) });
  const agents = all.filter(({ id }) => mine === undefined || mine === id);
  const mapped = agents.map(async (agent) => {
    const boarding = await house.agents.boardings.get(agent.id);
    const device = deviceOf(house, agent);
    const channels = device ? (house.ingest.device(device.id)?.channels ?? []) : [];
    return channels.flatMap((channel) =>
      (bySeries.get(channel.series) ?? []).map((point) => {
        const property = propertyOf(book, assets.get(point.assetId), point);
        return { agent, boarding, channel, point, property };
      }),
    );
  });
  return (await Promise.all(mapped)).flat();
}

/** An aspect that no type has is what its points say. */
function propertyOf(book: TypeBook, asset: Asset | undefined, { aspect, variable }: Point) {
  const type = asset && book.aspectType(typeIdOf(asset), aspect);
  return type ? type.variables.find(({ name }) => name === variable.name) : variable;
}

function idOf({ agent, channel, point }: Mapped): string {
  const key = JSON.stringify([agent.id, channel.name, point.id]);
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

function replyOf(mapped: Mapped) {
  const { agent, channel, point } = mapped;
  const { variable, aspect } = point;
  const listed = listedAs(mapped, channel.name);
  const type = wordOfKind(variable);
  const unit = variable.unit ?? "";
  return {
    id: idOf(mapped),
    agentId: keyOfAsset(agent.id as string as AssetId),
    dataPointId: channel.name as string,
    dataPointType: listed?.type ?? type,
    dataPointUnit: listed?.unit ?? unit,
    entityId: keyOfAsset(point.assetId),
    propertySetName: aspect,
    propertyName: variable.name,
    propertyType: type,
    propertyUnit: unit,
    qualityEnabled: variable.qualityCode === true,
    keepMapping: true,
    validity: validityOf(mapped, { type, unit }),
  };
}

/** Whether the agent's own list and the asset's type still say what the mapping needs. */
function validityOf(mapped: Mapped, wanted: { readonly type: string; readonly unit: string }) {
  const { boarding, channel, property } = mapped;
  const listed = listedAs(mapped, channel.name);
  const isMissing = channel.retired || (boarding !== undefined && listed === undefined);
  const reasons = [
    ...(isMissing ? ["MISSING_DATAPOINT"] : []),
    ...(property ? [] : ["MISSING_PROPERTY"]),
    ...(listed && listed.type !== wanted.type ? ["INVALID_TYPE"] : []),
    ...(listed && listed.unit !== wanted.unit ? ["INVALID_UNIT"] : []),
  ];
  return reasons.length > 0 ? { status: "INVALID", reasons } : { status: "VALID" };
}

function actorOf({ by }: Ask) {
  return by?.actor ?? THE_HOUSE;
}
