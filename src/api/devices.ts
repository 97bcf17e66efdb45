import type { DeviceId } from "../domain/brand.ts";
import type { Channel, Device } from "../domain/model.ts";
import { problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { failure, success } from "../lib/outcome.ts";
import { commandReply } from "./commands.ts";
import type { ChannelReply, CommandTypeReply, DeviceReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import type { ModelView } from "./model.ts";
import { cut } from "./page.ts";
import { rejectedReplies } from "./rejected.ts";
import { type Newest, newestOf, shown, statusWordOf, variableReply } from "./samples.ts";
import { matching } from "./search.ts";
import { iso, isoOrNull } from "./time.ts";

export const deviceHandlers = {
  "GET /devices": listDevices,
  "GET /devices/:id": getDevice,
  "GET /devices/:id/messages": getMessages,
  "POST /devices/:id/clear-retained": clearRetained,
} satisfies Handlers;

/** Rows of the lists that stand below a device. */
const RECENT = 20;

async function listDevices(house: House, { query }: Call<"GET /devices">): Answer<"GET /devices"> {
  const { driver, search } = query;
  const view = await house.model.view();
  const devices = house.ingest
    .devices()
    .filter(({ assetId }) => assetId !== null)
    .filter((device) => driver === undefined || device.driver === driver);
  const textOf = ({ name, address, assetId }: Device) =>
    `${name} ${address} ${assetId ? view.path(assetId) : ""}`;
  const page = cut(matching(devices, search, textOf), query, ({ id }) => id);
  if (!page.ok) return page;
  return success({ ...page.value, items: await deviceReplies(house, page.value.items) });
}

async function getDevice(house: House, { params }: Call<"GET /devices/:id">) {
  const id = params.id as DeviceId;
  const found = house.ingest.device(id);
  const [device] = found ? await deviceReplies(house, [found.device]) : [];
  if (!found || !device) return failure(problem("device_unknown", `no device '${id}'`));
  const { agentId } = found.device;
  const [commands, rejected] = await Promise.all([
    house.commands.ofDevice(id, RECENT),
    house.store.rejected.find({ where: { agentId }, limit: RECENT, descending: true }),
  ]);
  return success({
    device,
    commandTypes: commandTypes(house, found.device),
    commands: commands.map(commandReply),
    rejected: await rejectedReplies(house, rejected),
  });
}

type MessagesRoute = "GET /devices/:id/messages";

async function getMessages(house: House, { params }: Call<MessagesRoute>): Answer<MessagesRoute> {
  const id = params.id as DeviceId;
  if (!house.ingest.device(id)) return failure(problem("device_unknown", `no device '${id}'`));
  const items = house.ingest.messages(id).map(({ readings, warnings, told, at, ...message }) => ({
    ...message,
    at: iso(at),
    readings: readings.map((reading) => ({
      device: reading.device,
      channel: reading.channel,
      value: shown(reading.value),
      quality: reading.quality,
      ...statusWordOf(reading.quality, reading.word),
      ...(reading.isPast && { toldAfterwards: true as const }),
      at: iso(reading.at),
    })),
    told: [...told],
    warnings: [...warnings],
  }));
  const { mqtt: mqttPort, mqtts: mqttsPort } = house.broker.ports;
  return success({ items, mqttPort, mqttsPort });
}

type ClearRoute = "POST /devices/:id/clear-retained";

/** MQTT deletes what is kept by an empty message. As with every order, the journal comes first. */
async function clearRetained(house: House, { params, by }: Call<ClearRoute>): Answer<ClearRoute> {
  const device = house.ingest.device(params.id as DeviceId)?.device;
  if (!device) return failure(problem("device_unknown", `no device '${params.id}'`));
  const topic = driverOf(house, device)?.passingTopic?.(device.address);
  if (topic === undefined) {
    return failure(problem("command_unknown", `${device.address} has no order to clear`));
  }
  const subject = `device:${device.id}`;
  const { actor } = by;
  const detail = { topic };
  await house.journal.record({ actor, kind: "device.order-cleared", subject, detail });
  return house.broker.send({ topic, payload: new Uint8Array(), retain: true });
}

/** With all their channels, and the newest sample of each in one question to the historian. */
export async function deviceReplies(
  house: House,
  devices: readonly Device[],
): Promise<DeviceReply[]> {
  const view = await house.model.view();
  const channelsOf = (id: DeviceId) => house.ingest.device(id)?.channels ?? [];
  const series = devices.flatMap(({ id }) => channelsOf(id).map((channel) => channel.series));
  const newest = await newestOf(house, series);
  return devices.map((device) => {
    const channels = channelsOf(device.id).map((channel) => {
      const reply = channelReply(channel, view, newest);
      const isBroken = isUnsound(house, device.id, channel.name, reply.latest);
      const { form, properties } = house.ingest.declared(device.id, channel.name) ?? {};
      return {
        ...reply,
        ...(isBroken && { unsound: true as const }),
        ...(form !== undefined && { form }),
        ...(properties && { properties: { ...properties } }),
      };
    });
    return { ...deviceReply(house, device, view), channels };
  });
}

function deviceReply(house: House, device: Device, view: ModelView): Omit<DeviceReply, "channels"> {
  const { id, driver, address, name, agentId, assetId, ignored, demo, firstSeenAt } = device;
  const { lastSeenAt, hasLeft, messages, warnings } = house.ingest.diagnostics(id);
  return {
    id,
    driver,
    protocol: driverOf(house, device)?.title ?? driver,
    address,
    name,
    agentId,
    assetId,
    assetName: assetId === null ? null : (view.assets.get(assetId)?.name ?? null),
    ignored,
    demo,
    firstSeenAt: iso(firstSeenAt),
    lastSeenAt: isoOrNull(lastSeenAt),
    liveness: house.liveness.of(id)?.state ?? (hasLeft ? "offline" : null),
    api: house.ingest.firmware(driver, address) ?? null,
    silent: silentReplies(house, device),
    messages,
    warnings: warnings.map((warning) => ({ ...warning, at: iso(warning.at) })),
  };
}

function silentReplies({ liveness, ingest }: House, { id }: Device): DeviceReply["silent"] {
  const channels = ingest.device(id)?.channels ?? [];
  return liveness.silent(id).map(({ channel, state, since, promiseMs }) => {
    const name = channels.find((one) => one.name === channel)?.proposal.name ?? channel;
    return { channel, name, state, since: iso(since), promiseMs };
  });
}

function isUnsound(
  { ingest }: House,
  id: DeviceId,
  channel: Channel["name"],
  latest: ChannelReply["latest"],
): boolean {
  return latest?.quality === "bad" && ingest.isDoubted(id, channel, Date.parse(latest.at));
}

function channelReply(channel: Channel, view: ModelView, newest: Newest): ChannelReply {
  const { name, series, dataType, proposal, retired } = channel;
  const point = view.bySeries.get(series);
  return {
    name,
    dataType,
    proposal: variableReply(proposal),
    pointId: point?.id ?? null,
    retired,
    latest: newest(series, point?.variable ?? proposal),
  };
}

function commandTypes(house: House, device: Device): CommandTypeReply[] {
  const types = driverOf(house, device)?.catalogue.commandTypes ?? [];
  return types.map(({ parameters, ...type }) => ({ ...type, parameters: { ...parameters } }));
}

function driverOf({ drivers }: House, device: Device): Driver | undefined {
  return drivers.find(({ id }) => id === device.driver);
}
