import type { AgentId, AssetId, ChannelName, DeviceAddress, DeviceId } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";
import type { CustomTopic } from "../domain/custom-topic.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import type { DeclaredBinding, DeclaredChannel, Finding, Reading } from "../domain/findings.ts";
import type { Layout } from "../domain/frame.ts";
import type { Receive } from "../domain/link.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import type { Channel, Device } from "../domain/model.ts";
import type { NetworkTopics } from "../domain/network.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Samples } from "../domain/samples.ts";
import type { Overheard } from "../domain/settings.ts";
import type { Driver } from "../driver/driver.ts";
import type { Historian } from "../historian/historian.ts";
import type { Clock } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { adopt } from "./adopt.ts";
import { type TimesSaid, timesSaid } from "./ahead.ts";
import type { AheadTold } from "./ahead-values.ts";
import { type Bindings, channelsOf, isExpected } from "./bindings.ts";
import { putCustomTopic, removeCustomTopic } from "./custom-topics.ts";
import { excerptOf } from "./excerpt.ts";
import { type Expected, expectDevice } from "./expect.ts";
import { putLayout, removeLayout } from "./layouts.ts";
import { type Described, describe, map, type Unmapping, unmap } from "./map.ts";
import { putNetworkTopics } from "./network-topics.ts";
import { type HeardMessage, readAgain } from "./read-again.ts";
import type { Rejection } from "./reject.ts";
import { replaceDevice } from "./replace.ts";
import type { Services } from "./serve.ts";
import { loadState } from "./state.ts";
import { StatusSeries } from "./status-series.ts";
import { type TakenIn, takeInAhead } from "./take-in.ts";
import { Turns } from "./turns.ts";
import type { State } from "./understand.ts";
import { Walk } from "./walk.ts";

/** Everything between the broker and the historian: who speaks, what it means, where it goes. */
export interface Ingest {
  /** The walk up; see `walk.ts`. */
  readonly receive: Receive;
  /** The same for one message that a person gives in an agent's name: tells what became of it. */
  handIn(message: ReceivedMessage): Promise<Outcome<void, Problem>>;

  /** What is known of a device from its messages since the start. */
  diagnostics(id: DeviceId): Diagnostics;
  /** What a device sent lately and what was read in it, newest first; some of it, if it is fast. */
  messages(id: DeviceId): readonly HeardMessage[];
  /** A device with its channels, as ingest binds them now. */
  device(id: DeviceId): DeviceWithChannels | undefined;
  devices(): readonly Device[];
  /** A channel as its device declared it last, where that says more than its name and our type. */
  declared(id: DeviceId, channel: ChannelName): DeclaredChannel | undefined;

  /** How many devices say times that are too far ahead of our clock, of those that say any. */
  timesSaid(): TimesSaid;

  /** What is known of an agent from its messages since the start. */
  agentSeen(id: AgentId): AgentSeen;

  /** Makes the device an asset, or part of one; its history begins with its first message. */
  adopt(by: Actor, id: DeviceId, wish: Adoption): Promise<Outcome<AssetId, Problem>>;
  /** Gives a device its asset that has never spoken. */
  expect(by: Actor, wish: Expected): Promise<Outcome<Device, Problem>>;
  /** When the newest value of a channel arrived, also before a restart; null where none did. */
  saidAt(id: DeviceId, channel: ChannelName): number | null;
  /** Whether the device had said itself by then that the sensor of this channel does not work. */
  isDoubted(id: DeviceId, channel: ChannelName, at: number): boolean;
  /** Whether the device has an asset and has never spoken. */
  isExpected(id: DeviceId): boolean;
  /** Asks no more about this device, or again; its values are kept either way. */
  ignore(by: Actor, id: DeviceId, ignored: boolean): Promise<Outcome<void, Problem>>;
  /** A device that waits in the inbox takes the place of this one, which goes on as it. */
  replace(by: Actor, id: DeviceId, newcomerId: DeviceId): Promise<Outcome<void, Problem>>;
  /** Its devices return to the inbox when an asset goes. */
  release(asset: AssetId): Promise<void>;
  /** Forgets a device and its channels; the demo plant leaves this way. */
  forget(id: DeviceId): Promise<void>;

