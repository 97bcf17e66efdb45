import type { AssetReply } from "../src/api/contract.ts";

type Node = Pick<AssetReply, "id" | "parentId">;

/** An asset and all that hangs below it, parents before children. */
export function below<T extends Node>(assets: readonly T[], id: string): T[] {
  const found = assets.filter((asset) => asset.id === id);
  for (const parent of found) {
    found.push(...assets.filter(({ parentId }) => parentId === parent.id));
  }
  return found;
}

/** Siblings as people look for them: `R 2` before `R 10`. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name, "en", { numeric: true });
}

/** The way from the root to an asset, both included. */
export function pathTo<T extends Node>(assets: readonly T[], id: string): T[] {
  const path: T[] = [];
  let at = assets.find((asset) => asset.id === id);
  while (at && !path.includes(at)) {
    path.unshift(at);
    const { parentId } = at;
    at = assets.find((asset) => asset.id === parentId);
  }
  return path;
}
