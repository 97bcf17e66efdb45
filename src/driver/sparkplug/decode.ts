import type { ChannelName, Timestamp } from "../../domain/brand.ts";
import type { DeclaredChannel, Findings } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { type Quality, qualityUntold } from "../../domain/reading.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Known } from "../driver.ts";
import { dataTypeOf, type TypeName, typeNameOf } from "./data-type.ts";
import { type Metric, type Payload, type Raw, readPayload } from "./payload.ts";
import { type Place, placeOf } from "./topics.ts";
import { valueIn } from "./value.ts";
import { WireError } from "./wire.ts";

/** Counts the sessions of a node; of no use as a value (specification 6.4.19). */
export const SESSION_METRIC = "bdSeq";
export const REBIRTH_METRIC = "Node Control/Rebirth";
/** The name that hosts agree on for engineering units. */
const UNIT_PROPERTIES = ["engUnit", "unit", "Units"];
const QUALITY_PROPERTY = "Quality";
/** As many as 32 bits hold: 0.1 is to be read as it was written. */
const FLOAT_DIGITS = 7;
/** Templates hold templates, so that few bytes could stand for very many values. */
const VALUES_MAX = 10_000;

/** Values that are read one after the other for one birth differ by less. */
const UNCHANGED_MS = 1_000;

type Context = {
  readonly findings: Findings;
  readonly place: Place;
  readonly payload: Payload;
  readonly arrivedAt: number;
  readonly known: Known;
};

/** What an edge node says of itself and of its devices (specification 6.4). */
export function decode(
  message: ReceivedMessage,
  findings: Findings,
  known: Known,
): Outcome<void, Problem> {
  const place = placeOf(message.topic);
  if (!place) return failure(problem("topic_unknown", message.topic));
  if (message.payload.length > LIMIT.payloadBytes) {
    return failure(problem("payload_too_large", `E_SIZE ${message.payload.length} bytes`));
  }
  const payload = read(message.payload);
  if (!payload.ok) return payload;
  const arrivedAt = message.receivedAt;
  const context = { findings, place, payload: payload.value, arrivedAt, known };
  if (place.verb.endsWith("DEATH")) return readDeath(context);
  const outcome = place.verb.endsWith("BIRTH") ? readBirth(context) : readData(context);
  if (outcome.ok) noteSequence(context);
  return outcome;
}

function read(bytes: Uint8Array): Outcome<Payload, Problem> {
  try {
    return success(readPayload(bytes));
  } catch (reason) {
    if (!(reason instanceof WireError)) throw reason;
    return failure(problem("payload_malformed", `E_PROTOBUF ${reason.message}`));
  }
}

/** A node's will carries the number of its session, so that an old one ends no new session. */
function readDeath({ findings, place, payload }: Context): Outcome<void, Problem> {
  const { device, edge } = place;
  const below = device === edge;
  const at = timeOf(payload.timestamp);
  // A node's will is as old as its connection: when it left, only the broker knows.
  const leftAt = below || at === undefined ? {} : { leftAt: at as Timestamp };
  findings.finding({ kind: "gone", device, below, session: sessionOf(payload), ...leftAt });
  if (!below) noteSequence({ findings, place, payload });
  return success(undefined);
}

function noteSequence({
  findings,
  place,
  payload,
}: Pick<Context, "findings" | "place" | "payload">) {
  const { edge, verb } = place;
  if (payload.seq === undefined) {
    findings.warning("W_SEQ", "a message without its number: what is lost before it, nobody sees");
    return;
  }
  const session = verb === "NBIRTH" ? sessionOf(payload) : null;
  const starts = verb === "NBIRTH";
  const at = timeOf(payload.timestamp);
  const saidAt = at === undefined ? {} : { saidAt: at as Timestamp };
  const row = { device: edge, number: payload.seq, starts, session };
  findings.finding({ kind: "sequence", ...row, ...saidAt });
}

function sessionOf({ metrics }: Payload): number | null {
  const value = metrics.find(({ name }) => name === SESSION_METRIC)?.value;
  return value?.kind === "long" || value?.kind === "int" ? Number(value.whole) : null;
}