  /** A device's channels as its agent describes them outside its messages; the list is whole. */
  describe(
    device: Described,
    channels: readonly DeclaredChannel[],
  ): Promise<Outcome<void, Problem>>;
  /** Its channels feed these points from now on. */
  map(
    by: Actor,
    device: Described,
    bindings: readonly DeclaredBinding[],
  ): Promise<Outcome<void, Problem>>;
  unmap(by: Actor, what: Unmapping): Promise<Outcome<void, Problem>>;

  /** Keeps a message that the broker did not take, where an operator sees it. */
  refuse(rejection: Rejection): void;
  /** Forgets them, and with them the values that were ahead of the clock. */
  clearRejected(): Promise<void>;
  /** Values that were ahead of the clock, and are kept until somebody takes them in. */
  readonly ahead: AheadTold;
  /** Stores those that are not ahead any more. */
  takeInAhead(by: Actor): Promise<TakenIn>;
  /** Says again what an agent missed by subscribing late. */
  subscribed(agent: AgentId, filter: string): void;
  /** Stores readings of the past: the same rules, without a message and without an answer. */
  backfill(driver: string, agent: AgentId, readings: readonly Reading[]): Promise<void>;

  /** Where status words are kept that say more than a quality. */
  readonly statusSeries: Pick<StatusSeries, "of" | "valuesOf" | "give" | "withWords">;

  /** How messages are read that do not explain themselves. */
  layouts(): readonly Layout[];
  /** Adds or replaces one; the next message on its topics is read by it. */
  putLayout(by: Actor, layout: Layout): Promise<Outcome<void, Problem>>;
  removeLayout(by: Actor, id: string): Promise<Outcome<void, Problem>>;

  /** Topics that agents have registered for themselves. */
  customTopics(): readonly CustomTopic[];
  putCustomTopic(by: Actor, custom: CustomTopic): Promise<Outcome<void, Problem>>;
  removeCustomTopic(by: Actor, id: string): Promise<Outcome<CustomTopic, Problem>>;

  /** Which version of its protocol's interface a device speaks, where its network said so. */
  firmware(driver: string, address: DeviceAddress): string | undefined;
  /** What people have told of a network's topics, if anything. */
  networkTopics(driver: string, network: string): NetworkTopics | undefined;
  putNetworkTopics(by: Actor, topics: NetworkTopics): Promise<Outcome<void, Problem>>;
  close(): Promise<void>;
}

type DeviceWithChannels = { readonly device: Device; readonly channels: readonly Channel[] };

export type Adoption = {
  readonly name?: string;
  readonly parentId?: AssetId | null;
  /** An asset that exists already and that the device belongs to. */
  readonly assetId?: AssetId;
  /** Where absent: all channels, as their proposals say. */
  readonly variables?: readonly (Variable & {
    readonly channel: ChannelName;
    readonly aspect?: string;
  })[];
};

type AgentSeen = {
  readonly lastSeenAt: number | null;
  readonly messages: number;
  readonly rejected: number;
};

type Diagnostics = {
  /** Also from before a restart, as far as its samples tell; null if it was never heard. */
  readonly lastSeenAt: number | null;
  readonly hasLeft: boolean;
  readonly messages: number;
  /** Oddities that were tolerated, newest first, each code once. */
  readonly warnings: readonly {
    readonly code: string;
    readonly detail: string;
    readonly times: number;
    readonly at: number;
    /** The beginning of the payload that brought it last, as text or hex; "" where none did. */
    readonly excerpt: string;
    /** Of that whole payload. */
    readonly bytes: number;
  }[];
};

/** How the device answered an order, and its own words where it has some. */
type Confirmation = Pick<Extract<Finding, { kind: "confirmation" }>, "done" | "answer">;

