import type { ChannelName, DeviceAddress } from "../../domain/brand.ts";
import type { DataType } from "../../domain/catalogue.ts";
import type { DeclaredChannel, Findings } from "../../domain/findings.ts";
import { type FieldForm, type FrameField, type Layout, readFrame } from "../../domain/frame.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { qualityUntold, type Value } from "../../domain/reading.ts";
import { isValidTopic } from "../../domain/topic.ts";
import { decodeUtf8, type ExactJson, type ExactJsonObject, isJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { readExactJson } from "../../lib/read-json.ts";
import type { Known } from "../driver.ts";
import { isValue } from "../value.ts";
import { isSenml, readSenml } from "./senml.ts";
import { readText } from "./text.ts";
import { isTimeName, timeIn } from "./time.ts";
import { type Place, placeBy, placeOf } from "./topics.ts";

const LIMITS = { bytes: LIMIT.payloadBytes, depth: LIMIT.jsonDepth };
/** A list of numbers could make a channel of each of its places. */
const VALUES_MAX = 1_000;

/** JSON, a text or a number; and bytes where a layout says what they mean. */
export function decode(
  message: ReceivedMessage,
  findings: Findings,
  known: Known,
): Outcome<void, Problem> {
  const { topic, payload, retain } = message;
  if (!isValidTopic(topic)) return failure(problem("topic_unknown", topic));
  if (payload.length === 0) {
    // MQTT's way to delete what the broker keeps; the device and its history stay.
    return retain ? success(undefined) : failure(problem("payload_empty", "E_EMPTY no bytes"));
  }
  if (payload.length > LIMIT.payloadBytes) {
    return failure(problem("payload_too_large", `E_SIZE ${payload.length} bytes`));
  }
  const layout = known.layout(topic);
  const context = { findings, message, known };
  if (layout && layout.fields.length > 0) return readBytes(context, layout);
  // C programs send the NUL that ends their texts.
  const text = decodeUtf8(payload)?.replace(/\0+$/, "");
  if (text === undefined || text.includes("\0")) return failure(unreadable(payload.length));
  const teller = new Teller(context, layout);
  const json = readExactJson(payload, LIMITS, findings);
  if (json.ok) tellJson(teller, json.value);
  else tellText(teller, text);
  return success(undefined);
}

function unreadable(bytes: number): Problem {
  const detail = `E_BINARY ${bytes} bytes that are no text: a layout can say what they mean`;
  return problem("payload_malformed", detail);
}

function readBytes(context: Context, layout: Layout): Outcome<void, Problem> {
  const { findings, message } = context;
  const read = readFrame(layout.fields, message.payload);
  if (!read.ok) {
    const detail = `E_FRAME layout '${layout.name}': ${read.problem}`;
    return failure(problem("payload_malformed", detail));
  }
  const { device } = placeBy(layout, message.topic);
  declareNews(context, device, layout.fields.map(declarationOf));
  findings.arrived(device, message.receivedAt);
  for (const { name, value } of read.value) {
    findings.reading(name as ChannelName, value, qualityUntold(value));
  }
  return success(undefined);
}

function declarationOf({ name, form, scale = 1, shift = 0, unit }: FrameField): DeclaredChannel {
  const dataType = typeOf(form, scale === 1 && shift === 0);
  return { channel: name as ChannelName, dataType, form, ...(unit && { unit }) };
}

function typeOf(form: FieldForm, isExact: boolean): DataType {
  if (form === "bit") return "boolean";
  if (form === "text" || form === "hex") return "string";
  return isExact && !form.startsWith("float") ? "integer" : "number";
}

/** Once, and again when they are laid out otherwise: not with every message. */
function declareNews(
  { findings, known }: Context,
  device: DeviceAddress,
  channels: readonly DeclaredChannel[],
): void {
  const news = channels.filter((channel) => {
    const before = known.channel(device, channel.channel);
    return before?.form !== channel.form || before?.unit !== channel.unit;
  });
  if (news.length === 0) return;
  findings.finding({ kind: "channels", isWhole: false, device, channels: news });
}

type Context = {
  readonly findings: Findings;
  readonly message: ReceivedMessage;
  readonly known: Known;
};

/** Says readings of one message, until there are too many. */
class Teller {
  readonly context: Context;
  readonly #layout: Layout | undefined;
  #told = 0;

  constructor(context: Context, layout: Layout | undefined) {
    this.context = context;
    this.#layout = layout;
  }

  place(isOneValue: boolean): Place {
    const { topic } = this.context.message;
    return this.#layout ? placeBy(this.#layout, topic) : placeOf(topic, isOneValue);
  }

  /** Of this time, or of now. */
  begin(at: number | undefined, isOneValue = false): Place {
    const place = this.place(isOneValue);
    const { findings, message } = this.context;
    if (at === undefined) findings.arrived(place.device, message.receivedAt);
    else findings.about(place.device, at);
    return place;
  }

  /** It has said that there are too many: the rest need not be looked at. */
  get isFull(): boolean {
    return this.#told > VALUES_MAX;
  }

  tell(channel: string, value: Value | null): void {
    this.#told += 1;
    const { findings } = this.context;
    if (this.#told <= VALUES_MAX) {
      findings.reading(channel as ChannelName, value, qualityUntold(value));
    } else if (this.#told === VALUES_MAX + 1) {
      findings.warning("W_VALUES", `more than ${VALUES_MAX} values, the rest is left out`);
    }
  }
}

function tellText(teller: Teller, text: string): void {
  const { value, unit } = readText(text);
  const { device, channel } = teller.begin(undefined, true);
  if (unit) {
    declareNews(teller.context, device, [{ channel, dataType: "number", form: "text", unit }]);
  }
  teller.tell(channel, value);
}

function tellJson(teller: Teller, json: ExactJson): void {
  if (Array.isArray(json)) tellList(teller, json);
  else if (isJsonObject(json)) tellObject(teller, json);
  else if (typeof json === "string") tellText(teller, json);
  else teller.tell(teller.begin(undefined, true).channel, isValue(json) ? json : BEYOND);
}

/** Records of RFC 8428; named values; objects that each have their time; or places of a list. */
function tellList(teller: Teller, items: readonly ExactJson[]): void {
  if (isSenml(items)) {
    for (const { name, value, at } of readSenml(items, teller.context.message.receivedAt)) {
      teller.begin(at);
      teller.tell(name, value);
    }
  } else if (areNamed(items)) {
    for (const item of items) {
      teller.begin(timeOf(item));
      tellNamed(teller, "", item);
    }
  } else if (items.length > 0 && items.every((item) => timeOf(item) !== undefined)) {
    for (const item of items) tellObject(teller, item);
  } else {
    teller.begin(undefined);
    tellMembers(teller, "", items);
  }
}

function tellObject(teller: Teller, json: ExactJson): void {
  const at = timeOf(json);
  teller.begin(at);
  if (!isJsonObject(json)) return;
  for (const [key, value] of Object.entries(json)) {
    if (teller.isFull) return;
    if (at === undefined || !isTimeName(key)) tellMembers(teller, key, value);
  }
}

function timeOf(json: ExactJson): number | undefined {
  if (!isJsonObject(json)) return undefined;
  const name = Object.keys(json).find(isTimeName);
  return name === undefined ? undefined : timeIn(json[name]);
}

/** Of a number that is too large for a double (1e999): there was a value, and it cannot be told. */
const BEYOND = null;

/** Objects and lists within become folders. */
function tellMembers(teller: Teller, path: string, json: ExactJson): void {
  if (isValue(json)) {
    teller.tell(path || "value", json);
    return;
  }
  if (typeof json !== "object" || json === null) {
    teller.tell(path || "value", BEYOND);
    return;
  }
  if (Array.isArray(json) && areNamed(json)) {
    for (const item of json) tellNamed(teller, path, item);
    return;
  }
  for (const [key, value] of membersOf(json)) {
    if (teller.isFull) return;
    tellMembers(teller, join(path, `${key}`), value);
  }
}

/** One by one where there may be 60,000 of them, of which the first are enough. */
function membersOf(json: ExactJsonObject | readonly ExactJson[]) {
  return Array.isArray(json) ? json.entries() : Object.entries(json);
}

type NamedValue = ExactJsonObject & { readonly name: string; readonly value: Value };

/** `[{"name": …, "value": …}, …]`, as many gateways say what they have. */
function areNamed(items: readonly ExactJson[]): items is readonly NamedValue[] {
  return items.length > 0 && items.every(isNamed);
}

function isNamed(json: ExactJson): json is NamedValue {
  if (!isJsonObject(json)) return false;
  const { name, value } = json;
  return typeof name === "string" && name !== "" && value !== undefined && isValue(value);
}

function tellNamed(teller: Teller, path: string, { name, value, unit }: NamedValue): void {
  const channel = join(path, name);
  if (typeof unit === "string" && unit !== "" && typeof value === "number") {
    const declared = { channel: channel as ChannelName, form: "named", unit };
    declareNews(teller.context, teller.place(false).device, [{ ...declared, dataType: "number" }]);
  }
  teller.tell(channel, value);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
