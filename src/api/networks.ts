import type { DeviceId } from "../domain/brand.ts";
import { type BitState, bitStateOf, hasBit } from "../domain/health.ts";
import type { Channel, Device } from "../domain/model.ts";
import { areSame } from "../domain/settings.ts";
import { csvLine } from "../lib/csv.ts";
import { success } from "../lib/outcome.ts";
import type { NetworkState } from "../liveness/liveness.ts";
import type { CommandTypeReply, NetworkReply, NodeReply } from "./contract.ts";
import { fit, getHealth, memoryOf } from "./device-health.ts";
import { type Answer, type Call, type Handlers, Verbatim } from "./handler.ts";
import type { House } from "./house.ts";
import type { ModelView } from "./model.ts";
import { devicesOf, findNetwork, NODE_COLUMNS, networksOf } from "./network-nodes.ts";
import { importNodes } from "./nodes-import.ts";
import { type Newest, newestOf } from "./samples.ts";
import { iso, isoOrNull } from "./time.ts";

export const networkHandlers = {
  "GET /networks": async (house) => {
    const networks = await networksOf(house);
    return success({ items: networks.map((network) => networkReply(house, network)) });
  },
  "GET /networks/:driver/:network": getNetwork,
  "PUT /networks/:driver/:network/topics": async (house, { params, body, by }) => {
    const network = await findNetwork(house, params);
    return network.ok ? house.ingest.putNetworkTopics(by.actor, { ...params, ...body }) : network;
  },
  "GET /networks/:driver/:network/nodes.csv": nodesCsv,
  "POST /networks/:driver/:network/import": importNodes,
  "GET /devices/:id/health": getHealth,
  "PUT /devices/:id/health": fit,
  "POST /devices/:id/replace": async (house, { params, body, by }) =>
    house.ingest.replace(by.actor, params.id as DeviceId, body.deviceId as DeviceId),
} satisfies Handlers;

async function getNetwork(
  house: House,
  { params }: Call<"GET /networks/:driver/:network">,
): Answer<"GET /networks/:driver/:network"> {
  const network = await findNetwork(house, params);
  if (!network.ok) return network;
  const nodes = await nodeReplies(house, devicesOf(house, network.value));
  return success({
    network: networkReply(house, network.value),
    nodes,
    settings: settingsReply(house, network.value),
  });
}

/** A protocol has one kind of settings, or none. */
function settingsReply({ drivers }: House, { driver }: NetworkState): CommandTypeReply | null {
  const types = drivers.find(({ id }) => id === driver)?.catalogue.commandTypes ?? [];
  const type = types.find(({ kind }) => kind === "configure");
  return type ? { ...type, parameters: { ...type.parameters } } : null;
}

async function nodesCsv(
  house: House,
  { params }: Call<"GET /networks/:driver/:network/nodes.csv">,
): Answer<"GET /networks/:driver/:network/nodes.csv"> {
  const network = await findNetwork(house, params);
  if (!network.ok) return network;
  const nodes = await nodeReplies(house, devicesOf(house, network.value));
  const lines = nodes.map(({ address, name, place, template, assetId }) =>
    csvLine([address, assetId === null ? "" : name, place, template]),
  );
  const text = [csvLine(NODE_COLUMNS), ...lines].join("");
  return success(new Verbatim("text/csv; charset=utf-8", text));
}

function networkReply(house: House, { driver, id, ...network }: NetworkState): NetworkReply {
  const { lost, counts, agentId } = network;
  const waiting = network.devices.filter(
    (device) => house.ingest.device(device)?.device.assetId === null,
  );
  const found = house.drivers.find((one) => one.id === driver);
  const { answers = null, presence = null } = house.ingest.networkTopics(driver, id) ?? {};
  return {
    driver,
    protocol: found?.title ?? driver,
    id,
    agentId,
    lost: lost && { why: lost.why, since: iso(lost.at) },
    devices: network.devices.length,
    waiting: waiting.length,
    ...counts,
    topics: found?.checkTopics ? { answers, presence } : null,
  };
}

/** By their addresses, as somebody walks through them. */
async function nodeReplies(house: House, devices: readonly Device[]): Promise<NodeReply[]> {
  const view = await house.model.view();
  const channelsOf = (device: Device) => house.ingest.device(device.id)?.channels ?? [];
  const masks = devices.flatMap((device) => channelsOf(device).filter(isMask));
  const newest = await newestOf(
    house,
    masks.map(({ series }) => series),
  );
  const plan = await house.settings.plan();
  const told = await house.settings.current(devices);
  const parts = { house, view, newest, plan, told, templates: await templatesOfDevices(house) };
  return devices
    .map((device) => nodeReply(parts, device, channelsOf(device)))
    .sort((a, b) => a.address.localeCompare(b.address, "en", { numeric: true }));
}

