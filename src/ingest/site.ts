import type { AssetId } from "../domain/brand.ts";
import type { Store } from "../store/store.ts";

/** The site: the only asset without a parent, if there is just one. The demo plant has its own. */
export async function siteId(store: Store, demo: boolean): Promise<AssetId | null> {
  const roots = await store.assets.find({ where: { parentId: null, demo } });
  return roots.length === 1 ? (roots[0]?.id ?? null) : null;
}
