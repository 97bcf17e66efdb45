import type { AssetId } from "../domain/brand.ts";
import type { Store } from "../store/store.ts";

/**
 * The site that everything stands on: the only asset without a parent that people made and that is
 * a place, not a thing, which is to say that it has no points. The demo plant has its own.
 */
export async function siteId(store: Store, demo: boolean): Promise<AssetId | null> {
  const madeByPeople = { parentId: null, externalId: null, demo };
  const places: AssetId[] = [];
  for (const { id } of await store.assets.find({ where: madeByPeople })) {
    if ((await store.points.count({ assetId: id })) === 0) places.push(id);
  }
  return places.length === 1 ? (places[0] ?? null) : null;
}
