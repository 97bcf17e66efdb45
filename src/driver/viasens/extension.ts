import type { DeviceAddress } from "../../domain/brand.ts";
import type { Findings } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import type { NetworkTopics } from "../../domain/network.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject, parseJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { readPayload } from "../payload.ts";
import { refuse, show } from "./rule.ts";
import { dataTopic, networkOf, type Place, placeOf } from "./topics.ts";

type Heard = { readonly message: ReceivedMessage; readonly place: Place };

/**
 * Topics whose paths no public text names. Where people have told them for this network, they carry
 * what they should or are refused; else they are known by their form. What is neither is kept out.
 */
export function decodeExtension(
  { message, place }: Heard,
  topics: NetworkTopics | undefined,
  findings: Findings,
): Outcome<void, Problem> {
  const { topic } = message;
  if (topics?.presence === topic) return readPresence(message, place, findings);
  const answers = topics?.answers ?? null;
  const node = answers === null ? undefined : nodeIn(answers, topic);
  if (node !== undefined) {
    return readAnswer(message, `${networkOf(place.device)}/${node}` as DeviceAddress, findings);
  }
  const isOfNode = !Number.isNaN(place.node);
  if (isOfNode && answers === null && noteAnswer(message, place, findings)) {
    return success(undefined);
  }
  if (isOfNode && noteFirmware(message, place, findings)) return success(undefined);
  const isOpen = !isOfNode && (topics?.presence ?? null) === null;
  if (isOpen && notePresence(message, place, findings)) return success(undefined);
  findings.warning("W_TOPIC_EXTENSION", `${topic.slice(0, 128)}: kept out of the devices`);
  return success(undefined);
}

/** Stands for the node's address, as a level of its own. */
const NODE_LEVEL = "{node}";

/** Topics that people tell must lie in their network, and be none that it has already. */
export function checkTopics(topics: NetworkTopics): Outcome<void, Problem> {
  const { network, answers, presence } = topics;
  const root = `${dataTopic(network as DeviceAddress)}/`;
  for (const topic of [answers, presence]) {
    if (topic !== null && !isFree(topic.replace(NODE_LEVEL, "5"), root)) {
      return failure(
        problem("request_invalid", `'${topic}' must begin with ${root} and be no topic of a node`),
      );
    }
  }
  const levels = answers?.split("/").filter((level) => level.includes("{")) ?? [NODE_LEVEL];
  if (levels.length !== 1 || levels[0] !== NODE_LEVEL) {
    return failure(problem("request_invalid", `'${answers}' needs ${NODE_LEVEL} as one level`));
  }
  if (presence?.includes("{")) {
    return failure(problem("request_invalid", `'${presence}' is of the network, not of a node`));
  }
  return success(undefined);
}

function isFree(topic: string, root: string): boolean {
  return topic.startsWith(root) && !/[+#\0]/.test(topic) && placeOf(topic)?.leaf === "extension";
}

function nodeIn(template: string, topic: string): string | undefined {
  const [before = "", after = ""] = template.split(NODE_LEVEL);
  if (!topic.startsWith(before) || !topic.endsWith(after)) return undefined;
  const node = topic.slice(before.length, topic.length - after.length);
  return /^[1-9]\d{0,4}$/.test(node) ? node : undefined;
}

/** Version 2.1: a gateway says `{"state": "ack"}` or `"fail"` of an order that a node got. */
function readAnswer(
  { payload, retain }: ReceivedMessage,
  device: DeviceAddress,
  findings: Findings,
): Outcome<void, Problem> {
  const read = readPayload(payload, findings, LIMIT.viasensPayloadBytes);
  if (!read.ok) return read;
  const { state, pointer } = stateIn(read.value);
  const reader = { pointer, findings };
  if (state === undefined) return refuse("E_FIELD_MISSING", reader, "state: required");
  if (state !== "ack" && state !== "fail") {
    return refuse("E_ENUM", reader, `state: ${show(state)} is not one of "ack", "fail"`);
  }
  confirm({ device, state, isKept: retain }, findings);
  return success(undefined);
}

function noteAnswer(
  { payload, retain }: ReceivedMessage,
  { device }: Place,
  findings: Findings,
): boolean {
  const { state } = stateIn(parseJsonObject(payload) ?? {});
  if (state !== "ack" && state !== "fail") return false;
  confirm({ device, state, isKept: retain }, findings);
  return true;
}

/** The page "MQTT Interface" shows the attribute, not what stands around it. */
function stateIn(answer: JsonObject): { state: Json | undefined; pointer: string } {
  const { object, pointer } = bodyOf(answer);
  return { state: object["state"], pointer };
}

function bodyOf(message: JsonObject): { object: JsonObject; pointer: string } {
  const inner = message["payload"];
  return isJsonObject(inner)
    ? { object: inner, pointer: "/payload" }
    : { object: message, pointer: "" };
}

const API = /^\d{1,4}$/;

/**
 * Version 2.1: the status of a node, which the broker keeps, has an attribute `api`. What else
 * stands there no public text says.
 */
function noteFirmware({ payload }: ReceivedMessage, place: Place, findings: Findings): boolean {
  const { api } = bodyOf(parseJsonObject(payload) ?? {}).object as { api?: Json };
  const text = typeof api === "number" ? String(api) : api;
  if (typeof text !== "string" || !API.test(text)) return false;
  findings.finding({ kind: "firmware", device: place.device, api: text });
  return true;
}

/** "2" is firmware 2.1, the first that acknowledges. */
export function answersOrders(api: string): boolean {
  return Number(api) >= 2;
}

type Answered = {
  readonly device: DeviceAddress;
  readonly state: "ack" | "fail";
  /** The broker repeats it whenever somebody subscribes: nobody knows to what it was the answer. */
  readonly isKept: boolean;
};

function confirm({ device, state, isKept }: Answered, findings: Findings): void {
  if (isKept) {
    findings.addressee = device;
    findings.warning("W_RETAINED_ANSWER", "the broker keeps an answer: it is credited to nothing");
    return;
  }
  const done = state === "ack";
  findings.finding({ kind: "confirmation", device, done, answer: { state } });
}

/** The vendor's page "MQTT Interface": a gateway says `1` when it connects, its will says `0`. */
function readPresence(
  message: ReceivedMessage,
  { device }: Place,
  findings: Findings,
): Outcome<void, Problem> {
  const digit = digitOf(message);
  if (digit === undefined) {
    return refuse("E_ENUM", { pointer: "", findings }, "presence: expected one of 1, 0");
  }
  notePresent(device, digit, findings);
  return success(undefined);
}

/** One level below the network that is no node, with nothing but that digit. */
function notePresence(message: ReceivedMessage, { device }: Place, findings: Findings): boolean {
  const digit = digitOf(message);
  if (digit === undefined || dataTopic(device) !== message.topic) return false;
  notePresent(device, digit, findings);
  return true;
}

function digitOf({ payload }: ReceivedMessage): "0" | "1" | undefined {
  if (payload.length !== 1) return undefined;
  if (payload[0] === 0x30) return "0";
  return payload[0] === 0x31 ? "1" : undefined;
}

function notePresent(device: DeviceAddress, digit: "0" | "1", findings: Findings): void {
  const network = networkOf(device) as DeviceAddress;
  findings.finding({ kind: "presence", device: network, isHere: digit === "1" });
}
