import { assetOfKey } from "../../domain/asset-key.ts";
import type { PointId, Series } from "../../domain/brand.ts";
import type { Asset, Point } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { newId } from "../../lib/id.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { type AssetAspect, aspectsOf, bookOf } from "./catalogue.ts";

/** An asset's dynamic aspect: what its type says, and the points that remember its values. */
export type AspectPoints = {
  readonly asset: Asset;
  readonly aspect: AssetAspect;
  /** By the names of their variables. One that nobody has written yet has no point. */
  readonly points: ReadonlyMap<string, Point>;
};

export async function aspectPointsOf(
  house: House,
  key: string,
  name: string,
): Promise<Outcome<AspectPoints, Problem>> {
  const view = await house.model.view();
  const asset = view.assets.get(assetOfKey(key));
  if (!asset) return failure(problem("asset_unknown", `no asset '${key}'`));
  const all = view.pointsOf(asset.id);
  const aspect = aspectsOf(asset, all, await bookOf(house)).find((one) => one.name === name);
  if (!aspect) return failure(problem("aspect_unknown", `'${asset.name}' has no '${name}'`));
  if (aspect.category === "static") {
    return failure(problem("request_invalid", `'${name}' is static and has no time series`));
  }
  return success({ asset, aspect, points: byVariable(all, name) });
}

/** The same with a point for each of its variables, for those who write. */
export async function withAllPoints(
  house: House,
  { asset, aspect, points }: AspectPoints,
): Promise<AspectPoints> {
  if (aspect.variables.every(({ name }) => points.has(name))) return { asset, aspect, points };
  const { store, clock } = house;
  const made = await store.together(async () => {
    const kept = byVariable(await store.points.find({ where: { assetId: asset.id } }), aspect.name);
    const missing = aspect.variables.filter(({ name }) => !kept.has(name));
    const series = await store.newSeries(missing.length);
    const added = missing.map((variable, index): Point => {
      const id = newId(clock.now()) as PointId;
      return {
        ...{ id, assetId: asset.id, aspect: aspect.name, variable },
        series: (series[index] ?? 0) as Series,
      };
    });
    await store.points.put(...added);
    return [...kept.values(), ...added];
  });
  house.changed(`asset:${asset.id}`);
  return { asset, aspect, points: byVariable(made, aspect.name) };
}

function byVariable(points: readonly Point[], aspect: string): ReadonlyMap<string, Point> {
  const own = points.filter((point) => point.aspect === aspect);
  return new Map(own.map((point) => [point.variable.name, point]));
}
