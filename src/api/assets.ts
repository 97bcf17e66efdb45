import type { Identity } from "../access/access.ts";
import type { AssetId, Timestamp } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import { type Asset, PLAIN_ASSET } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Shelf } from "../store/store.ts";
import type { AssetReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import type { ModelView } from "./model.ts";
import { afterOf, cut, limitOf, type Page, type PageWish, pageOf } from "./page.ts";
import { pointReplies } from "./samples.ts";
import { matching } from "./search.ts";
import { iso } from "./time.ts";

export const assetHandlers = {
  "GET /assets": listAssets,
  "GET /assets/:id": getAsset,
  "POST /assets": createAsset,
  "PATCH /assets/:id": changeAsset,
  "DELETE /assets/:id": removeAsset,
  "GET /asset-types": async ({ store }, { query }) => typesOf(store.assetTypes, query),
  "GET /aspect-types": async ({ store }, { query }) => typesOf(store.aspectTypes, query),
} satisfies Handlers;

/** What a type is where its maker names none: a place or a group. */
const PLAIN_TYPE = "area";

async function listAssets(house: House, { query }: Call<"GET /assets">): Answer<"GET /assets"> {
  const view = await house.model.view();
  const { parentId, search } = query;
  const all =
    parentId === undefined
      ? view.below(null)
      : view.children(parentId === "" ? null : (parentId as AssetId));
  const found = matching(all, search, ({ id }) => view.path(id));
  const page = cut(found, query, ({ id }) => id);
  if (!page.ok) return page;
  const devices = devicesByAsset(house);
  const items = page.value.items.map((asset) => assetReply(asset, view, devices));
  return success({ ...page.value, items });
}

async function getAsset(house: House, { params }: Call<"GET /assets/:id">) {
  const view = await house.model.view();
  const asset = view.assets.get(params.id as AssetId);
  if (!asset) return unknown(params.id);
  return success({
    asset: assetReply(asset, view, devicesByAsset(house)),
    path: view.line(asset.id).map(({ id, name }) => ({ id, name })),
    points: await pointReplies(house, view, view.pointsOf(asset.id)),
  });
}

async function createAsset(
  house: House,
  { body, by }: Call<"POST /assets">,
): Answer<"POST /assets"> {
  const view = await house.model.view();
  const parentId = body.parentId as AssetId | null;
  if (parentId !== null && !view.assets.has(parentId)) return unknown(parentId);
  return put(house, by, "created", newAsset(house, { ...body, parentId }));
}

type NewAsset = {
  readonly name: string;
  readonly parentId: AssetId | null;
  readonly description?: string | undefined;
  readonly typeId?: string | undefined;
};

/** Below a parent that is there. */
export async function addAsset(
  house: House,
  by: Identity,
  wish: NewAsset,
): Promise<Outcome<AssetId, Problem>> {
  const asset = newAsset(house, wish);
  const added = await put(house, by, "created", asset);
  return added.ok ? success(asset.id) : added;
}

function newAsset({ clock }: House, { name, parentId, description, typeId }: NewAsset): Asset {
  const now = clock.now();
  return {
    ...PLAIN_ASSET,
    id: newId(now) as AssetId,
    parentId,
    typeId: typeId ?? PLAIN_TYPE,
    name,
    description: description ?? "",
    createdAt: now as Timestamp,
  };
}

export async function changeAsset(
  house: House,
  { params, body, by }: Pick<Call<"PATCH /assets/:id">, "params" | "body" | "by">,
) {
  const view = await house.model.view();
  const asset = view.assets.get(params.id as AssetId);
  if (!asset) return unknown(params.id);
  const parentId = body.parentId === undefined ? asset.parentId : (body.parentId as AssetId | null);
  const place = mayMove(view, asset, parentId);
  if (!place.ok) return place;
  const { name = asset.name, description = asset.description } = body;
  const version = asset.version + 1;
  return put(house, by, "changed", { ...asset, name, description, parentId, version });
}

async function removeAsset(house: House, { params, by }: Call<"DELETE /assets/:id">) {
  const view = await house.model.view();
  const asset = view.assets.get(params.id as AssetId);
  if (!asset) return unknown(params.id);
  return dropAsset(house, by.actor, asset);
}

/** Removes an asset without parts; its devices return to the inbox. */
export async function dropAsset(
  house: House,
  by: Actor,
  asset: Asset,
): Promise<Outcome<void, Problem>> {
  const { id, name } = asset;
  const [part] = await house.store.assets.find({ where: { parentId: id }, limit: 1 });
  if (part) {
    return failure(problem("asset_in_use", `'${name}' has parts: remove or move them first`));
  }
  await house.store.together(async () => {
    await record(house, by, "removed", asset);
    await house.ingest.release(id);
    await house.store.points.remove({ assetId: id });
    await house.store.assets.remove({ id });
  });
  house.changed(`asset:${id}`);
  return success(undefined);
}

/** A tree stays a tree. */
export function mayMove(
  view: ModelView,
  asset: Asset,
  parentId: AssetId | null,
): Outcome<void, Problem> {
  if (parentId === null) return success(undefined);
  if (!view.assets.has(parentId)) return unknown(parentId);
  if (view.line(parentId).every(({ id }) => id !== asset.id)) return success(undefined);
  return failure(problem("request_invalid", `'${asset.name}' cannot stand below itself`));
}

async function put(
  house: House,
  by: Identity,
  what: "created" | "changed",
  asset: Asset,
): Promise<Outcome<AssetReply, Problem>> {
  await keepAsset(house, by.actor, what, asset);
  const view = await house.model.view();
  return success(assetReply(asset, view, devicesByAsset(house)));
}

/** Keeps an asset, and writes down who did it. */
export async function keepAsset(
  house: House,
  by: Actor,
  what: "created" | "changed",
  asset: Asset,
): Promise<void> {
  await house.store.together(() => writeAsset(house, by, what, asset));
  house.changed(`asset:${asset.id}`);
}

/** The same as a part of a transaction; who looks at the model is to be told after it. */
export async function writeAsset(
  house: House,
  by: Actor,
  what: "created" | "changed",
  asset: Asset,
): Promise<void> {
  await house.store.assets.put(asset);
  await record(house, by, what, asset);
}

function record(
  { journal }: House,
  actor: Actor,
  what: "created" | "changed" | "removed",
  { id, name }: Asset,
) {
  const subject = `asset:${id}`;
  return journal.record({ actor, kind: `asset.${what}`, subject, detail: { name } });
}

function assetReply(asset: Asset, view: ModelView, devices: Map<AssetId, string[]>): AssetReply {
  const { id, parentId, typeId, name, description, demo, createdAt } = asset;
  return {
    id,
    parentId,
    typeId,
    name,
    path: view.path(id),
    description,
    demo,
    children: view.children(id).length,
    deviceIds: devices.get(id) ?? [],
    createdAt: iso(createdAt),
  };
}

function devicesByAsset({ ingest }: House): Map<AssetId, string[]> {
  const devices = new Map<AssetId, string[]>();
  for (const { id, assetId } of ingest.devices()) {
    if (assetId !== null) devices.set(assetId, [...(devices.get(assetId) ?? []), id]);
  }
  return devices;
}

/** Types are sent as they are kept. */
async function typesOf<Type extends { readonly id: string }>(
  shelf: Shelf<Type>,
  wish: PageWish,
): Promise<Outcome<Page<Record<string, unknown>>, Problem>> {
  const limit = limitOf(wish);
  const rows = await shelf.find({ ...afterOf(wish), limit: limit + 1 });
  const { items, next } = pageOf(rows, limit, ({ id }) => id);
  return success({ items: items.map((type) => ({ ...type })), next });
}

function unknown(id: string) {
  return failure(problem("asset_unknown", `no asset '${id}'`));
}
