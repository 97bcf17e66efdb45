import type { Agent } from "../domain/agent.ts";
import type { AssetEvent } from "../domain/asset-event.ts";
import type { Boarding } from "../domain/boarding.ts";
import type {
  AgentId,
  AssetId,
  ChannelName,
  CommandId,
  DeviceAddress,
  DeviceId,
  PointId,
  Series,
  Timestamp,
  UserId,
} from "../domain/brand.ts";
import { type Event, THE_HOUSE } from "../domain/event.ts";
import type { Asset, Channel, Device, Point } from "../domain/model.ts";
import type {
  CommandRow,
  Credential,
  Session,
  Setting,
  TenantAuthority,
  User,
} from "../domain/records.ts";
import type { Store } from "./store.ts";

const NOW = 1_767_225_600_000 as Timestamp;

export async function oneOfEach(store: Store): Promise<[string, readonly unknown[]][]> {
  const shelves = Object.entries(store).filter(([, shelf]) => typeof shelf === "object");
  return Promise.all(
    shelves.map(
      async ([kind, shelf]): Promise<[string, readonly unknown[]]> => [kind, await shelf.find()],
    ),
  );
}

export async function putOneOfEach(store: Store): Promise<void> {
  await store.assets.put(asset("1"));
  await store.assetTypes.put({
    id: "viasens.node",
    name: "Node",
    parentId: "core",
    aspects: { air: "viasens.air", __proto__: "kept" },
    commands: ["led-ring"],
    description: "A node of a network",
    instantiable: true,
    variables: [{ name: "room", dataType: "string", length: 40, defaultValue: "none" }],
    files: { manual: "file-1" },
    version: 2,
  });
  await store.aspectTypes.put({
    id: "viasens.air",
    name: "Air",
    variables: [{ name: "co2", dataType: "number", unit: "ppm", range: [0, 2000] }],
    category: "dynamic",
    description: "",
    version: 1,
  });
  await store.points.put(point("1"));
  await store.devices.put(device("1", { assetId: "1" as AssetId }));
  await store.channels.put(channel("1", "1"));
  await putWhatDevicesSaid(store);
  await putSettings(store);
  await store.agents.put(agent("1"));
  await store.credentials.put(credential("1"));
  await store.authorities.put(authority("1"));
  await store.boardings.put(boarding("1"));
  await store.users.put(user("1", "Ada"));
  await store.sessions.put(session("1"));
  await store.tokens.put({
    id: "1",
    name: "reader",
    secret: "hash",
    role: "viewer",
    createdBy: "house",
    createdAt: NOW,
    expiresAt: null,
    usedAt: null,
  });
  await store.screens.put({
    id: "1",
    name: "Hall",
    widgets: [{ kind: "value", at: [0, 0] }],
    updatedAt: NOW,
  });
  await store.commands.put(command("1"));
  await store.rejected.put({
    id: "1",
    at: NOW,
    agentId: "1",
    clientId: "gw",
    driver: "viasens",
    topic: "/sauter/viasens/n/1",
    excerpt: "{",
    bytes: 1,
    code: "payload_malformed",
    detail: "ends early",
    times: 1,
  });
  await store.events.put(event(1));
  await store.settings.put({ name: "demo", value: { on: true } } satisfies Setting);
}

async function putWhatDevicesSaid(store: Store): Promise<void> {
  await store.assetEvents.put(assetEvent("1", 5));
  await store.eventTypes.put({
    id: "t.Leak",
    name: "Leak",
    parentId: null,
    ttlDays: 35,
    scope: "LOCAL",
    fields: [
      {
        name: "f",
        type: "ENUM",
        values: ["a"],
        ...{ filterable: true, required: false, updatable: true },
      },
    ],
    etag: 0,
  });
  await store.statusSeries.put({ series: 1 as Series, words: 99 as Series });
  await store.models.put({
    driver: "mindsphere",
    device: "t/a" as DeviceAddress,
    externalId: "m",
    model: { typeModel: {} },
    at: NOW,
  });
  await store.answers.put({
    ...{ agentId: "agent-1" as AgentId, number: 1, at: NOW, topic: "t/a/i", payload: "{}" },
  });
  await store.declarations.put({
    driver: "sparkplug",
    device: "group/edge" as DeviceAddress,
    channels: [{ channel: "a" as ChannelName, dataType: "integer", alias: 7, form: "Int16" }],
    at: NOW,
  });
  await store.files.put({
    ...{ id: "1", subject: "device:1", path: "log.txt", type: "text/plain", description: "" },
    ...{ bytes: 5, by: THE_HOUSE, madeAt: null, createdAt: NOW, updatedAt: NOW, etag: 0 },
  });
  await store.customTopics.put({
    ...{ id: "1", agentId: "agent-1" as AgentId, topic: "plant/acme_oven/data", etag: 1 },
    ...{ driver: "mindsphere", device: "acme/acme_oven" as DeviceAddress, mappings: [] },
  });
  await store.fittings.put({
    ...{ deviceId: "1" as DeviceId, channel: "health.health" as ChannelName },
    ...{ worked: 254, wanted: 1, unwanted: 0, faulty: 1 },
  });
  const reading = [
    ...(["viasens", "1" as AgentId, "12/5" as DeviceAddress] as const),
    ...(["temperature.temperature" as ChannelName, NOW, 21.5, "good", 0] as const),
  ] as const;
  await store.aheadSheets.put({
    ...{ id: "1", values: 1, bytes: 90, firstAt: NOW, lastAt: NOW, readings: [reading] },
  });
  await store.departures.put({ deviceId: "1" as DeviceId, heardAt: NOW });
  await store.firmware.put({ driver: "viasens", address: "12/5" as DeviceAddress, api: "2" });
  await store.networkTopics.put({
    ...{ driver: "viasens", network: "north", presence: null },
    answers: "/sauter/viasens/north/{node}/ack",
  });
  await store.layouts.put({
    id: "1",
    name: "Meter",
    filter: "meters/+/raw",
    device: "{2}",
    fields: [{ name: "energy", offset: 0, form: "int64", order: "little", unit: "Wh" }],
  });
}