type NodeParts = {
  readonly house: House;
  readonly view: ModelView;
  readonly newest: Newest;
  readonly plan: Awaited<ReturnType<House["settings"]["plan"]>>;
  readonly told: Awaited<ReturnType<House["settings"]["current"]>>;
  readonly templates: ReadonlyMap<string, string>;
};

function nodeReply(parts: NodeParts, device: Device, channels: readonly Channel[]): NodeReply {
  const { house, view } = parts;
  const { id, name, address, assetId } = device;
  const live = house.liveness.of(id);
  const promiseMs = live?.promiseMs ?? Number.POSITIVE_INFINITY;
  const asset = assetId === null ? undefined : view.assets.get(assetId);
  return {
    deviceId: id,
    name: asset?.name ?? name,
    address,
    assetId,
    place: asset?.parentId ? view.path(asset.parentId) : "",
    state: live?.state ?? "unknown",
    promiseMs: Number.isFinite(promiseMs) ? promiseMs : null,
    lastSeenAt: isoOrNull(house.ingest.diagnostics(id).lastSeenAt),
    template: parts.templates.get(id) ?? "",
    settings: settingsState(parts, device),
    missing: missingOf(house, device, channels),
    silent: silentOf(house, device, channels),
    ...sensorsOf(parts, device, channels),
  };
}

/** Whether what is meant has gone out; `none` where nothing is laid down and nothing was sent. */
function settingsState({ house, plan, told }: NodeParts, device: Device): NodeReply["settings"] {
  const types = house.drivers.find(({ id }) => id === device.driver)?.catalogue.commandTypes ?? [];
  const type = types.find(({ kind }) => kind === "configure");
  const meant = type && plan.meant(device, type.name);
  if (!meant) return "none";
  const sent = told.get(device.id)?.sent;
  if (!sent) return meant.sources.length > 0 ? "newer" : "none";
  return areSame(meant.parameters, sent) || meant.sources.length === 0 ? "sent" : "newer";
}

/** Of what its type has. */
function missingOf({ drivers }: House, device: Device, channels: readonly Channel[]): string[] {
  const { catalogue } = drivers.find(({ id }) => id === device.driver) ?? {};
  const names = new Set<string>(channels.map(({ name }) => name));
  const homes = catalogue?.channels ?? [];
  return homes.filter(({ channel }) => !names.has(channel)).map(({ variable }) => variable);
}

function silentOf({ liveness }: House, { id }: Device, channels: readonly Channel[]): string[] {
  const silent = liveness.silent(id).filter(({ state }) => state === "offline");
  const isIt = ({ name }: Channel) => silent.some(({ channel }) => channel === name);
  return channels.filter(isIt).map(({ proposal }) => proposal.name);
}

function isMask({ proposal }: Channel): boolean {
  return proposal.bits !== undefined;
}

/** Sensors that should work and do not, and those of which nobody knows whether they are there. */
function sensorsOf(
  parts: NodeParts,
  device: Device,
  channels: readonly Channel[],
): Pick<NodeReply, "faulty" | "unfitted"> {
  const told = channels.filter(isMask).flatMap((channel) => bitsOf(parts, device, channel));
  const names = (wanted: BitState) =>
    told.filter(({ state }) => state === wanted).map(({ sensor }) => sensor);
  return { faulty: names("faulty"), unfitted: names("unfitted") };
}

type Bit = { readonly sensor: string; readonly state: BitState };

function bitsOf(
  { house, newest, told }: NodeParts,
  device: Device,
  { name, series, proposal }: Channel,
): Bit[] {
  const mask = newest(series, proposal)?.value;
  if (typeof mask !== "number") return [];
  const driver = house.drivers.find(({ id }) => id === device.driver);
  const idle = driver?.idleBits?.(told.get(device.id)?.sent, mask) ?? 0;
  const memory = { ...memoryOf(house, device, name), idle };
  return (proposal.bits ?? []).flatMap((sensor, bit) => {
    const isSettled = hasBit(memory.unwanted, bit);
    return isSettled ? [] : [{ sensor, state: bitStateOf(mask, bit, memory) }];
  });
}

/** Templates that are laid down for single devices, by the device. */
async function templatesOfDevices({ settings }: House): Promise<ReadonlyMap<string, string>> {
  const [layers, templates] = await Promise.all([settings.layers(), settings.templates()]);
  const nameOf = new Map(templates.map(({ id, name }) => [id, name]));
  return new Map(
    layers
      .filter(({ scope }) => scope.startsWith("device:"))
      .map(({ scope, templateId }) => [
        scope.slice("device:".length),
        nameOf.get(templateId ?? "") ?? "",
      ]),
  );
}
