import type { AgentId, AssetId, ChannelName, DeviceAddress, Series } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import type { DeclaredBinding, DeclaredChannel } from "../domain/findings.ts";
import type { Point } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { assert } from "../lib/assert.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { accept, introduce } from "./accept.ts";
import { type BoundDevice, channelsOf } from "./bindings.ts";
import { declare } from "./declare.ts";
import type { IngestParts } from "./ingest.ts";
import type { State } from "./understand.ts";

/** A device whose channels are described by somebody else than its messages. */
export type Described = {
  readonly driver: string;
  readonly address: DeviceAddress;
  readonly agent: AgentId;
  /** Where it belongs, if it belongs nowhere yet. */
  readonly assetId: AssetId | null;
};

/** All its channels: new ones are added, those that are missing retired. */
export async function describe(
  parts: IngestParts,
  state: State,
  { driver: id, address, agent, assetId }: Described,
  channels: readonly DeclaredChannel[],
): Promise<Outcome<void, Problem>> {
  const driver = driverOf(parts, id);
  const finding = { kind: "channels", device: address, isWhole: true, channels } as const;
  const taken = await accept(parts, state, { driver, agent, finding });
  const bound = state.bindings.find(id, address);
  if (!taken.ok || !bound) return failure(taken.ok ? limit(address) : taken.problem);
  await place(parts, state, bound, assetId);
  return success(undefined);
}

/** From now on its channels feed these points, which are made where there are none. */
export async function map(
  parts: IngestParts,
  state: State,
  { described, bindings }: { described: Described; bindings: readonly DeclaredBinding[] },
  by: Actor,
): Promise<Outcome<void, Problem>> {
  const { driver: id, address, agent, assetId } = described;
  const driver = driverOf(parts, id);
  const types = new Map(bindings.map(({ channel, variable }) => [channel, variable.dataType]));
  const bound = await introduce(parts, state.bindings, { driver, agent, address, types });
  if (!bound) return failure(limit(address));
  await place(parts, state, bound, assetId);
  const { store, now } = parts;
  const declaration = { aspectTypes: [], assetTypes: [], assets: [], bindings };
  const declared = await declare({ store, now }, bound.device, channelsOf(bound), declaration);
  if (!declared.ok) return declared;
  state.bindings.put(bound.device, declared.value.changedChannels);
  const subject = `device:${bound.device.id}`;
  const mapped = bindings.map(({ channel, asset, aspect, variable }) => {
    return { channel, assetId: asset, aspect, variable: variable.name };
  });
  await parts.record({ actor: by, kind: "device.mapped", subject, detail: { mapped } });
  parts.onChanged(subject);
  return success(undefined);
}

/**
 * From now on the channel feeds this point no more. The point keeps its history; where the channel
 * feeds others as well, that history is theirs, and the point begins anew.
 */
export async function unmap(
  parts: IngestParts,
  state: State,
  { device, channel: name, point }: Unmapping,
  by: Actor,
): Promise<Outcome<void, Problem>> {
  const bound = state.bindings.get(device);
  const channel = bound?.channels.get(name)?.channel;
  if (!bound || channel?.series !== point.series) {
    return failure(problem("channel_unknown", `'${name}' does not feed '${point.variable.name}'`));
  }
  const { store } = parts;
  const [given] = await store.newSeries(1);
  const series = given as Series;
  const fed = await store.points.count({ series: point.series });
  if (fed > 1) await store.points.put({ ...point, series });
  else {
    await store.channels.put({ ...channel, series });
    state.bindings.put(bound.device, [{ ...channel, series }]);
  }
  const subject = `device:${device}`;
  const { assetId, aspect, variable } = point;
  const detail = { channel: name, assetId, aspect, variable: variable.name };
  await parts.record({ actor: by, kind: "device.unmapped", subject, detail });
  parts.onChanged(subject);
  return success(undefined);
}

export type Unmapping = {
  readonly device: BoundDevice["device"]["id"];
  readonly channel: ChannelName;
  readonly point: Point;
};

async function place(
  { store }: IngestParts,
  { bindings }: State,
  bound: BoundDevice,
  assetId: AssetId | null,
): Promise<void> {
  if (bound.device.assetId !== null || assetId === null) return;
  const device = { ...bound.device, assetId };
  await store.devices.put(device);
  bindings.put(device, []);
}

function driverOf({ drivers }: IngestParts, id: string): Driver {
  const driver = drivers.find((other) => other.id === id);
  assert(driver, `no driver '${id}'`);
  return driver;
}

function limit(address: DeviceAddress): Problem {
  return problem("device_limit", address);
}
