import { createHash } from "node:crypto";
import { keyOfAsset } from "../../domain/asset-key.ts";
import type { AssetId, DeviceAddress } from "../../domain/brand.ts";
import { type Finding, Findings } from "../../domain/findings.ts";
import type { Message, ReceivedMessage } from "../../domain/message.ts";
import type { Place, Problem } from "../../domain/problem.ts";
import { encodeJson, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Outcome } from "../../lib/outcome.ts";
import type { Stamp } from "../driver.ts";
import { readPayload } from "../payload.ts";
import { type Inbound, inboundTopic, parseOutbound, V4_MODEL } from "./topics.ts";

/** An agent takes at most 128 KiB a message; the first errors show what is wrong. */
const ERRORS_MAX = 50;

/**
 * Says what became of a model, of its instantiation, and of a wish. `data.status` stands in every
 * answer about models: the agents that wait for one look at nothing else.
 */
export function answer(
  finding: Finding,
  result: Outcome<JsonObject, Problem>,
  { id }: Stamp,
): readonly Message[] {
  const about = answeredOn(finding);
  if (!about || !("requestId" in finding)) return [];
  const { device, requestId } = finding;
  const say = (data: JsonObject) => reply({ device, about, requestId, data }, id);
  if (!result.ok) return [say({ ...nameOf(finding), ...failed(result.problem) })];
  switch (finding.kind) {
    case "model":
      return [say({ ...idsOf(finding), ...done("Model created.", finding) })];
    case "instantiate": {
      const ids = { ...idsOf(finding), id: id() };
      return [
        say({ ...ids, status: "InProgress", message: "20% completed." }),
        say({ ...ids, ...madeOf(result.value), ...done("100% completed.", finding) }),
      ];
    }
    case "model-wanted":
      return [say({ ...result.value, status: "Success" })];
    default:
      return [say(result.value)];
  }
}

/** Its clients take asset ids of 32 hexadecimal digits only. */
function madeOf(told: JsonObject): JsonObject {
  const { assets, ...rest } = told;
  if (!Array.isArray(assets)) return rest;
  const rows = assets.filter((row: Json) => isJsonObject(row));
  return {
    ...rest,
    assets: rows.map((row) => ({ ...row, assetId: keyOfAsset(row["assetId"] as AssetId) })),
  };
}

function answeredOn(finding: Finding): Inbound | undefined {
  switch (finding.kind) {
    case "model":
      return "amo_v3/ms";
    case "instantiate":
      return finding.model ? "amo_v4/mip" : "amo_v3/ip";
    case "model-wanted":
      return "amo_v4/m";
    case "token-wanted":
      return "agm_v3/tr";
    default:
      return undefined;
  }
}

type Named = { readonly device: DeviceAddress; readonly externalId: string };

function nameOf(finding: Finding): JsonObject {
  const isNamed = "externalId" in finding && finding.externalId !== V4_MODEL;
  return isNamed ? { externalId: finding.externalId } : {};
}

function idsOf(finding: Finding & Named): JsonObject {
  const modelId = modelIdOf(finding.device, finding.externalId);
  return { id: modelId, modelId, ...nameOf(finding) };
}

function done(message: string, { note }: { readonly note?: string }): JsonObject {
  const tolerated = note === undefined ? "" : ` Tolerated: ${note}`;
  return { status: "Success", message: message + tolerated };
}

/** Says that a request was not even understood. */
export function refuse(
  message: ReceivedMessage,
  problem: Problem,
  { id }: Stamp,
): readonly Message[] {
  const topic = parseOutbound(message.topic);
  const about = topic && ANSWERED_ON.get(topic.about);
  if (!about) return [];
  const body = readPayload(message.payload, new Findings());
  const given = body.ok ? body.value["id"] : undefined;
  const requestId = typeof given === "string" || typeof given === "number" ? given : "";
  return [reply({ device: topic.device, about, requestId, data: failed(problem) }, id)];
}

const ANSWERED_ON: ReadonlyMap<string, Inbound> = new Map([
  ["amo_v3/m", "amo_v3/ms"],
  ["amo_v3/i", "amo_v3/ip"],
  ["amo_v4/mi", "amo_v4/mip"],
  ["amo_v4/m", "amo_v4/m"],
  ["agm_v3/t", "agm_v3/tr"],
]);

type Reply = {
  readonly device: DeviceAddress;
  readonly about: Inbound;
  readonly requestId: string | number;
  readonly data: JsonObject;
};

function reply({ device, about, requestId, data }: Reply, id: () => string): Message {
  const payload = encodeJson({ id: id(), correlationId: id(), requestId, data });
  // A token is nothing to be kept.
  const kept = about === "agm_v3/tr" ? {} : { isKept: true as const };
  return { topic: inboundTopic(device, about), payload, qos: 1, ...kept };
}

/** The word and the list are public; what stands in the list is our own contract. */
function failed({ code, detail, places = [{ path: "", detail }] }: Problem): JsonObject {
  const errors = places.slice(0, ERRORS_MAX).map((place) => ({
    code: `mdsp.core.assetmodeler.${code.replace(/_(.)/g, (_, letter) => letter.toUpperCase())}`,
    path: pathInModel(place),
    message: place.detail,
  }));
  return { status: "Failed", message: detail, errors };
}

/** The house speaks of a declaration; the agent has to find the place in its own model. */
function pathInModel({ path }: Place): string {
  const [, section = "", index = "", field, ...rest] = path.split("/");
  const home = SECTIONS.get(section);
  if (!home) return path;
  const fields = field === undefined ? [] : [FIELDS.get(field) ?? field, ...rest];
  return [home, index, ...fields].join("/");
}

const SECTIONS: ReadonlyMap<string, string> = new Map([
  ["aspectTypes", "/typeModel/aspectTypes"],
  ["assetTypes", "/typeModel/assetTypes"],
  ["assets", "/instanceModel/assets"],
  ["bindings", "/mappingModel/mappings"],
]);

const FIELDS: ReadonlyMap<string, string> = new Map([
  ["parentId", "parentTypeId"],
  ["parent", "parentReferenceId"],
  ["channel", "dataPointId"],
  ["asset", "assetReferenceId"],
  ["aspect", "aspectName"],
  ["variable", "variableName"],
]);

/** The same model has the same id in every answer, in the form of the cloud's own ids. */
function modelIdOf(device: DeviceAddress, externalId: string): string {
  return createHash("sha256").update(`${device}/${externalId}`).digest("hex").slice(0, 32);
}
