import { keyOfAsset, ROOT_KEY } from "../../domain/asset-key.ts";
import type { AssetId } from "../../domain/brand.ts";
import type { Variable } from "../../domain/catalogue.ts";
import type { Asset } from "../../domain/model.ts";
import type { TypeBook } from "../../domain/type-book.ts";
import type { House } from "../house.ts";
import type { ModelView } from "../model.ts";
import { type AssetAspect, aspectsOf, bookOf, typeIdOf, variableJson } from "./catalogue.ts";
import type { Ask } from "./route.ts";
import { tenantOf } from "./tenant.ts";

export const ASSETS = "/api/assetmanagement/v3/assets";
/** Of a house that was told of none: MindSphere always names one. */
const TIMEZONE = "UTC";

/** All that is needed to show assets as Siemens' clients read them. */
export type AssetView = {
  readonly model: ModelView;
  readonly book: TypeBook;
  readonly tenant: string;
  readonly origin: string;
  /** Client ids of the agents that stand for assets. */
  readonly agents: ReadonlyMap<AssetId, string>;
};

export async function assetViewOf(house: House, { origin }: Ask): Promise<AssetView> {
  const [model, agents] = [await house.model.view(), agentsIn(house)];
  return { model, book: await bookOf(house), tenant: await tenantOf(house), origin, agents };
}

function agentsIn({ ingest }: House): ReadonlyMap<AssetId, string> {
  const clientIds = new Map<AssetId, string>();
  for (const { driver, address, assetId } of ingest.devices()) {
    const clientId = address.split("/")[1];
    if (driver === "mindsphere" && assetId !== null && clientId) clientIds.set(assetId, clientId);
  }
  return clientIds;
}

/** What filters look at and lists are sorted by; null is the top of the tree. */
export function assetFacts(asset: Asset | null, view: AssetView) {
  const { book, tenant } = view;
  if (!asset) return { ...rootFacts(tenant), hasType: ["core.basicenterprise", "core.basicasset"] };
  const typeId = typeIdOf(asset);
  // A filter by `hasType` finds all that inherit from it, too.
  return { ...ownFacts(asset, view), hasType: book.line(typeId).map(({ id }) => id) };
}

export function assetJson(asset: Asset, view: AssetView) {
  const { model, book, tenant } = view;
  const { id } = asset;
  const files = new Map(
    Array.from(book.files(typeIdOf(asset)), ([key, { what }]) => [key, what] as const),
  );
  for (const [key, fileId] of Object.entries(asset.files)) files.set(key, fileId);
  const above = model.line(id).slice(0, -1);
  return {
    ...ownFacts(asset, view),
    ...staticsJson(asset, aspectsOf(asset, model.pointsOf(id), book), view),
    fileAssignments: Array.from(files, ([key, fileId]) => ({ key, fileId })),
    ...{ locks: [], sharing: { modes: [] } },
    hierarchyPath: [
      { assetId: ROOT_KEY, name: tenant },
      ...above.map((one) => ({ assetId: keyOfAsset(one.id), name: one.name })),
    ],
    _links: linksOf(keyOfAsset(id), view),
  };
}

/** The top of the tree, which is there once whatever stands below it. It cannot be changed. */
export function rootJson(view: AssetView) {
  return {
    ...rootFacts(view.tenant),
    ...{ variables: [], aspects: [], fileAssignments: [], locks: [], sharing: { modes: [] } },
    ...{ hierarchyPath: [], _links: linksOf(ROOT_KEY, view) },
  };
}

function ownFacts(asset: Asset, { tenant, agents }: AssetView) {
  const { id, parentId, name, description, twinType, location, version } = asset;
  return {
    ...{ assetId: keyOfAsset(id), tenantId: tenant, subTenant: null, t2Tenant: null },
    ...{ name, externalId: externalIdOf(asset, agents), description, typeId: typeIdOf(asset) },
    parentId: parentId === null ? ROOT_KEY : keyOfAsset(parentId),
    timezone: asset.timezone ?? TIMEZONE,
    ...{ twinType, location, deleted: null, etag: version },
  };
}

function rootFacts(tenant: string) {
  return {
    ...{ assetId: ROOT_KEY, tenantId: tenant, subTenant: null, t2Tenant: null },
    ...{ name: tenant, externalId: null, description: "", typeId: "core.basicenterprise" },
    ...{ parentId: null, timezone: TIMEZONE, twinType: "performance", location: null },
    ...{ deleted: null, etag: 0 },
  };
}

/** One aspect with its variables and, of static ones, what was written down. */
export function aspectJson(asset: Asset, aspect: AssetAspect, { origin }: AssetView) {
  const { name, typeId, category, description, variables } = aspect;
  const holderAssetId = keyOfAsset(asset.id);
  return {
    ...{ name, category, aspectTypeId: typeId, holderAssetId, description },
    variables: variables.map((variable) => ({
      ...variableJson(variable),
      ...(category === "static" && { value: staticOf(asset, name, variable) }),
    })),
    _links: {
      self: { href: `${origin}${ASSETS}/${holderAssetId}/aspects/${encodeURIComponent(name)}` },
      asset: { href: `${origin}${ASSETS}/${holderAssetId}` },
    },
  };
}

/** What an asset says of itself, without an aspect. */
export function ownVariablesJson(asset: Asset, { book }: AssetView) {
  return Array.from(book.variables(typeIdOf(asset)).values(), ({ what }) => ({
    ...variableJson(what),
    value: staticOf(asset, "", what),
  }));
}

/** Names and values only, as assets themselves carry them. */
function staticsJson(asset: Asset, aspects: readonly AssetAspect[], { book }: AssetView) {
  const toValue = (aspect: string) => (variable: Variable) => {
    return { name: variable.name, value: staticOf(asset, aspect, variable) };
  };
  const own = Array.from(book.variables(typeIdOf(asset)).values(), ({ what }) => what);
  return {
    variables: own.map(toValue("")),
    aspects: aspects
      .filter(({ category }) => category === "static")
      .map(({ name, variables }) => ({ name, variables: variables.map(toValue(name)) })),
  };
}

function staticOf({ statics }: Asset, aspect: string, { name, defaultValue }: Variable) {
  return statics[aspect]?.[name] ?? defaultValue ?? null;
}

function linksOf(key: string, { origin }: AssetView) {
  const href = `${origin}${ASSETS}/${key}`;
  return {
    self: { href },
    aspects: { href: `${href}/aspects` },
    variables: { href: `${href}/variables` },
    location: { href: `${href}/location` },
    children: {
      href: `${origin}${ASSETS}?filter=${encodeURIComponent(JSON.stringify({ parentId: key }))}`,
    },
  };
}

/** `mindsphere:<tenant>/<client id>`: what a model put below its agent stands below this. */
const OF_AGENT = /^mindsphere:[^/]+\/([^/]+)$/;
/** What the house finds an asset again by that a device declared. */
const OF_HOUSE = /^[a-z-]+:[^/]+\//;

/** Clients look for an agent's asset by its client id, where nobody has said something else. */
function externalIdOf({ id, externalId }: Asset, agents: AssetView["agents"]): string | null {
  if (externalId !== null && !OF_HOUSE.test(externalId)) return externalId;
  return OF_AGENT.exec(externalId ?? "")?.[1] ?? agents.get(id) ?? null;
}