async function putSettings(store: Store): Promise<void> {
  const deviceId = "1" as DeviceId;
  const ofNodes = { driver: "viasens", command: "sensors-config" };
  await store.templates.put({
    id: "1",
    name: "Quiet",
    ...ofNodes,
    parameters: { humid: { cov: 5 } },
  });
  await store.layers.put({ ...ofNodes, scope: "device:1", templateId: "1", parameters: {} });
  await store.rollouts.put({
    id: "1",
    name: "North",
    command: "sensors-config",
    state: "paused",
    perSecond: 0.5,
    actor: THE_HOUSE,
    role: "engineer",
    createdAt: NOW,
    endedAt: null,
  });
  const step = { rolloutId: "1", deviceId, state: "waiting", detail: "", at: null } as const;
  await store.rolloutSteps.put({ ...step, commandId: null });
  await store.overheard.put({
    deviceId,
    command: "sensors-config",
    parameters: null,
    agentId: "1",
    at: NOW,
  });
}

export function asset(id: string, rest: Partial<Asset> = {}): Asset {
  return {
    id: id as AssetId,
    parentId: null,
    typeId: "core.area",
    name: `name of ${id}`,
    description: "",
    externalId: null,
    demo: false,
    createdAt: NOW,
    location: { country: "BE", latitude: 50.8, longitude: 4.4 },
    timezone: "Europe/Brussels",
    twinType: "performance",
    statics: { plate: { serial: "9007199254740993" }, "": { room: "4" } },
    files: { photo: "file-2" },
    version: 3,
    ...rest,
  };
}

export function point(id: string): Point {
  return {
    id: id as PointId,
    assetId: "1" as AssetId,
    aspect: "air",
    variable: { name: "co2", dataType: "number", unit: "ppm", counter: false },
    series: 7 as Series,
  };
}

export function device(id: string, rest: Partial<Device> = {}): Device {
  return {
    id: id as DeviceId,
    driver: "viasens",
    address: `network/${id}` as DeviceAddress,
    agentId: "1" as AgentId,
    name: id,
    assetId: null,
    ignored: false,
    demo: true,
    firstSeenAt: NOW,
    ...rest,
  };
}

export function channel(deviceId: string, name: string): Channel {
  return {
    deviceId: deviceId as DeviceId,
    name: name as ChannelName,
    series: 4_294_967_295 as Series,
    dataType: "number",
    proposal: { name, dataType: "number", states: { "1": "Vacant" } },
    retired: true,
  };
}

export function agent(id: string): Agent {
  return {
    id: id as AgentId,
    kind: "plain",
    name: `agent ${id}`,
    tenant: "",
    clientId: `client ${id}`,
    revoked: false,
    demo: false,
    createdAt: NOW,
    grant: id === "1" ? { publish: ["a/#"], subscribe: [] } : null,
  };
}

function credential(id: string): Credential {
  return {
    id,
    agentId: "1" as AgentId,
    kind: "certificate",
    secret: "0A",
    authorityId: null,
    createdAt: NOW,
    expiresAt: NOW,
    revokedAt: null,
  };
}

function boarding(id: string): Boarding {
  return {
    agentId: id as AgentId,
    assetId: "1" as AssetId,
    profile: "SHARED_SECRET",
    etag: 0,
    invitation: "hash",
    invitedUntil: NOW,
    registration: null,
    secrets: [{ secret: "kept", expiresAt: NOW }],
    keys: [],
    onboardedAt: null,
    dataSources: { configurationId: "c", dataSources: [] },
    dataSourcesEtag: 1,
  };
}

export function assetEvent(id: string, at: number, rest: Partial<AssetEvent> = {}): AssetEvent {
  return {
    id,
    at: at as Timestamp,
    typeId: "t.Leak",
    assetId: "1" as AssetId,
    deviceId: null,
    correlationId: id,
    isLatest: true,
    severity: 20,
    acknowledged: false,
    fields: { description: "wet", depth: 2.5 },
    etag: 0,
    expiresAt: NOW,
    ...rest,
  };
}

function authority(id: string): TenantAuthority {
  return {
    ...{ id, tenant: "acme", name: "Acme CA", certificate: "PEM", fingerprint: "AB" },
    ...{ registrationCode: "code", expiresAt: NOW, createdAt: NOW, verifiedAt: null },
  };
}

export function user(id: string, name: string): User {
  return {
    id: id as UserId,
    name,
    passwordHash: "$argon2id$",
    role: "admin",
    disabled: false,
    createdAt: NOW,
    validFrom: NOW,
  };
}

function session(id: string): Session {
  return { id, userId: "1" as UserId, remote: "127.0.0.1", createdAt: NOW, seenAt: NOW };
}

function command(id: string): CommandRow {
  return {
    id: id as CommandId,
    deviceId: "1" as DeviceId,
    name: "led-ring",
    parameters: { colors: ["#ff0000"] },
    actor: THE_HOUSE,
    state: "requested",
    detail: "",
    topic: null,
    payload: null,
    requestedAt: NOW,
    expiresAt: NOW,
    settledAt: null,
    answer: { status: "EXECUTING" },
  };
}

export function event(sequence: number): Event {
  return {
    sequence,
    at: NOW,
    actor: THE_HOUSE,
    kind: "house.started",
    subject: "",
    detail: { port: 1883 },
    hash: "00",
  };
}
