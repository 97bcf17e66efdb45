import { assetOfKey } from "../domain/asset-key.ts";
import type { AssetId, ChannelName, PointId } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";
import type { Declaration, DeclaredBinding } from "../domain/findings.ts";
import type { Asset, Channel, Point } from "../domain/model.ts";
import type { Place } from "../domain/problem.ts";
import { newId } from "../lib/id.ts";
import type { Store } from "../store/store.ts";
import type { Assets } from "./declare-assets.ts";
import type { Types } from "./declare-types.ts";

type Given = {
  readonly store: Store;
  readonly now: () => number;
  readonly channels: readonly Channel[];
  readonly declaration: Declaration;
  readonly types: Types;
  readonly assets: Assets;
  readonly places: Place[];
};

type Fed = { readonly points: readonly Point[]; readonly channels: readonly Channel[] };

type Work = Given & { readonly byName: Map<ChannelName, Channel>; readonly points: Point[] };

/**
 * Finds or makes the point of every binding. A new point takes the series of its channel, so that
 * its history begins with the channel's first message. A point that was there before keeps its
 * series, and the channel goes on writing it.
 */
export async function feedPoints(given: Given): Promise<Fed> {
  const byName = new Map(given.channels.map((channel) => [channel.name, channel]));
  const work: Work = { ...given, byName, points: [] };
  for (const [index, binding] of given.declaration.bindings.entries()) {
    const wrong = await feed(work, binding);
    if (wrong) given.places.push({ ...wrong, path: `/bindings/${index}/${wrong.path}` });
  }
  const channels = given.channels.flatMap((before) => {
    const channel = byName.get(before.name) ?? before;
    return isSame(channel, before) ? [] : [channel];
  });
  return { points: work.points, channels };
}

/** Gives what is wrong, with its path inside the binding. */
async function feed(work: Work, binding: DeclaredBinding): Promise<Place | undefined> {
  const { aspect } = binding;
  const { name } = binding.variable;
  const asset = await assetOf(work, binding.asset);
  if (!asset) return { path: "asset", detail: `no asset '${binding.asset}'` };
  const variable = work.types.book.variable(asset.typeId, aspect, name);
  if (!variable)
    return { path: "variable", detail: `'${asset.typeId}' has no '${aspect}.${name}'` };
  const channel = work.byName.get(binding.channel);
  if (!channel) return { path: "channel", detail: `no room for channel '${binding.channel}'` };

  const kept = await keptPoint(work, { assetId: asset.id, aspect, name });
  const conflict = await conflictOf(work, { channel, variable, kept });
  if (conflict) return { path: "channel", detail: conflict };

  const series = kept?.series ?? channel.series;
  if (!kept) {
    const id = newId(work.now()) as PointId;
    work.points.push({ id, assetId: asset.id, aspect, variable, series });
  }
  const { dataType } = variable;
  const proposal = kept?.variable ?? variable;
  work.byName.set(channel.name, { ...channel, series, dataType, proposal, retired: false });
  return undefined;
}

async function assetOf(work: Work, reference: string): Promise<Asset | undefined> {
  return (
    work.assets.byReference.get(reference) ?? (await work.store.assets.get(assetOfKey(reference)))
  );
}

type PointName = { readonly assetId: AssetId; readonly aspect: string; readonly name: string };

/** The point of the store, or of an earlier binding. */
async function keptPoint(work: Work, wanted: PointName): Promise<Point | undefined> {
  const { assetId } = wanted;
  const kept = await work.store.points.find({ where: { assetId } });
  return [...kept, ...work.points].find(
    (point) =>
      point.assetId === assetId &&
      point.aspect === wanted.aspect &&
      point.variable.name === wanted.name,
  );
}

type Meeting = {
  readonly channel: Channel;
  readonly variable: Variable;
  readonly kept: Point | undefined;
};

/** One series has one type and one device that writes it. */
async function conflictOf(
  work: Work,
  { channel, variable, kept }: Meeting,
): Promise<string | undefined> {
  const { series } = channel;
  const stored = await work.store.points.find({ where: { series } });
  const fed = [...stored, ...work.points.filter((point) => point.series === series)];
  const odd = fed.find((point) => point.variable.dataType !== variable.dataType);
  if (odd) {
    return `it feeds '${odd.variable.name}' as ${odd.variable.dataType}, not ${variable.dataType}`;
  }
  if (!kept || kept.series === series) return undefined;
  if (fed[0]) return `it feeds '${fed[0].variable.name}' already, with a history of its own`;
  const writers = await work.store.channels.find({ where: { series: kept.series } });
  const stranger = writers.find((one) => one.deviceId !== channel.deviceId && !one.retired);
  return stranger && `another device feeds '${variable.name}', on its channel '${stranger.name}'`;
}

function isSame(one: Channel, other: Channel): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
