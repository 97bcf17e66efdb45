import type { AssetId } from "../domain/brand.ts";
import type { Declaration } from "../domain/findings.ts";
import type { Channel, Device } from "../domain/model.ts";
import { type Place, type Problem, problemAt } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { placeAssets } from "./declare-assets.ts";
import { feedPoints } from "./declare-points.ts";
import { mergeTypes } from "./declare-types.ts";

type DeclareParts = { readonly store: Store; readonly now: () => number };

export type Declared = {
  /** Parents first; the device's own asset, where something is below it, leads as "". */
  readonly assets: readonly { readonly reference: string; readonly assetId: AssetId }[];
  /** Channels that feed a point now, or are typed otherwise than before. */
  readonly changedChannels: readonly Channel[];
};

/**
 * Makes what a device declares part of the model: types, then assets, then points. All of it or,
 * with a problem that names every place, nothing. What is there already stays as it is, so a model
 * that comes a second time changes nothing, and a person's own names and places survive it.
 */
export function declare(
  parts: DeclareParts,
  device: Device,
  channels: readonly Channel[],
  declaration: Declaration,
): Promise<Outcome<Declared, Problem>> {
  const { store } = parts;
  return store.together(async () => {
    const places: Place[] = [];
    const types = await mergeTypes(store, declaration, places);
    const work = { ...parts, device, channels, declaration, types, places };
    const assets = await placeAssets(work);
    const fed = await feedPoints({ ...work, assets });
    if (places.length > 0) return failure(problemAt("model_invalid", places));

    await store.aspectTypes.put(...types.changedAspectTypes);
    await store.assetTypes.put(...types.changedAssetTypes);
    await store.assets.put(...assets.added);
    await store.points.put(...fed.points);
    await store.channels.put(...fed.channels);
    return success({
      assets: Array.from(assets.byReference, ([reference, { id }]) => ({ reference, assetId: id })),
      changedChannels: fed.channels,
    });
  });
}
