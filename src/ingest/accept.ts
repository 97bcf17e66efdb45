import type { AgentId, ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { DataType } from "../domain/catalogue.ts";
import { THE_HOUSE } from "../domain/event.ts";
import type { Finding } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Channel } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { type Bindings, type BoundDevice, channelsOf } from "./bindings.ts";
import type { Declarations } from "./declarations.ts";
import { declare } from "./declare.ts";
import type { Departures } from "./departures.ts";
import { farewell } from "./farewell.ts";
import type { FirmwareBook } from "./firmware.ts";
import type { IngestParts } from "./ingest.ts";
import { propose } from "./propose.ts";
import type { Sequences } from "./sequences.ts";
import { type ForOthers, serve } from "./serve.ts";
import { welcome } from "./welcome.ts";

type Told<F extends Finding> = {
  readonly driver: Driver;
  readonly agent: AgentId;
  readonly finding: F;
  /** Who is born after it in the same batch: what they said then stands. */
  readonly bornLater?: ReadonlySet<DeviceAddress> | undefined;
};
type Of<Kind extends Finding["kind"]> = Extract<Finding, { kind: Kind }>;

type Known = {
  readonly bindings: Bindings;
  readonly declarations: Declarations;
  readonly sequences: Sequences;
  readonly departures: Departures;
  readonly firmware: FirmwareBook;
};

/** Takes in what a message told besides readings; gives what its answer is to tell. */
export async function accept(
  parts: IngestParts,
  known: Known,
  { driver, agent, finding, bornLater }: Told<Finding>,
): Promise<Outcome<JsonObject, Problem>> {
  switch (finding.kind) {
    case "sequence":
      return followSequence(parts, known, { driver, agent, finding, bornLater });
    case "gone":
      return takeLeave(parts, known, { driver, agent, finding, bornLater });
    case "instantiate":
      return instantiate(parts, known.bindings, { driver, agent, finding });
    case "model-wanted":
      return giveModel(parts, driver, finding);
    case "events":
    case "file":
    case "progress":
    case "token-wanted":
      return hand(parts, known.bindings, { driver, agent, finding });
    default: {
      const taken = await acceptOwn(parts, known, { driver, agent, finding });
      return taken.ok ? success({}) : taken;
    }
  }
}

type Own = Of<"channels" | "model" | "confirmation" | "order" | "presence" | "firmware">;

/** What no answer has anything to tell of. */
async function acceptOwn(
  parts: IngestParts,
  known: Known,
  { driver, agent, finding }: Told<Own>,
): Promise<Outcome<void, Problem>> {
  const { bindings, firmware } = known;
  switch (finding.kind) {
    case "channels":
      return acceptChannels(parts, known, { driver, agent, finding });
    case "model":
      return keepModel(parts, driver, finding);
    case "confirmation": {
      const bound = bindings.find(driver.id, finding.device);
      if (!bound) return failure(problem("device_unknown", finding.device));
      parts.onConfirmed(bound.device.id, finding);
      return success(undefined);
    }
    case "order":
      await overhear(parts, bindings, { driver, agent, finding });
      return success(undefined);
    case "presence":
      parts.onNetwork?.({ driver: driver.id, id: finding.device }, finding.isHere);
      return success(undefined);
    case "firmware":
      return firmware.note({ driver: driver.id, address: finding.device, api: finding.api });
  }
}

/** A session that never ended has ended when another begins: its devices are not there by that. */
async function followSequence(
  parts: IngestParts,
  known: Known,
  { driver, finding, bornLater }: Told<Of<"sequence">>,
): Promise<Outcome<JsonObject, Problem>> {
  const outcome = known.sequences.follow(driver, finding, parts.now());
  if (!outcome.ok || !outcome.value["hasNoEnd"]) return outcome;
  const { device, session, saidAt } = finding;
  const stays = new Set(bornLater).add(device);
  // Not after its birth by its own clock: else who is born next would be older than his end.
  const end = saidAt === undefined ? {} : { leftAt: saidAt };
  const gone = { kind: "gone", device, below: true, session, ...end } as const;
  await farewell(parts, known, { driver, finding: gone, stays });
  return outcome;
}

