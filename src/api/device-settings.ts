import type {
  AgentId,
  ChannelName,
  CommandId,
  DeviceAddress,
  DeviceId,
  Timestamp,
} from "../domain/brand.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import { checkReports, type Expectation, GAPS_MIN } from "../domain/report-check.ts";
import type { Samples } from "../domain/samples.ts";
import { areSame, defaultsIn, type Overheard } from "../domain/settings.ts";
import type { Driver } from "../driver/driver.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { DeviceSettingsReply } from "./contract.ts";
import type { Answer, Call } from "./handler.ts";
import type { House } from "./house.ts";
import { outagesOf } from "./outages.ts";
import { iso } from "./time.ts";

type Kept = DeviceSettingsReply["kept"];
type Checks = DeviceSettingsReply["checks"];
type Asked = {
  readonly device: Device;
  readonly driver: Driver;
  readonly command: string;
};

/** What a node says at once after new settings: viaSens 2.1 sends all its values then. */
const BURST_MS = 30_000;
/** Until settings have settled in a mesh, gaps prove nothing. */
const SETTLE_MS = 10 * 60_000;
/** Reports of a channel that are looked at, the newest. */
const REPORTS = 100;
/** A person looks at some gaps, not at all of them. */
const SUSPECTS = 10;

/** Meant, sent, kept by the broker, and done as far as it shows: four things that may differ. */
export async function deviceSettings(
  house: House,
  { params, query }: Call<"GET /devices/:id/settings">,
): Answer<"GET /devices/:id/settings"> {
  const found = find(house, params.id, query.command);
  if (!found.ok) return found;
  const { device, driver, command } = found.value;
  const meant = await house.settings.meant(device, command);
  if (!meant) return failure(problem("command_unknown", `${device.address}: ${command}`));
  const sent = await house.settings.sent(device, command);
  const kept = await keptOf(house, found.value, sent);
  const expected = driver.reportingOf?.(sent?.parameters ?? meant.parameters) ?? [];
  const checks = await checksOf(house, device, expected, sent);
  const evidence = await evidenceOf(house, device, { sent, checks, expected });
  return success({
    command,
    meant: { ...meant.parameters },
    origins: { ...meant.origins },
    sources: meant.sources.map(({ scope, name, template, parameters }) => {
      const named = template && { id: template.id, name: template.name };
      return { scope, name, template: named, parameters: { ...parameters } };
    }),
    own: {
      templateId: meant.own?.templateId ?? null,
      parameters: { ...meant.own?.parameters },
    },
    sent: sent ? sentReply(sent) : null,
    kept,
    evidence,
    checks,
  });
}

export async function putDeviceSettings(
  house: House,
  { params, body, by }: Call<"PUT /devices/:id/settings">,
): Answer<"PUT /devices/:id/settings"> {
  const found = find(house, params.id, body.command);
  if (!found.ok) return found;
  const { device, command } = found.value;
  return house.settings.putLayer(by.actor, {
    driver: device.driver,
    command,
    scope: { kind: "device", id: device.id },
    templateId: body.templateId,
    parameters: body.parameters as JsonObject,
  });
}

function find(house: House, id: string, command: string): Outcome<Asked, Problem> {
  const device = house.ingest.device(id as DeviceId)?.device;
  const driver = house.drivers.find((one) => one.id === device?.driver);
  if (!device || !driver) return failure(problem("device_unknown", `no device '${id}'`));
  return success({ device, driver, command });
}

function sentReply({ id, requestedAt, actor, parameters }: CommandRow) {
  return { id, at: iso(requestedAt), actor: actor.name, parameters: { ...parameters } };
}

/** The broker's own memory where it can be read; else what others were heard to say. */
async function keptOf(house: House, asked: Asked, sent: CommandRow | undefined): Promise<Kept> {
  const heard = await house.settings.overheard(asked.device, asked.command);
  const by = heard ? { agent: await agentName(house, heard), at: iso(heard.at) } : null;
  const { device, driver, command } = asked;
  const topic = sent?.topic ?? settingsTopic(driver, device.address, command);
  if (!house.broker.caps.listsRetained || topic === null) return { ...heardOf(heard), by };
  const [message] = house.broker.retained(topic);
  const kept = message && asked.driver.twin(asked.device.address).obey(message);
  if (!kept?.ok) return { is: sent ? "absent" : "none", parameters: null, by };
  const isSame = sent !== undefined && areSame(sent.parameters, kept.value.parameters);
  const parameters = { ...kept.value.parameters };
  return { is: isSame ? "same" : "other", parameters, by: isSame ? null : by };
}