export type IngestParts = {
  readonly drivers: readonly Driver[];
  readonly store: Store;
  readonly historian: Pick<Historian, "append" | "latest" | "range">;
  /** Told of samples that are safe: the live feed, the alarms. */
  readonly onStored: (samples: Samples) => void;
  /** Told when the inbox or the model changed. */
  readonly onChanged: (subject: string) => void;
  readonly send: (message: Message) => Promise<unknown>;
  /** Takes in the confirmation of a command. */
  readonly onConfirmed: (device: DeviceId, said: Confirmation) => void;
  /** What devices want of other rooms; what is absent is refused. */
  readonly services?: Partial<Services>;
  /** Told when a network says that it is there, or its will that it is not. */
  readonly onNetwork?: (
    network: { readonly driver: string; readonly id: string },
    isHere: boolean,
  ) => void;
  /** Told when a device that was only expected has spoken. */
  readonly onJoined?: (device: Device) => void;
  /** Settings that went out to a device, as far as is known. Fallback: nobody knows. */
  readonly toldTo?: (id: DeviceId) => JsonObject | undefined;
  /** Told of settings that somebody else gave a device. Fallback: nobody keeps them. */
  readonly onOrdered?: (what: Overheard) => Promise<void>;
  readonly record: (event: NewEvent) => Promise<unknown>;
  /** Whether the agent belongs to the demo plant. */
  readonly isDemo: (agent: AgentId) => boolean;
  /** Whether what drivers tolerate is refused where they say `strictly`. Fallback: no. */
  readonly isStrict?: boolean;
  readonly now: () => number;
  /** Calls after a while. Fallback: what is missing is missed at once. */
  readonly wait?: Clock["after"];
  readonly gauges: Gauges;
  readonly log: Log;
};

/** For programs that move samples about while no house is open. */
export function loadStatusSeries(store: Store): Promise<StatusSeries> {
  return StatusSeries.load(store);
}

export async function openIngest(parts: IngestParts): Promise<Ingest> {
  const state = await loadState(parts);
  const { bindings, declarations, statusSeries, customTopics, firmware, networks } = state;
  const { layouts, rejections, ahead } = state;
  const takingIn = new Turns();
  const walk = new Walk(parts, state);
  return {
    receive: (messages) => walk.carryUp(messages),
    handIn: (message) => walk.handIn(message),
    backfill: (driver, agent, readings) => walk.backfill(driver, agent, readings),
    diagnostics: (id) => diagnosticsOf(bindings, id),
    messages: (id) => messagesOf(parts, state, id),
    device: (id) => deviceOf(bindings, id),
    declared: (id, channel) => {
      const device = bindings.get(id)?.device;
      return device && declarations.of(device.driver, device.address, channel);
    },
    devices: () => Array.from(bindings.all(), ({ device }) => device),
    timesSaid: () => timesSaid(bindings, parts.isDemo, parts.now()),
    agentSeen: (id) => bindings.agent(id),
    adopt: (by, id, wish) => adoptDevice(parts, bindings, { by, id, wish }),
    expect: (by, wish) => walk.between(() => expectDevice(parts, bindings, by, wish)),
    saidAt: (id, channel) => bindings.get(id)?.channels.get(channel)?.arrivedAt || null,
    isDoubted: (id, channel, at) => isDoubted(state, { id, channel, at }),
    isExpected: (id) => isExpectedDevice(bindings, id),
    ignore: (by, id, ignored) => ignoreDevice(parts, bindings, { by, id, ignored }),
    replace: (by, id, newcomerId) => replaceDevice(parts, walk, state, { by, id, newcomerId }),
    release: (asset) => releaseDevices(parts, bindings, asset),
    forget: (id) => forgetDevice(parts, state, id),
    describe: (device, channels) =>
      walk.between((state) => describe(parts, state, device, channels)),
    map: (by, described, bindings) =>
      walk.between((state) => map(parts, state, { described, bindings }, by)),
    unmap: (by, what) => walk.between((state) => unmap(parts, state, what, by)),
    refuse: (rejection) => walk.refuse(rejection),
    clearRejected: () => takingIn.take(() => walk.between(() => forgetRejected(state))),
    get ahead() {
      return ahead.told;
    },
    takeInAhead: (by) => takingIn.take(() => takeInAhead(parts, walk, state, by)),
    subscribed: (agent, filter) => walk.repeatAnswers(agent, filter),
    statusSeries,
    customTopics: () => customTopics.all,
    putCustomTopic: (by, custom) => putCustomTopic(parts, customTopics, by, custom),
    removeCustomTopic: (by, id) => removeCustomTopic(parts, customTopics, by, id),
    firmware: (driver, address) => firmware.of(driver, address),
    networkTopics: (driver, network) => networks.of(driver, network),
    putNetworkTopics: (by, topics) => putNetworkTopics(parts, networks, by, topics),
    layouts: () => layouts.all,
    putLayout: (by, layout) => putLayout(parts, layouts, by, layout),
    removeLayout: (by, id) => removeLayout(parts, layouts, by, id),
    close: () => rejections.flush(),
  };
}

