import type { AssetId, ChannelName, PointId, Timestamp } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";
import { type Asset, type Channel, PLAIN_ASSET, type Point } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { type BoundDevice, bindChannel, channelsOf } from "./bindings.ts";
import type { Adoption } from "./ingest.ts";
import { aspectOf } from "./propose.ts";
import { siteId } from "./site.ts";

type AdoptParts = { readonly store: Store; readonly now: () => number };

/** Makes a device an asset, or part of one: a point for each channel, with the series it has. */
export async function adopt(
  parts: AdoptParts,
  bound: BoundDevice,
  driver: Driver,
  wish: Adoption,
): Promise<Outcome<AssetId, Problem>> {
  const { device } = bound;
  if (device.assetId) return failure(problem("device_adopted", `${device.address} has an asset`));
  const wanted = variablesOf(bound, driver, wish);
  if (!wanted.ok) return wanted;
  const place = await placeOf(parts, bound, driver, wish);
  if (!place.ok) return place;

  const asset = place.value;
  const adopted = { ...device, assetId: asset.id, ignored: false, name: wish.name ?? device.name };
  await parts.store.together(async () => {
    if (!wish.assetId) await parts.store.assets.put(asset);
    await parts.store.points.put(...wanted.value.map((row) => pointOf(asset, row)));
    await parts.store.channels.put(...wanted.value.map(typedByVariable));
    await parts.store.devices.put(adopted);
  });
  bound.device = adopted;
  for (const row of wanted.value) bindChannel(bound, typedByVariable(row));
  return success(asset.id);
}

type Wanted = { readonly channel: Channel; readonly aspect: string; readonly variable: Variable };

function variablesOf(
  bound: BoundDevice,
  driver: Driver,
  wish: Adoption,
): Outcome<readonly Wanted[], Problem> {
  if (!wish.variables) {
    const channels = channelsOf(bound).filter(({ retired }) => !retired);
    const rows = channels.map((channel) => ({
      channel,
      aspect: aspectOf(driver, channel.name),
      variable: channel.proposal,
    }));
    return success(rows);
  }
  const rows: Wanted[] = [];
  for (const { channel: name, aspect, ...variable } of wish.variables) {
    const channel = bound.channels.get(name as ChannelName)?.channel;
    if (!channel) return failure(problem("channel_unknown", `no channel '${name}'`));
    rows.push({ channel, aspect: aspect ?? aspectOf(driver, name), variable });
  }
  return success(rows);
}

/** The existing asset that was named, or a new one below its parent. */
async function placeOf(
  parts: AdoptParts,
  bound: BoundDevice,
  driver: Driver,
  wish: Adoption,
): Promise<Outcome<Asset, Problem>> {
  if (wish.assetId) {
    const asset = await parts.store.assets.get(wish.assetId);
    return asset ? success(asset) : failure(problem("asset_unknown", wish.assetId));
  }
  const parentId =
    wish.parentId === undefined ? await siteId(parts.store, bound.device.demo) : wish.parentId;
  if (parentId && !(await parts.store.assets.get(parentId))) {
    return failure(problem("asset_unknown", parentId));
  }
  const now = parts.now();
  return success({
    ...PLAIN_ASSET,
    id: newId(now) as AssetId,
    parentId,
    typeId: driver.catalogue.assetTypes[0]?.id ?? "core.basicasset",
    name: wish.name ?? bound.device.name,
    demo: bound.device.demo,
    createdAt: now as Timestamp,
  });
}

/** Points for channels of a device that has an asset: those that its driver has a home for. */
export function pointsAt(
  assetId: AssetId | null,
  { catalogue }: Driver,
  channels: readonly Channel[],
): readonly Point[] {
  if (assetId === null) return [];
  return channels.flatMap((channel) => {
    const home = catalogue.channels.find((other) => other.channel === channel.name);
    if (!home) return [];
    return [pointOf({ id: assetId }, { channel, aspect: home.aspect, variable: channel.proposal })];
  });
}

function pointOf(asset: Pick<Asset, "id">, { channel, aspect, variable }: Wanted): Point {
  const id = `p${channel.series}` as PointId;
  return { id, assetId: asset.id, aspect, variable, series: channel.series };
}

function typedByVariable({ channel, variable }: Wanted): Channel {
  return { ...channel, dataType: variable.dataType, proposal: variable };
}