/** Every metric with its type, and the values of now. */
function readBirth(context: Context): Outcome<void, Problem> {
  const { findings, place } = context;
  const found = foundInBirth(context);
  const channels = new Map<ChannelName, DeclaredChannel>();
  for (const { name, type, metric } of found) {
    const channel = name as ChannelName;
    if (channels.has(channel)) warn(findings, "W_TWICE", `'${name}' twice: the last counts`);
    channels.set(channel, declarationOf(channel, type, metric));
  }
  findings.finding({
    kind: "channels",
    isWhole: true,
    device: place.device,
    channels: [...channels.values()],
  });
  for (const one of found) tell(context, one);
  for (const one of found) repeat(context, one);
  return success(undefined);
}

function foundInBirth({ findings, payload }: Context): Found[] {
  const found: Found[] = [];
  for (const [index, metric] of payload.metrics.entries()) {
    const { name, datatype } = metric;
    if (name === SESSION_METRIC || name === REBIRTH_METRIC) continue;
    const type = typeNameOf(datatype ?? 0);
    const place = `/metrics/${index}`;
    if (!name) warn(findings, "W_NAME", `${place}: a birth names its metrics`);
    else if (!type) warn(findings, "W_DATA_TYPE", `${place}: type ${datatype} is not known`);
    else gather(findings, { metric, name, type }, found);
  }
  return found;
}

