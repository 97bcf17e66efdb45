import type { Findings } from "../../domain/findings.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Quality } from "../../domain/reading.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Known } from "../driver.ts";
import { type Envelope, FIELDS, fieldsOf, readEnvelope } from "./envelope.ts";
import { decodeExtension } from "./extension.ts";
import { ORDERS, SETTINGS_TYPE } from "./orders.ts";
import { isLikely, type Reader, readNumber, refuse, warn, warnOfUnknown } from "./rule.ts";
import { scanReading } from "./scan-reading.ts";
import { SENSOR_OF_TYPE, type Sensor } from "./sensors.ts";
import { type Leaf, NODE_MAX, networkOf, type Place, placeOf } from "./topics.ts";

const NOT_SCANNED = { sensor: undefined, number: Number.NaN };

/**
 * What a node, or whoever else writes under `/sauter/viasens/`, tells the house: readings, and
 * nothing else. Orders of others are read so that their mistakes are seen, and bring nothing.
 */
export function decode(
  message: ReceivedMessage,
  findings: Findings,
  known: Known,
): Outcome<void, Problem> {
  const place = placeOf(message.topic);
  if (place === undefined) return failure(problem("topic_unknown", topicDetail(message.topic)));
  if (place.leaf === "extension") {
    const topics = known.network(networkOf(place.device));
    return decodeExtension({ message, place }, topics, findings);
  }
  if (message.payload.length === 0 && isClearing(message, place.leaf)) {
    if (place.leaf === "configure") noteOrder(place, SETTINGS_TYPE, null, findings);
    return success(undefined);
  }
  warnOfPlace(message, place, findings);
  const scanned = place.leaf === "data" ? scanReading(message.payload) : NOT_SCANNED;
  if (scanned.sensor) {
    const reader = { pointer: FIELDS, findings };
    return decodeNumber({ message, place, sensor: scanned.sensor }, scanned.number, reader);
  }

  const envelope = readEnvelope(message.payload, findings);
  if (!envelope.ok) return envelope;
  if (place.leaf !== "data") findings.addressee = place.device;
  const sensor = SENSOR_OF_TYPE.get(envelope.value.type);
  return sensor
    ? decodeReading({ message, place, sensor }, envelope.value, findings)
    : decodeOrder(place, envelope.value, findings);
}

type Said = {
  readonly message: ReceivedMessage;
  readonly place: Place;
  readonly sensor: Sensor;
};

/** Section "Sensor Values". Nodes send no time, so a reading is as old as its arrival. */
function decodeReading(
  { message, place, sensor }: Said,
  envelope: Envelope,
  findings: Findings,
): Outcome<void, Problem> {
  if (place.leaf !== "data") return misdirected(envelope.type, place.leaf, findings);
  const read = fieldsOf(envelope, findings);
  if (!read.ok) return read;
  const { fields, reader } = read.value;
  const said = { message, place, sensor };
  return decodeNumber(said, fieldOf(sensor, fields, reader), reader);
}

function decodeNumber(
  { message, place, sensor }: Said,
  found: Json | undefined,
  reader: Reader,
): Outcome<void, Problem> {
  const number = readNumber(sensor.rule, found, reader);
  if (!number.ok) return number;
  const { findings } = reader;
  findings.arrived(place.device, message.receivedAt);
  findings.reading(sensor.channel, number.value, qualityOf(sensor, number.value, message.retain));
  return success(undefined);
}

/** A firmware may take the type's name for the key: `{"humid": 49}`. */
function fieldOf({ type, rule }: Sensor, fields: JsonObject, reader: Reader): Json | undefined {
  const found = fields[rule.key];
  const alias = found === undefined && Object.hasOwn(fields, type);
  if (alias) warn("W_FIELD_ALIAS", reader, `${type}: expected the key ${rule.key}`);
  warnOfUnknown(fields, (key) => key === rule.key || (alias && key === type), reader);
  return alias ? fields[type] : found;
}

/** A kept value is of an unknown age, and that is no good value. */
function qualityOf(sensor: Sensor, number: number, isKept: boolean): Quality {
  if (!isLikely(sensor.rule, number)) return sensor.doubt;
  return isKept ? "uncertain" : "good";
}

function decodeOrder(place: Place, envelope: Envelope, findings: Findings): Outcome<void, Problem> {
  const { type } = envelope;
  const { leaf } = place;
  const order = ORDERS.get(type);
  if (!order) {
    findings.warning("W_TYPE_UNKNOWN", `/type: ${JSON.stringify(type.slice(0, 64))}: not read`);
    return success(undefined);
  }
  // The specification lists the ring's orders among what nodes send: an echo is no mistake.
  const isEcho = leaf === "data" && order.leaf === "control";
  if (leaf !== order.leaf && !isEcho) return misdirected(type, leaf, findings);
  const read = fieldsOf(envelope, findings);
  if (!read.ok) return read;
  const parameters = order.read(read.value.fields, read.value.reader);
  if (!parameters.ok) return parameters;
  if (leaf === "configure") noteOrder(place, type, parameters.value, findings);
  return success(undefined);
}

/** Settings stay: whoever wrote them, the house should know what its node was told. */
function noteOrder(
  { device }: Place,
  command: string,
  parameters: JsonObject | null,
  findings: Findings,
): void {
  findings.finding({ kind: "order", device, command, parameters });
}

function misdirected(type: string, leaf: Leaf, findings: Findings): Outcome<never, Problem> {
  return refuse("E_TYPE_DIRECTION", { pointer: "", findings }, `type: ${type} on a ${leaf} topic`);
}

function warnOfPlace({ retain }: ReceivedMessage, place: Place, findings: Findings): void {
  const { leaf, node } = place;
  if (node > NODE_MAX) {
    findings.warning("W_NODE_ADDRESS", `${node}: not a unicast address, expected 1..${NODE_MAX}`);
  }
  if (retain && leaf === "data") {
    findings.warning("W_RETAINED_DATA", "the broker keeps a value: nobody can tell its age");
  }
  if (retain && leaf === "control") {
    findings.warning("W_RETAINED_CONTROL", "the broker keeps an order: it is obeyed ever again");
  }
}

/** MQTT's way to delete what the broker keeps. Among values without the flag, a node is broken. */
function isClearing({ retain }: ReceivedMessage, leaf: Leaf): boolean {
  return retain || leaf !== "data";
}

function topicDetail(topic: string): string {
  const expected = "/sauter/viasens/<network-id>/<node-address>, node-address 1..65535";
  const hint = topic.startsWith("/") ? "" : " with a leading slash";
  return `E_TOPIC ${topic.slice(0, 128)}, expected ${expected}${hint}`;
}
