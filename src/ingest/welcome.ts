import type {
  AgentId,
  ChannelName,
  DeviceAddress,
  DeviceId,
  Series,
  Timestamp,
} from "../domain/brand.ts";
import type { DataType } from "../domain/catalogue.ts";
import type { Reading } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Channel, Device, Point } from "../domain/model.ts";
import type { Driver } from "../driver/driver.ts";
import { newId } from "../lib/id.ts";
import type { Store } from "../store/store.ts";
import { pointsAt } from "./adopt.ts";
import { type Bindings, type BoundDevice, isExpected } from "./bindings.ts";
import { dataTypeOf, propose } from "./propose.ts";
import type { Told } from "./understand.ts";

/** A device that spoke, and channels of it that nobody has seen before. */
type Newcomer = {
  readonly driver: Driver;
  readonly address: DeviceAddress;
  readonly agent: AgentId;
  readonly channels: ReadonlyMap<ChannelName, DataType>;
};

type WelcomeParts = {
  readonly store: Store;
  readonly now: () => number;
  /** Whether the agent belongs to the demo plant. */
  readonly isDemo: (agent: AgentId) => boolean;
  readonly onJoined?: (device: Device) => void;
};

/**
 * Gives every newcomer a place and each of its channels a series, so that its history begins with
 * this message. Durable when it settles. Above the limits a newcomer stays unknown. What a device
 * with an asset says for the first time is a point of it at once, where its driver knows the home.
 */
export async function welcome(
  parts: WelcomeParts,
  bindings: Bindings,
  newcomers: readonly Newcomer[],
): Promise<readonly BoundDevice[]> {
  const room = newcomers.filter(
    ({ driver, address }, index) =>
      bindings.find(driver.id, address) || bindings.deviceCount + index < LIMIT.devices,
  );
  const entries = await parts.store.together(async () => {
    const written: Entry[] = [];
    for (const newcomer of room) written.push(await enter(parts, bindings, newcomer));
    await parts.store.devices.put(
      ...written.filter(({ isNew, isJoining }) => isNew || isJoining).map(({ device }) => device),
    );
    await parts.store.channels.put(...written.flatMap(({ channels }) => channels));
    await parts.store.points.put(...written.flatMap(({ points }) => points));
    return written;
  });
  for (const { device, channels } of entries) bindings.put(device, channels);
  for (const { device, isJoining } of entries) if (isJoining) parts.onJoined?.(device);
  return entries
    .filter(({ isNew, points }) => isNew || points.length > 0)
    .flatMap(({ device }) => bindings.get(device.id) ?? []);
}

/** Each device once, with the channels that its readings name. */
export function newcomersOf(strangers: readonly Told<Reading>[]): Newcomer[] {
  const found = new Map<string, Newcomer & { channels: Map<ChannelName, DataType> }>();
  for (const { driver, agent, what } of strangers) {
    const key = `${driver.id} ${what.device}`;
    const newcomer = found.get(key) ?? {
      ...{ driver, agent, address: what.device },
      channels: new Map<ChannelName, DataType>(),
    };
    found.set(key, newcomer);
    if (!newcomer.channels.has(what.channel)) {
      newcomer.channels.set(what.channel, dataTypeOf(what.value));
    }
  }
  return [...found.values()];
}

type Entry = {
  readonly device: Device;
  readonly channels: readonly Channel[];
  /** Of channels that a device has only now, although it has an asset already. */
  readonly points: readonly Point[];
  readonly isNew: boolean;
  /** It was written down before, and has spoken only now. */
  readonly isJoining: boolean;
};

async function enter(parts: WelcomeParts, bindings: Bindings, newcomer: Newcomer): Promise<Entry> {
  const known = bindings.find(newcomer.driver.id, newcomer.address);
  const isJoining = known !== undefined && isExpected(known);
  const device = known && !isJoining ? known.device : newDevice(parts, newcomer, known?.device);
  const room = LIMIT.channelsPerDevice - (known?.channels.size ?? 0);
  const wanted = [...newcomer.channels]
    .filter(([name]) => !known?.channels.has(name))
    .slice(0, Math.max(0, room));
  const series = await parts.store.newSeries(wanted.length);
  const channels = wanted.map(([name, dataType], index) =>
    typedByProposal({
      deviceId: device.id,
      name,
      series: (series[index] ?? 0) as Series,
      dataType,
      proposal: propose(newcomer.driver, name, dataType),
      retired: false,
    }),
  );
  const points = pointsAt(device.assetId, newcomer.driver, channels);
  return { device, channels, points, isNew: !known, isJoining };
}

/** A driver that describes the channel knows its type better than the first value shows. */
function typedByProposal(channel: Channel): Channel {
  return { ...channel, dataType: channel.proposal.dataType };
}

/** What was written down of it stays. */
function newDevice(parts: WelcomeParts, newcomer: Newcomer, expected?: Device): Device {
  const now = parts.now();
  if (expected) return { ...expected, agentId: newcomer.agent, firstSeenAt: now as Timestamp };
  return {
    id: newId(now) as DeviceId,
    driver: newcomer.driver.id,
    address: newcomer.address,
    agentId: newcomer.agent,
    name: newcomer.address,
    assetId: null,
    ignored: false,
    demo: parts.isDemo(newcomer.agent),
    firstSeenAt: now as Timestamp,
  };
}