function declarationOf(channel: ChannelName, type: TypeName, metric: Metric): DeclaredChannel {
  const unitKey = UNIT_PROPERTIES.find((key) => {
    const property = metric.properties.get(key);
    return property?.kind === "string" && property.text !== "";
  });
  const unit = unitKey === undefined ? undefined : metric.properties.get(unitKey);
  const properties = propertiesIn(metric, unitKey);
  return {
    ...{ channel, dataType: dataTypeOf(type), form: type },
    ...(metric.alias !== undefined && { alias: metric.alias }),
    ...(unit?.kind === "string" && { unit: unit.text }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

/** Besides the unit, and the quality of the value of now. */
function propertiesIn(
  { properties }: Metric,
  unitKey: string | undefined,
): Readonly<Record<string, string>> {
  const entries = [...properties].flatMap(([key, raw]): [string, string][] => {
    const text = key === unitKey || key === QUALITY_PROPERTY ? undefined : propertyText(raw);
    return text === undefined ? [] : [[key, text.slice(0, LIMIT.channelPropertyChars)]];
  });
  return Object.fromEntries(entries.slice(0, LIMIT.channelProperties));
}

function propertyText(raw: Raw): string | undefined {
  switch (raw.kind) {
    case "int":
    case "long":
      return String(raw.whole);
    case "float":
      return String(Number(raw.number.toPrecision(FLOAT_DIGITS)));
    case "double":
      return String(raw.number);
    case "boolean":
      return String(raw.truth);
    case "string":
      return raw.text;
    default:
      return undefined; // The specification's properties have no other values.
  }
}

/** Names, aliases and types as the last birth had them. Without it nothing can be told. */
function readData(context: Context): Outcome<void, Problem> {
  const readings: Found[] = [];
  for (const [index, metric] of context.payload.metrics.entries()) {
    if (metric.name === SESSION_METRIC || metric.name === REBIRTH_METRIC) continue;
    const known = declarationFor(context, metric);
    const name = metric.name || known?.channel;
    if (name === undefined) return failure(nameless(metric, index));
    gather(context.findings, { metric, name, type: typeFor(context, metric, known) }, readings);
  }
  for (const found of readings) tell(context, found);
  return success(undefined);
}

function declarationFor(
  { place, known }: Context,
  { name, alias }: Metric,
): DeclaredChannel | undefined {
  if (name) return known.channel(place.device, name as ChannelName);
  return alias === undefined ? undefined : known.channel(place.device, alias);
}

function nameless({ alias }: Metric, index: number): Problem {
  const what = alias === undefined ? "neither name nor alias" : `alias ${alias}`;
  return problem("channel_unknown", `E_ALIAS /metrics/${index}: ${what}; no birth has it`);
}

function typeFor(
  { findings }: Context,
  { name, datatype, value }: Metric,
  known: DeclaredChannel | undefined,
): TypeName {
  const type = typeNameOf(datatype ?? 0) ?? (known?.form as TypeName | undefined);
  if (type) return type;
  warn(findings, "W_NO_BIRTH", `'${name}': no birth named its type`);
  return guessOf(value);
}

/** What a value most likely is whose type nobody has said. */
function guessOf(raw: Raw | undefined): TypeName {
  switch (raw?.kind) {
    case "int":
      return "Int32";
    case "long":
      return "Int64";
    case "boolean":
      return "Boolean";
    case "dataSet":
      return "DataSet";
    case "bytes":
      return "Bytes";
    case "template":
      return "Template";
    case "string":
      return "String";
    default:
      return "Double";
  }
}

type Found = { readonly metric: Metric; readonly name: string; readonly type: TypeName };

/** A template stands for its members, `<metric>/<member>`; definitions have no values. */
function gather(findings: Findings, found: Found, into: Found[]): void {
  if (found.type !== "Template") {
    if (into.length < VALUES_MAX) into.push(found);
    else warn(findings, "W_VALUES", `more than ${VALUES_MAX} values, the rest is left out`);
    return;
  }
  const { metric, name } = found;
  const template = metric.value?.kind === "template" ? metric.value.template : undefined;
  if (!template || template.isDefinition) return;
  for (const member of template.metrics) {
    if (member.name) gather(findings, memberOf(member, metric, name), into);
  }
}

/** A member without a time is of the time of the whole, and historical where that is. */
function memberOf(member: Metric, { timestamp, isHistorical }: Metric, name: string): Found {
  const isTimed = member.timestamp !== undefined || timestamp === undefined;
  const told = isHistorical ? { ...member, isHistorical } : member;
  return {
    metric: isTimed ? told : { ...told, timestamp },
    name: `${name}/${member.name}`,
    type: typeNameOf(member.datatype ?? 0) ?? guessOf(member.value),
  };
}

function tell(context: Context, found: Found): void {
  const { metric, name, type } = found;
  const { findings } = context;
  const value = metric.isNull || !metric.value ? null : valueIn(metric.value, type);
  if (value === undefined) {
    warn(findings, "W_VALUE", `'${name}': a value that is no ${type}`);
    return;
  }
  if (!date(context, found)) return;
  findings.reading(name as ChannelName, value, qualityOf(metric) ?? qualityUntold(value));
}

/** Whether anybody knows of when the value is: of a historical one its arrival says nothing. */
function date({ findings, place, payload, arrivedAt }: Context, { metric, name }: Found): boolean {
  const at = metric.timestamp ?? payload.timestamp;
  const time = timeOf(at);
  if (time !== undefined) {
    if (metric.isHistorical) findings.past(place.device, time);
    else findings.about(place.device, time);
    return true;
  }
  if (metric.isHistorical) {
    warn(findings, "W_TIMESTAMP", `'${name}': historical and without a time, so it is left out`);
    return false;
  }
  if (at === undefined) {
    warn(findings, "W_TIMESTAMP", `'${name}': no time, so the time of arrival is taken`);
  }
  findings.arrived(place.device, arrivedAt);
  return true;
}

/** A birth says what is so now, also of a value that has not changed for long. */
function repeat(context: Context, { metric, ...rest }: Found): void {
  const { timestamp: bornAt } = context.payload;
  if (bornAt === undefined || metric.timestamp === undefined || metric.isHistorical) return;
  if (metric.timestamp >= bornAt - UNCHANGED_MS) return;
  tell(context, { ...rest, metric: { ...metric, timestamp: bornAt } });
}

/** The last time that a date can hold. */
const TIME_MAX = 8.64e15;

function timeOf(at: number | undefined): number | undefined {
  return at !== undefined && at <= TIME_MAX ? at : undefined;
}

/** OPC's numbers, as Sparkplug's hosts use them: 192 good, 0 bad, 500 stale; most say none. */
function qualityOf({ properties }: Metric): Quality | undefined {
  const raw = properties.get(QUALITY_PROPERTY);
  if (raw?.kind !== "int" && raw?.kind !== "long") return undefined;
  const code = Number(raw.whole);
  if (code >= 192 && code < 256) return "good";
  return code >= 64 && code < 128 ? "uncertain" : "bad";
}

/** One of a kind: a message may hold a thousand metrics with the same oddity. */
function warn(findings: Findings, code: string, detail: string): void {
  if (!findings.warnings.some((warning) => warning.code === code)) findings.warning(code, detail);
}
