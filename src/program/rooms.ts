import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Access, openAccess } from "../access/access.ts";
import { type Agents, openAgents } from "../agent/agent.ts";
import type { Broker } from "../broker/broker.ts";
import { type Commands, openCommands } from "../command/command.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import type { Device } from "../domain/model.ts";
import { problem } from "../domain/problem.ts";
import { drivers } from "../driver/registry.ts";
import { type AssetEvents, openAssetEvents } from "../event/event.ts";
import { type Files, openFiles } from "../file/file.ts";
import type { Historian } from "../historian/historian.ts";
import { type Imports, openImports } from "../import/import.ts";
import { type Ingest, openIngest } from "../ingest/ingest.ts";
import type { Closer } from "../lib/closer.ts";
import { failure } from "../lib/outcome.ts";
import { type Live, openLive } from "../live/live.ts";
import { type ChannelParts, type Liveness, openLiveness } from "../liveness/liveness.ts";
import { openSettings, type Settings } from "../settings/settings.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { Config } from "./config.ts";
import type { Demo } from "./demo.ts";
import type { Ground } from "./ground.ts";
import type { ModelLinks } from "./model-links.ts";
import { openServices } from "./services.ts";

export type Rooms = {
  readonly access: Access;
  readonly agents: Agents;
  readonly live: Live;
  readonly assetEvents: AssetEvents;
  readonly files: Files;
  readonly imports: Imports;
  readonly links: ModelLinks;
  readonly ingest: Ingest;
  readonly commands: Commands;
  readonly settings: Settings;
  readonly liveness: Liveness;
  readonly clockWatch: ClockWatch;
  readonly later: Later;
};

/** What opens after the rooms that need it: until then nothing can be sent, and nobody looks. */
type Later = {
  broker: Broker | undefined;
  demo: Demo | undefined;
  httpPort: number | null;
  readonly watchers: ((subject: string) => void)[];
};

/** The rooms, each handed what it needs of the others as a function. */
export async function openRooms(ground: Ground, config: Config, closer: Closer): Promise<Rooms> {
  const { store, historian, journal, clock, gauges, log } = ground;
  const later: Later = { broker: undefined, demo: undefined, httpPort: null, watchers: [] };
  const send = async (message: Message) =>
    later.broker?.send(message) ?? failure(problem("link_down", "the broker is not open yet"));
  const record = journal.record.bind(journal);
  const tell = (subject: string) => {
    for (const watcher of later.watchers) watcher(subject);
  };

  const own = await openOwn(ground, config, closer);
  const inside = { ...own, commands: () => commands };
  const { links, ...services } = openServices({ ...ground, config, later }, inside);
  const ingest = await openIngest({
    drivers,
    store,
    historian,
    onStored: (samples) => live.stored(samples),
    onChanged: tell,
    send,
    onNetwork: (network, isHere) => liveness.told(network, isHere),
    toldTo: (id) => liveness.toldTo(id),
    onOrdered: async (what) => settings.overhear(what),
    onJoined: (device) => void settings.greet(device),
    onConfirmed: (device, said) => void commands.confirm(device, said),
    services,
    record,
    isDemo: (agent) => later.demo?.isDemo(agent) ?? false,
    isStrict: config.strict,
    now: clock.now,
    wait: clock.after,
    gauges,
    log: log.child("ingest"),
  });
  closer.add("ingest", () => ingest.close());
  const latest: Historian["latest"] = (series) => historian.latest(series);
  const live = openLive({ clock, latest, words: ingest.statusSeries });
  const deviceOf = (id: Parameters<Ingest["device"]>[0]) => ingest.device(id)?.device;
  const isHeard = (topic: string) => later.broker !== undefined && hears(later.broker, topic);
  const isAnswered = (device: Device) => answersTold(ingest, device);
  const paths = { send, isHeard, isAnswered };
  const commands = await openCommands({ ...ground, ...paths, record, deviceOf, drivers });
  commands.onChange((row) => void settings.noteCommand(row));
  const settings = await openSettings({
    ...ground,
    drivers,
    devices: () => ingest.devices(),
    ask: (by, wish) => commands.ask(by, wish),
    record,
    onChanged: tell,
    log: log.child("settings"),
  });
  closer.add("settings", () => settings.close());
  const liveness = watch(ground, { ingest, settings, later }, tell, closer);
  const clockWatch = await watchClock(ground, ingest, closer);
  return { ...own, live, links, ingest, commands, settings, liveness, clockWatch, later };
}