async function forgetRejected({ rejections, ahead }: State): Promise<void> {
  await rejections.clear();
  await ahead.clear();
}

function diagnosticsOf(bindings: Bindings, id: DeviceId): Diagnostics {
  const bound = bindings.get(id);
  return {
    lastSeenAt: bound?.lastSeenAt ?? null,
    hasLeft: bound?.hasLeft ?? false,
    messages: bound?.messages ?? 0,
    warnings: Array.from(bound?.warnings.values() ?? [], (warning) => ({
      ...warning,
      excerpt: excerptOf(warning.excerpt),
    })).reverse(),
  };
}

function messagesOf(
  { drivers, now }: IngestParts,
  state: State,
  id: DeviceId,
): readonly HeardMessage[] {
  const bound = state.bindings.get(id);
  const driver = drivers.find((other) => other.id === bound?.device.driver);
  return driver ? readAgain(driver, state, { device: id, now: now() }) : [];
}

function deviceOf(bindings: Bindings, id: DeviceId): DeviceWithChannels | undefined {
  const bound = bindings.get(id);
  return bound && { device: bound.device, channels: channelsOf(bound) };
}

type Moment = { readonly id: DeviceId; readonly channel: ChannelName; readonly at: number };

function isDoubted({ bindings, soundness }: State, { id, channel: name, at }: Moment): boolean {
  const bound = bindings.get(id);
  const channel = bound?.channels.get(name);
  return bound !== undefined && channel !== undefined && soundness.isDoubted(bound, channel, at);
}

function isExpectedDevice(bindings: Bindings, id: DeviceId): boolean {
  const bound = bindings.get(id);
  return bound !== undefined && isExpected(bound);
}

async function adoptDevice(
  parts: IngestParts,
  bindings: Bindings,
  { by, id, wish }: { by: Actor; id: DeviceId; wish: Adoption },
): Promise<Outcome<AssetId, Problem>> {
  const bound = bindings.get(id);
  const driver = parts.drivers.find((other) => other.id === bound?.device.driver);
  if (!bound || !driver) return failure(problem("device_unknown", id));
  const adopted = await adopt(parts, bound, driver, wish);
  if (!adopted.ok) return adopted;
  const detail = { address: bound.device.address, assetId: adopted.value };
  await parts.record({ actor: by, kind: "device.adopted", subject: `device:${id}`, detail });
  parts.onChanged(`device:${id}`);
  return adopted;
}

type IgnoreWish = { readonly by: Actor; readonly id: DeviceId; readonly ignored: boolean };

async function ignoreDevice(
  parts: IngestParts,
  bindings: Bindings,
  { by, id, ignored }: IgnoreWish,
): Promise<Outcome<void, Problem>> {
  const bound = bindings.get(id);
  if (!bound) return failure(problem("device_unknown", id));
  if (bound.device.assetId) return failure(problem("device_adopted", bound.device.address));
  const device = { ...bound.device, ignored };
  await parts.store.devices.put(device);
  bound.device = device;
  const detail = { address: device.address };
  const kind = ignored ? "device.ignored" : "device.asked";
  await parts.record({ actor: by, kind, subject: `device:${id}`, detail });
  parts.onChanged(`device:${id}`);
  return success(undefined);
}

async function releaseDevices(
  parts: IngestParts,
  bindings: Bindings,
  asset: AssetId,
): Promise<void> {
  const released = [...bindings.all()].filter(({ device }) => device.assetId === asset);
  for (const bound of released) {
    const device = { ...bound.device, assetId: null };
    await parts.store.devices.put(device);
    bound.device = device;
    parts.onChanged(`device:${device.id}`);
  }
}

async function forgetDevice(
  parts: IngestParts,
  { bindings, messages }: State,
  id: DeviceId,
): Promise<void> {
  await parts.store.together(async () => {
    await parts.store.channels.remove({ deviceId: id });
    await parts.store.devices.remove({ id });
  });
  bindings.remove(id);
  messages.forget(id);
  parts.onChanged(`device:${id}`);
}
