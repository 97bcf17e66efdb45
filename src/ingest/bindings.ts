import type { AgentId, ChannelName, DeviceAddress, DeviceId } from "../domain/brand.ts";
import type { Warning } from "../domain/findings.ts";
import type { SensorBits } from "../domain/health.ts";
import { LIMIT } from "../domain/limit.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import type { Channel, Device } from "../domain/model.ts";
import type { Value } from "../domain/reading.ts";
import { type Samples, valueAt } from "../domain/samples.ts";
import type { Store } from "../store/store.ts";

/** Places of a message whose channels are remembered. */
const PLACES_MAX = 1_024;

/** A device as ingest knows it: its row, its channels, and what it has said since the start. */
export type BoundDevice = {
  device: Device;
  readonly channels: Map<ChannelName, BoundChannel>;
  /** Channels by their places in the message before: most devices say all again, in that order. */
  readonly order: BoundChannel[];
  lastSeenAt: number | null;
  messages: number;
  /** It said goodbye, or somebody for it, and nothing since. */
  hasLeft: boolean;
  readonly warnings: Map<string, NotedWarning>;
};

/** With the beginning of the message that brought it last; none where no message did. */
type NotedWarning = Warning & {
  readonly times: number;
  readonly at: number;
  readonly excerpt: Uint8Array;
  /** Of the whole payload. */
  readonly bytes: number;
};

type Heard = Pick<ReceivedMessage, "receivedAt" | "payload">;

export type BoundChannel = {
  channel: Channel;
  /** Its name as it was said last: the same text again is known without looking at its letters. */
  said: ChannelName;
  /** The newest time that was given to a value for its arrival, see `bind.ts`. */
  arrivedAt: number;
  /** What the device stamped last, or the house with its end, and how; NaN before, no time. */
  stampedAt: number;
  stamped: Value | null;
  /** The sensor behind it, where its device tells of that; undefined until somebody asks. */
  sensor: SensorBits | "none" | undefined;
  /** What it said lately, if it is a mask: the newest last. */
  readonly masks: { readonly at: number; readonly mask: number }[];
};

type SeenAgent = { lastSeenAt: number | null; messages: number; rejected: number };

/** Which channel feeds which series: all of it in memory, so that a reading costs two look-ups. */
export class Bindings {
  readonly #byAddress = new Map<string, Map<DeviceAddress, BoundDevice>>();
  readonly #byId = new Map<DeviceId, BoundDevice>();
  readonly #agents = new Map<AgentId, SeenAgent>();

  static async load(store: Store): Promise<Bindings> {
    const bindings = new Bindings();
    for (const device of await store.devices.find()) bindings.put(device, []);
    for (const channel of await store.channels.find()) {
      const bound = bindings.#byId.get(channel.deviceId);
      if (bound) bindChannel(bound, channel);
    }
    return bindings;
  }

  get deviceCount(): number {
    return this.#byId.size;
  }

  find(driver: string, address: DeviceAddress): BoundDevice | undefined {
    return this.#byAddress.get(driver)?.get(address);
  }

  get(id: DeviceId): BoundDevice | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<BoundDevice> {
    return this.#byId.values();
  }

  /** Adds or replaces the device and these of its channels. */
  put(device: Device, channels: readonly Channel[]): BoundDevice {
    const known = this.#byId.get(device.id);
    const bound = known ?? newBound(device);
    bound.device = device;
    for (const channel of channels) bindChannel(bound, channel);
    if (!known) this.#enter(bound);
    return bound;
  }

  remove(id: DeviceId): void {
    const bound = this.#byId.get(id);
    if (!bound) return;
    this.#byId.delete(id);
    this.#byAddress.get(bound.device.driver)?.delete(bound.device.address);
  }

  /** The device speaks from another address now. */
  readdress(id: DeviceId, device: Device): void {
    const bound = this.#byId.get(id);
    if (!bound) return;
    this.remove(id);
    bound.device = device;
    this.#enter(bound);
  }

  agent(id: AgentId): SeenAgent {
    const known = this.#agents.get(id);
    if (known) return known;
    const seen = { lastSeenAt: null, messages: 0, rejected: 0 };
    this.#agents.set(id, seen);
    return seen;
  }

  #enter(bound: BoundDevice): void {
    const { id, driver, address } = bound.device;
    this.#byId.set(id, bound);
    const ofDriver = this.#byAddress.get(driver) ?? new Map<DeviceAddress, BoundDevice>();
    this.#byAddress.set(driver, ofDriver.set(address, bound));
  }
}

/** Adds the channel to the device, or puts it in the place of the one of its name. */
export function bindChannel(bound: BoundDevice, channel: Channel): void {
  const known = bound.channels.get(channel.name);
  if (known) known.channel = channel;
  else bound.channels.set(channel.name, newChannel(channel));
}

/** It belongs to something, and has never said anything: somebody has written it down. */
export function isExpected({ device, channels }: BoundDevice): boolean {
  return device.assetId !== null && channels.size === 0;
}

/** The channel of this name, which is said at this place of a message. */
export function channelAt(
  bound: BoundDevice,
  place: number,
  name: ChannelName,
): BoundChannel | undefined {
  const guess = bound.order[place];
  if (guess?.said === name) return guess;
  const channel = bound.channels.get(name);
  if (channel && place < PLACES_MAX) {
    channel.said = name;
    bound.order[place] = channel;
  }
  return channel;
}

export function channelsOf(bound: BoundDevice): Channel[] {
  return Array.from(bound.channels.values(), ({ channel }) => channel);
}

/**
 * Counts a message of the device, and the oddities that were tolerated in it. One of an unknown age
 * is no sign of life: docs/decisions/0060-what-is-kept-is-no-sign-of-life.md.
 */
export function noteMessage(
  bound: BoundDevice,
  { receivedAt, payload }: Heard,
  warnings: readonly Warning[],
  isNews: boolean,
): void {
  bound.messages += 1;
  if (isNews) bound.lastSeenAt = receivedAt;
  for (const warning of warnings) noteWarning(bound, receivedAt, warning, payload);
}

/** This sample is the newest of the channel. */
export function noteStamp(channel: BoundChannel, samples: Samples, row: number): void {
  channel.stampedAt = samples.at[row] ?? Number.NaN;
  channel.stamped = valueAt(samples, row);
}

/** The device was heard then, if it was not heard later. */
export function noteHeard(bound: BoundDevice, at: number): void {
  bound.lastSeenAt = Math.max(bound.lastSeenAt ?? 0, at);
}

/** A payload is valid for a while only: its beginning is copied. */
export function noteWarning(
  bound: BoundDevice,
  at: number,
  { code, detail }: Warning,
  payload: Uint8Array,
): void {
  const times = (bound.warnings.get(code)?.times ?? 0) + 1;
  const excerpt = Uint8Array.from(payload.subarray(0, LIMIT.rejectedPayloadBytes));
  bound.warnings.delete(code); // so that the newest stands last
  bound.warnings.set(code, { code, detail, times, at, excerpt, bytes: payload.length });
}

function newChannel(channel: Channel): BoundChannel {
  const said = channel.name;
  const stamp = { stampedAt: Number.NaN, stamped: null };
  return { channel, said, arrivedAt: 0, ...stamp, sensor: undefined, masks: [] };
}

function newBound(device: Device): BoundDevice {
  const heard = { lastSeenAt: null, messages: 0, hasLeft: false, warnings: new Map() };
  return { device, channels: new Map(), order: [], ...heard };
}
