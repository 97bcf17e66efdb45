import type { ChannelName, DeviceAddress } from "../../domain/brand.ts";
import type { DeclaredChannel, Findings } from "../../domain/findings.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { qualityUntold } from "../../domain/reading.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { type ExactJson, isJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { readExactPayload } from "../payload.ts";
import { isValue, shorten } from "../value.ts";
import { dataTypeOf } from "./data-type.ts";
import { isTypeName } from "./literal.ts";
import { parseTopic, type Verb } from "./topics.ts";

/** The last time that a date can hold. */
const TIME_MAX = 8.64e15;

/** `{ metrics: [{ name, dataType, timestamp, value }] }`; a DBIRTH has no times and values. */
export function decode(message: ReceivedMessage, findings: Findings): Outcome<void, Problem> {
  const topic = parseTopic(message.topic);
  if (!topic) return failure(problem("topic_unknown", message.topic));
  if (isClearing(message, topic.verb)) return success(undefined);
  const body = readExactPayload(message.payload, findings);
  if (!body.ok) return body;
  const { metrics } = body.value;
  if (!Array.isArray(metrics)) {
    return failure(problem("payload_malformed", "E_METRICS /metrics: expected an array"));
  }
  if (topic.verb === "DBIRTH") readBirth(topic.device, metrics, findings);
  else readData(topic.device, metrics, { findings, arrivedAt: message.receivedAt });
  return success(undefined);
}

/** MQTT's way to delete a birth that the broker keeps; the device and its history stay. */
function isClearing({ payload, retain }: ReceivedMessage, verb: Verb): boolean {
  return verb === "DBIRTH" && retain && payload.length === 0;
}

/** The list is the device's own and complete; an empty one says only that the device is there. */
function readBirth(device: DeviceAddress, metrics: readonly ExactJson[], findings: Findings): void {
  const channels = new Map<ChannelName, DeclaredChannel>();
  for (const [index, json] of metrics.entries()) {
    const metric = { json, index, findings };
    const channel = nameOf(metric);
    if (channel === undefined) continue;
    const typeName = read(metric, "dataType");
    const dataType = typeof typeName === "string" ? dataTypeOf(typeName) : undefined;
    if (!dataType) warn(metric, "W_DATA_TYPE", `found ${shorten(typeName)}, no type that we know`);
    else if (channels.has(channel)) warn(metric, "W_TWICE", `'${channel}' twice: the last counts`);
    if (dataType) channels.set(channel, { channel, dataType, ...formOf(typeName) });
  }
  findings.finding({ kind: "channels", isWhole: true, device, channels: [...channels.values()] });
}

/** A type of the guide is written back by its own name; another client's nobody knows to write. */
function formOf(typeName: ExactJson | undefined): Pick<DeclaredChannel, "form"> {
  return isTypeName(typeName) ? { form: typeName } : {};
}

type Arrival = { readonly findings: Findings; readonly arrivedAt: number };

/** A subset of what the birth named, or more than that: nothing is lost because it is new. */
function readData(
  device: DeviceAddress,
  metrics: readonly ExactJson[],
  { findings, arrivedAt }: Arrival,
): void {
  for (let index = 0; index < metrics.length; index += 1) {
    const metric = { json: metrics[index], index, findings };
    const channel = nameOf(metric);
    if (channel === undefined) continue;
    const value = read(metric, "value");
    if (isValue(value)) {
      const time = timeOf(metric);
      if (time === undefined) findings.arrived(device, arrivedAt);
      else findings.about(device, time);
      findings.reading(channel, value, qualityUntold(value));
    } else {
      warn(metric, "W_VALUE", `found ${shorten(value)}, expected a value`);
    }
  }
}

type Metric = {
  readonly json: ExactJson | undefined;
  readonly index: number;
  readonly findings: Findings;
};

/** UTF-8 kept exactly; `/` makes folders. */
function nameOf(metric: Metric): ChannelName | undefined {
  const name = read(metric, "name");
  if (typeof name === "string" && name !== "") return name as ChannelName;
  warn(metric, "W_NAME", `found ${shorten(metric.json)}, expected a metric with a name`);
  return undefined;
}

/** Epoch milliseconds; one public client sends none, so its values are of when they arrive. */
function timeOf(metric: Metric): number | undefined {
  const given = read(metric, "timestamp");
  const time = typeof given === "string" ? (parseIsoTime(given) ?? Number(given || NaN)) : given;
  if (typeof time === "number" && time >= 0 && time <= TIME_MAX) return Math.floor(time);
  warn(metric, "W_TIMESTAMP", `found ${shorten(given)}, so the time of arrival is taken`);
  return undefined;
}

/** Early versions of the example's gateway wrote `Name`. */
function read(metric: Metric, key: string): ExactJson | undefined {
  const { json } = metric;
  if (!isJsonObject(json)) return undefined;
  const value = json[key];
  if (value !== undefined) return value;
  const capitalised = key.charAt(0).toUpperCase() + key.slice(1);
  const other = json[capitalised];
  if (other !== undefined) warn(metric, "W_CAPITAL", `'${capitalised}', expected '${key}'`);
  return other;
}

/** One of a kind: a message may hold a thousand metrics with the same oddity. */
function warn({ index, findings }: Metric, code: string, detail: string): void {
  if (findings.warnings.some((warning) => warning.code === code)) return;
  findings.warning(code, `/metrics/${index}: ${detail}`);
}