function heardOf(heard: Overheard | undefined): Omit<Kept, "by"> {
  if (!heard) return { is: "unknown", parameters: null };
  const { parameters } = heard;
  return parameters ? { is: "other", parameters: { ...parameters } } : { is: "absent", parameters };
}

async function agentName({ agents }: House, { agentId }: Overheard): Promise<string> {
  return (await agents.get(agentId as AgentId))?.name ?? agentId;
}

/** Where settings of this name are kept for a device, whatever they say; null: there is no such. */
export function settingsTopic(driver: Driver, device: DeviceAddress, name: string): string | null {
  const type = driver.catalogue.commandTypes.find((one) => one.name === name);
  const parameters = defaultsIn(type?.parameters ?? {});
  const at = 0 as Timestamp;
  const message = driver.encode({ id: "" as CommandId, at, device, name, parameters });
  return message.ok ? message.value.topic : null;
}

async function checksOf(
  house: House,
  device: Device,
  expected: readonly Expectation[],
  sent: CommandRow | undefined,
): Promise<Checks> {
  const now = house.clock.now();
  const from = Math.max(house.openedAt, (sent?.requestedAt ?? 0) + SETTLE_MS);
  const channels = house.ingest.device(device.id)?.channels ?? [];
  const silent = house.liveness.silent(device.id);
  const outages = await outagesOf(house, device);
  const checks = expected.map(async ({ channel: wanted, policy }) => {
    const channel = channels.find(({ name }) => name === wanted);
    if (!channel) return [];
    const query = { series: channel.series, from, to: Math.max(from, now), limit: REPORTS };
    const newest = from < now ? await house.historian.range({ ...query, order: -1 }) : undefined;
    const reports = { ...inOrder(newest), count: newest?.count ?? 0 };
    const { gaps, suspects } = checkReports(policy, reports, outages);
    const told = suspects.slice(-SUSPECTS).map(({ from, to, why }) => {
      return { from: iso(from), to: iso(to), why };
    });
    const since = silent.find((one) => one.channel === wanted && one.state === "offline")?.since;
    const silentSince = since === undefined ? null : iso(since);
    const { name } = channel.proposal;
    const misfits = suspects.length;
    return [{ channel: wanted, name, ...policy, silentSince, gaps, misfits, suspects: told }];
  });
  return (await Promise.all(checks)).flat();
}

function inOrder(newest: Samples | undefined) {
  const { at = [], value = [] } = newest ?? {};
  return { at: Array.from(at).reverse(), value: Array.from(value).reverse() };
}

type Signs = {
  readonly sent: CommandRow | undefined;
  readonly checks: Checks;
  readonly expected: readonly Expectation[];
};

/** The best evidence wins; a suspicion is said where nothing better speaks against it. */
async function evidenceOf(
  house: House,
  device: Device,
  { sent, checks, expected }: Signs,
): Promise<DeviceSettingsReply["evidence"]> {
  if (!sent) return "none";
  const proven = checks.filter(({ gaps }) => gaps >= GAPS_MIN);
  if (proven.some(({ suspects }) => suspects.length > 0)) return "drift";
  if (sent.state === "confirmed") return "confirmed";
  // Of several orders that were open together some answer came, and may be this one's.
  const isUnclear = sent.state === "unknown" && sent.answer !== null;
  if (sent.state === "failed") return "failed";
  if (sent.state === "unknown" && !isUnclear) return "unanswered";
  const channels = new Set(expected.map(({ channel }) => channel));
  if (await hasBurst(house, device, channels, sent.requestedAt)) return "burst";
  return proven.length > 0 ? "consistent" : "none";
}

/** Whether all of these channels spoke right after the settings went out. */
async function hasBurst(
  house: House,
  device: Device,
  wanted: ReadonlySet<ChannelName>,
  from: number,
): Promise<boolean> {
  const channels = house.ingest.device(device.id)?.channels ?? [];
  const reporting = channels.filter(({ name }) => wanted.has(name));
  const said = reporting.map(async ({ series }) => {
    const burst = { series, from, to: from + BURST_MS, limit: 1 };
    return (await house.historian.range(burst)).count > 0;
  });
  return reporting.length > 1 && (await Promise.all(said)).every(Boolean);
}
