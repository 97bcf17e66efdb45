import { assetOfKey, ROOT_KEY } from "../domain/asset-key.ts";
import type { AssetId, Timestamp } from "../domain/brand.ts";
import type { Declaration, DeclaredAsset } from "../domain/findings.ts";
import { type Asset, type Device, PLAIN_ASSET } from "../domain/model.ts";
import type { Place } from "../domain/problem.ts";
import { newId } from "../lib/id.ts";
import type { Store } from "../store/store.ts";
import type { Types } from "./declare-types.ts";
import { siteId } from "./site.ts";

/** Stands for the asset of the device itself. */
const OWN = "";

type Given = {
  readonly store: Store;
  readonly now: () => number;
  readonly device: Device;
  readonly declaration: Declaration;
  readonly types: Types;
  readonly places: Place[];
};

export type Assets = {
  readonly added: readonly Asset[];
  /** Parents first; the device's own asset, where something is below it, under "". */
  readonly byReference: ReadonlyMap<string, Asset>;
};

type Work = Given & {
  readonly site: AssetId | null;
  readonly added: Asset[];
  readonly byReference: Map<string, Asset>;
};

/** Finds or makes the declared assets. */
export async function placeAssets(given: Given): Promise<Assets> {
  const { assets } = given.declaration;
  const site = await siteId(given.store, given.device.demo);
  const work: Work = { ...given, site, added: [], byReference: new Map() };
  if (assets.some(({ parent }) => parent === null)) await placeOwn(work);
  for (const [index, declared] of inOrder(assets, given.places)) {
    await place(work, declared, `/assets/${index}`);
  }
  return work;
}

/** The device's asset, or one that is made for it: as MindSphere shows every agent in its tree. */
async function placeOwn(work: Work): Promise<void> {
  const { store, device, site: parentId } = work;
  const externalId = keyOf(device);
  const adopted = device.assetId ? await store.assets.get(device.assetId) : undefined;
  const kept = adopted ?? (await keptAsset(store, externalId));
  const wanted = { name: device.name, description: "", typeId: "core.basicasset", externalId };
  work.byReference.set(OWN, kept ?? newAsset(work, { ...wanted, parentId }));
}

async function place(work: Work, declared: DeclaredAsset, path: string): Promise<void> {
  const { reference, name, description, typeId } = declared;
  const { store, device, types, places } = work;
  if (!types.book.hasAssetType(typeId)) {
    places.push({ path: `${path}/typeId`, detail: `no asset type '${typeId}'` });
  } else if (types.book.assetTypes.get(typeId)?.instantiable === false) {
    places.push({ path: `${path}/typeId`, detail: `'${typeId}' has no assets, its heirs may` });
  }
  const externalId = `${keyOf(device)}/${reference}/${name}`;
  const kept = await keptAsset(store, externalId);
  if (kept && kept.typeId !== typeId) {
    places.push({ path: `${path}/typeId`, detail: `'${name}' is a '${kept.typeId}' already` });
  }
  const parentId = kept ? null : await parentOf(work, declared.parent);
  if (parentId === undefined) {
    places.push({ path: `${path}/parent`, detail: `no asset '${declared.parent}'` });
    return;
  }
  const wanted = { name, description, typeId, externalId, parentId };
  work.byReference.set(reference, kept ?? newAsset(work, wanted));
}

/** Null at the top of the tree; undefined where there is no such asset. */
async function parentOf(work: Work, parent: string | null): Promise<AssetId | null | undefined> {
  const declared = work.byReference.get(parent ?? OWN);
  if (declared || parent === null) return declared?.id;
  if (parent === "root" || parent === ROOT_KEY) return work.site;
  return (await work.store.assets.get(assetOfKey(parent)))?.id;
}

/**
 * Assets are found again by this key. With the reference and the name as the device gave them in
 * it, people may rename an asset, and the same model with another name makes another asset.
 */
function keyOf(device: Device): string {
  return `${device.driver}:${device.address}`;
}

async function keptAsset(store: Store, externalId: string): Promise<Asset | undefined> {
  const [asset] = await store.assets.find({ where: { externalId }, limit: 1 });
  return asset;
}

type Wanted = Pick<Asset, "name" | "description" | "typeId" | "externalId" | "parentId">;

function newAsset({ now, device, added }: Work, wanted: Wanted): Asset {
  const at = now();
  const asset: Asset = {
    ...PLAIN_ASSET,
    id: newId(at) as AssetId,
    ...wanted,
    demo: device.demo,
    createdAt: at as Timestamp,
  };
  added.push(asset);
  return asset;
}

/** Parents first, level by level; what is left over then has itself for a parent. */
function inOrder(
  assets: readonly DeclaredAsset[],
  places: Place[],
): readonly (readonly [index: number, asset: DeclaredAsset])[] {
  const unplaced = new Set(assets.map(({ reference }) => reference));
  const isReady = ({ parent }: DeclaredAsset) => parent === null || !unplaced.has(parent);
  const ordered: [number, DeclaredAsset][] = [];
  let waiting = [...assets.entries()];
  while (waiting.length > 0) {
    const ready = waiting.filter(([, asset]) => isReady(asset));
    if (ready.length === 0) break;
    for (const [, { reference }] of ready) unplaced.delete(reference);
    waiting = waiting.filter(([, { reference }]) => unplaced.has(reference));
    ordered.push(...ready);
  }
  for (const [index] of waiting) {
    places.push({ path: `/assets/${index}/parent`, detail: "its parents form a circle" });
  }
  return ordered;
}