/** The rooms that need no other. */
async function openOwn(ground: Ground, config: Config, closer: Closer) {
  const { store, journal, disk, clock, log } = ground;
  const access = await openAccess({ ...ground, folder: join(config.data, "access") });
  closer.add("access", () => access.close());
  const agents = await openAgents({
    ...ground,
    folder: join(config.data, "ca"),
    hostNames: config["host-names"],
  });
  const record = journal.record.bind(journal);
  const assetEvents = openAssetEvents({ store, record, clock, log: log.child("event") });
  closer.add("events", async () => assetEvents.close());
  const files = await openFiles({ store, folder: join(config.data, "files"), now: clock.now });
  const folder = join(config.data, "imports");
  const room = () => roomIn(folder, disk.left);
  const imports = await openImports({ folder, record, room, clock, log: log.child("import") });
  closer.add("imports", () => imports.close());
  return { access, agents, assetEvents, files, imports };
}

/** What is left of the disk, and of what the data folder may take of it. */
async function roomIn(folder: string, left: number): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.min(left, bavail * bsize);
}

/**
 * Whether every order to the device is answered: its network's firmware does that, or people have
 * told where the answers come.
 */
function answersTold(ingest: Ingest, { driver: id, address }: Device): boolean {
  const driver = drivers.find((one) => one.id === id);
  const network = driver?.networkOf?.(address);
  const topics = network === undefined ? undefined : ingest.networkTopics(id, network);
  const api = ingest.firmware(id, address);
  const isByFirmware = api !== undefined && driver?.answersOrders?.(api) === true;
  return isByFirmware || (topics?.answers ?? null) !== null;
}

/** A broker that cannot tell is taken at its best. */
function hears(broker: Broker, topic: string): boolean {
  return broker.hears?.(topic) ?? true;
}

/** Who still speaks is known from what came in, and from what was asked for. */
function watch(
  ground: Ground,
  { ingest, settings, later }: Pick<Rooms, "ingest" | "settings" | "later">,
  onChanged: (subject: string) => void,
  closer: Closer,
): Liveness {
  const liveness = openLiveness({
    ...{ ...ground, drivers, onChanged },
    devices: () => ingest.devices(),
    lastSeenAt: (id) => ingest.diagnostics(id).lastSeenAt,
    isExpected: (id) => ingest.isExpected(id),
    sensors: { ...ground, channelsOf: (id) => ingest.device(id)?.channels ?? [] },
    channels: channelsOf(ingest, ground.clock.now),
    settingsOf: (devices) => settings.current(devices),
    connected: () => connectedTo(later.broker),
    record: ground.journal.record.bind(ground.journal),
    log: ground.log.child("liveness"),
  });
  closer.add("liveness", () => liveness.close());
  return liveness;
}

function channelsOf(ingest: Ingest, now: () => number): ChannelParts {
  return {
    saidAt: (id, channel) => ingest.saidAt(id, channel),
    isUnsound: (id, channel) => ingest.isDoubted(id, channel, now()),
    nameOf: (id, wanted) => {
      const channels = ingest.device(id)?.channels ?? [];
      return channels.find(({ name }) => name === wanted)?.proposal.name ?? wanted;
    },
  };
}

/** Whether this machine's clock is right is known from the times that devices say. */
async function watchClock(ground: Ground, ingest: Ingest, closer: Closer): Promise<ClockWatch> {
  const { journal, clock, log } = ground;
  const watch = new ClockWatch({
    timesSaid: () => ingest.timesSaid(),
    record: journal.record.bind(journal),
    clock,
    log: log.child("clock"),
  });
  closer.add("clock watch", async () => watch.close());
  await watch.start();
  return watch;
}

/** A broker that hears of connections only by wills cannot tell who has none. */
function connectedTo(broker: Broker | undefined): ReadonlySet<AgentId> | undefined {
  if (broker?.caps.presence !== "exact") return undefined;
  return broker.agentsHere();
}
