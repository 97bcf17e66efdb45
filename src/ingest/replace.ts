import type { DeviceId, Series } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Channel, Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { pointsAt } from "./adopt.ts";
import { type Bindings, type BoundDevice, channelsOf } from "./bindings.ts";
import type { IngestParts } from "./ingest.ts";
import type { StatusSeries } from "./status-series.ts";
import type { State } from "./understand.ts";
import type { Walk } from "./walk.ts";

type Known = Pick<State, "bindings" | "statusSeries">;
type Swap = { readonly by: Actor; readonly id: DeviceId; readonly newcomerId: DeviceId };

/**
 * Another device takes a device's place: from now on what it says goes into the same series. What
 * it said while it waited in the inbox follows the last word of the old one in each of them.
 */
export async function replaceDevice(
  parts: IngestParts,
  walk: Walk,
  state: Known,
  swap: Swap,
): Promise<Outcome<void, Problem>> {
  const pair = pairOf(state.bindings, swap);
  if (!pair.ok) return pair;
  // Most of it while others go on; what is said meanwhile follows when nobody speaks.
  await bringOver(parts, state.statusSeries, pair.value);
  return walk.between(() => take(parts, state, swap));
}

type Pair = { readonly bound: BoundDevice; readonly newcomer: BoundDevice };

function pairOf(bindings: Bindings, { id, newcomerId }: Swap): Outcome<Pair, Problem> {
  const bound = bindings.get(id);
  const newcomer = bindings.get(newcomerId);
  if (!bound || !newcomer) return failure(problem("device_unknown", bound ? newcomerId : id));
  const { address, driver, assetId } = newcomer.device;
  if (id === newcomerId || driver !== bound.device.driver) {
    return failure(problem("request_invalid", `${address} cannot take its place`));
  }
  if (assetId !== null) return failure(problem("device_adopted", address));
  return success({ bound, newcomer });
}

async function take(
  parts: IngestParts,
  { bindings, statusSeries }: Known,
  swap: Swap,
): Promise<Outcome<void, Problem>> {
  const { by, id, newcomerId } = swap;
  const pair = pairOf(bindings, swap);
  if (!pair.ok) return pair;
  await bringOver(parts, statusSeries, pair.value);
  const { bound, newcomer } = pair.value;
  const { address, agentId } = newcomer.device;
  const swapped: Device = { ...bound.device, address, agentId };
  const added = channelsOf(newcomer)
    .filter(({ name }) => !bound.channels.has(name))
    .map((channel): Channel => ({ ...channel, deviceId: id }));
  const driver = parts.drivers.find((other) => other.id === swapped.driver);
  const detail = { before: bound.device.address, address };
  await parts.record({ actor: by, kind: "device.replaced", subject: `device:${id}`, detail });
  await parts.store.together(async () => {
    await parts.store.channels.remove({ deviceId: newcomerId });
    await parts.store.devices.remove({ id: newcomerId });
    await parts.store.devices.put(swapped);
    await parts.store.channels.put(...added);
    if (driver) await parts.store.points.put(...pointsAt(swapped.assetId, driver, added));
  });
  bindings.remove(newcomerId);
  bindings.readdress(id, swapped);
  bindings.put(swapped, added);
  parts.onChanged(`device:${newcomerId}`);
  parts.onChanged(`device:${id}`);
  return success(undefined);
}

/** Twice the same is once: whoever is interrupted begins again. */
async function bringOver(
  { historian }: IngestParts,
  statusSeries: StatusSeries,
  { bound, newcomer }: Pair,
): Promise<void> {
  for (const [name, { channel }] of newcomer.channels) {
    const own = bound.channels.get(name)?.channel;
    if (!own) continue;
    await follow(historian, channel.series, own.series);
    const words = statusSeries.of(channel.series);
    if (words === undefined) continue;
    await statusSeries.give([own.series]);
    await follow(historian, words, statusSeries.of(own.series) ?? words);
  }
}

/** Copies what is newer than the last word of the series that it goes to. */
async function follow(
  historian: IngestParts["historian"],
  from: Series,
  to: Series,
): Promise<void> {
  const newest = await historian.latest(Uint32Array.of(to));
  // Times are whole milliseconds.
  let next = newest.count > 0 ? (newest.at[0] ?? 0) + 1 : 0;
  for (;;) {
    const query = { series: from, from: next, to: Number.MAX_SAFE_INTEGER, limit: LIMIT.swapRows };
    const samples = await historian.range(query);
    if (samples.count === 0) return;
    await historian.append({ ...samples, series: samples.series.map(() => to) });
    next = (samples.at[samples.count - 1] ?? next) + 1;
  }
}