async function takeLeave(
  parts: IngestParts,
  known: Known,
  { driver, finding, bornLater: stays }: Told<Of<"gone">>,
): Promise<Outcome<JsonObject, Problem>> {
  const aheadMs = known.sequences.aheadMs(driver, finding.device);
  const ended = known.sequences.end(driver, finding);
  if (!ended.ok) return ended;
  await farewell(parts, known, { driver, finding, aheadMs, stays });
  return success({});
}

/** A device's own list of its channels: new ones are added, missing ones retired. */
async function acceptChannels(
  parts: IngestParts,
  { bindings, declarations }: Known,
  { driver, agent, finding }: Told<Of<"channels">>,
): Promise<Outcome<void, Problem>> {
  const { device: address, channels } = finding;
  const types = new Map(channels.map(({ channel, dataType }) => [channel, dataType]));
  const bound = await introduce(parts, bindings, { driver, agent, address, types });
  if (!bound) return failure(problem("device_limit", address));
  const changed = changedBy(driver, channelsOf(bound), finding);
  if (changed.length > 0) await parts.store.channels.put(...changed);
  await declarations.keep(parts.store, driver, finding, parts.now());
  bindings.put(bound.device, changed);
  parts.onChanged(`device:${bound.device.id}`);
  return success(undefined);
}

function changedBy(
  driver: Driver,
  channels: readonly Channel[],
  { channels: rows, isWhole }: Of<"channels">,
): Channel[] {
  const declared = new Map(rows.map((row) => [row.channel, row]));
  return channels.flatMap((channel) => {
    const row = declared.get(channel.name);
    const retired = row ? false : channel.retired || (isWhole && declared.size > 0);
    const { dataType = channel.dataType, unit = channel.proposal.unit } = row ?? {};
    const isSame =
      retired === channel.retired &&
      dataType === channel.dataType &&
      unit === channel.proposal.unit;
    if (isSame) return [];
    const proposal = { ...proposalOf(driver, channel, dataType), ...(row?.unit && { unit }) };
    return [{ ...channel, retired, dataType, proposal }];
  });
}

/** What a person has named stays; a guess follows the declared type. */
function proposalOf(driver: Driver, channel: Channel, dataType: DataType): Channel["proposal"] {
  const kept = channel.proposal;
  return kept.dataType === dataType ? kept : propose(driver, channel.name, dataType);
}

/** What other rooms do, for a device that is known from now on. */
async function hand(
  parts: IngestParts,
  bindings: Bindings,
  { driver, agent, finding }: Told<ForOthers>,
): Promise<Outcome<JsonObject, Problem>> {
  const types = new Map<ChannelName, DataType>();
  const address = finding.device;
  const bound = await introduce(parts, bindings, { driver, agent, address, types });
  if (!bound) return failure(problem("device_limit", address));
  return serve(parts.services ?? {}, { device: bound.device, agent }, finding);
}

async function giveModel(
  { store, services }: IngestParts,
  driver: Driver,
  { device, externalId }: Of<"model-wanted">,
): Promise<Outcome<JsonObject, Problem>> {
  const kept = await store.models.get([driver.id, device, externalId]);
  if (!kept || !services?.giveModel) {
    return failure(problem("model_unknown", "no model was published"));
  }
  return services.giveModel(kept);
}

type Model = Pick<Of<"model">, "device" | "externalId" | "model">;

async function keepModel(
  parts: IngestParts,
  driver: Driver,
  finding: Model,
): Promise<Outcome<void, Problem>> {
  const { models } = parts.store;
  const { device, externalId } = finding;
  const isThere = await models.get([driver.id, device, externalId]);
  if (!isThere && (await models.count({ driver: driver.id, device })) >= LIMIT.modelsPerDevice) {
    const detail = `at most ${LIMIT.modelsPerDevice}; each of these may come anew`;
    return failure(problem("model_limit", detail));
  }
  await putModel(parts, driver, finding);
  return success(undefined);
}

async function putModel(
  { store, now }: IngestParts,
  driver: Driver,
  { device, externalId, model }: Model,
): Promise<void> {
  const at = now() as Timestamp;
  await store.models.put({ driver: driver.id, device, externalId, model, at });
}

async function instantiate(
  parts: IngestParts,
  bindings: Bindings,
  { driver, agent, finding }: Told<Of<"instantiate">>,
): Promise<Outcome<JsonObject, Problem>> {
  const { device: address, externalId, model } = finding;
  const kept = model ? { model } : await parts.store.models.get([driver.id, address, externalId]);
  if (!kept) return failure(problem("model_unknown", `no model '${externalId}' was published`));
  const declaration = driver.declare?.(kept.model, finding);
  if (!declaration) return failure(problem("model_unknown", `${driver.title} has no models`));
  if (!declaration.ok) return declaration;

  const types = new Map(
    declaration.value.bindings.map(({ channel, variable }) => [channel, variable.dataType]),
  );
  const bound = await introduce(parts, bindings, { driver, agent, address, types });
  if (!bound) return failure(problem("device_limit", address));
  const declared = await declare(
    { store: parts.store, now: parts.now },
    bound.device,
    channelsOf(bound),
    declaration.value,
  );
  if (!declared.ok) return declared;
  await settleDeclared(parts, bindings, bound, declared.value);
  if (model) await putModel(parts, driver, { device: address, externalId, model });
  return success({ assets: toldOf(declared.value) });
}

/** Which asset came of which part of the model, in the sender's words. */
function toldOf({ assets }: Declared): JsonObject[] {
  return assets
    .filter(({ reference }) => reference !== "")
    .map(({ reference, assetId }) => {
      const referenceId = reference.slice(reference.indexOf("/") + 1);
      return { referenceId, assetId };
    });
}

type Declared = {
  readonly assets: readonly { readonly reference: string; readonly assetId: string }[];
  readonly changedChannels: readonly Channel[];
};

async function settleDeclared(
  parts: IngestParts,
  bindings: Bindings,
  bound: BoundDevice,
  { assets, changedChannels }: Declared,
): Promise<void> {
  const assetId = (bound.device.assetId ??
    assets[0]?.assetId ??
    null) as typeof bound.device.assetId;
  const device = { ...bound.device, assetId };
  await parts.store.devices.put(device);
  bindings.put(device, changedChannels);
  const detail = { address: device.address, assets: assets.map((row) => row.assetId) };
  const subject = `device:${device.id}`;
  await parts.record({ actor: THE_HOUSE, kind: "device.declared", subject, detail });
  parts.onChanged(subject);
}

/** Of a device that nobody knows yet there is nothing to compare it with. */
async function overhear(
  parts: IngestParts,
  bindings: Bindings,
  { driver, agent, finding }: Told<Of<"order">>,
): Promise<void> {
  const bound = bindings.find(driver.id, finding.device);
  if (!bound) return;
  const { command, parameters } = finding;
  const at = parts.now() as Timestamp;
  await parts.onOrdered?.({ deviceId: bound.device.id, command, parameters, agentId: agent, at });
  parts.onChanged(`device:${bound.device.id}`);
}

type Introduction = {
  readonly driver: Driver;
  readonly agent: AgentId;
  readonly address: DeviceAddress;
  readonly types: ReadonlyMap<ChannelName, DataType>;
};

/** Makes sure that the device and these channels are known. */
export async function introduce(
  parts: IngestParts,
  bindings: Bindings,
  { driver, agent, address, types }: Introduction,
): Promise<BoundDevice | undefined> {
  const known = bindings.find(driver.id, address);
  const missing = [...types].filter(([name]) => !known?.channels.has(name));
  if (known && missing.length === 0) return known;
  const newcomer = { driver, agent, address, channels: new Map(missing) };
  await welcome(parts, bindings, [newcomer]);
  return bindings.find(driver.id, address);
}
