import type { CustomTopic, TopicMapping } from "../../domain/custom-topic.ts";
import type { Findings } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { qualityUntold } from "../../domain/reading.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import type { ExactJson } from "../../lib/json.ts";
import { compileJsonQuery, type JsonQuery } from "../../lib/json-query.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { readExactJson } from "../../lib/read-json.ts";
import { isValue, shorten } from "../value.ts";

const LIMITS = { bytes: LIMIT.payloadBytes, depth: LIMIT.jsonDepth };

/** Any JSON, of which the topic's mappings say what is a value and what its time. */
export function decodeCustom(
  message: ReceivedMessage,
  custom: CustomTopic,
  findings: Findings,
): Outcome<void, Problem> {
  if (message.payload.length === 0) return failure(problem("payload_empty", "E_EMPTY no bytes"));
  const read = readExactJson(message.payload, LIMITS, findings);
  if (!read.ok) {
    const { code, detail } = read.problem;
    const kind = code === "E_SIZE" ? "payload_too_large" : "payload_malformed";
    return failure(problem(kind, `${code} ${detail}`));
  }
  const json = read.value;
  for (const mapping of custom.mappings) {
    const fault = readMapping({ message, custom, json, findings }, mapping);
    if (fault) findings.warning("W_MAPPING", `${mapping.channel}: ${fault}`);
  }
  if (findings.count > 0) return success(undefined);
  const reason = findings.warnings.at(-1)?.detail ?? "the topic has no mappings yet";
  return failure(problem("payload_malformed", `E_NO_VALUES ${reason}`));
}

type Context = {
  readonly message: ReceivedMessage;
  readonly custom: CustomTopic;
  readonly json: ExactJson;
  readonly findings: Findings;
};

/** Tells what is wrong, if anything is: then none of its values counts. */
function readMapping(
  { message, custom, json, findings }: Context,
  mapping: TopicMapping,
): string | undefined {
  const queries = queriesOf(mapping);
  const values = listOf(queries.value(json));
  if (values.length === 0) return `'${mapping.value}' finds nothing`;
  const odd = values.find((one) => !isValue(one));
  if (odd !== undefined) return `'${mapping.value}' finds ${shorten(odd)}, which is no value`;
  const times = queries.time && listOf(queries.time(json));
  if (times && times.length !== values.length) {
    return `${values.length} values and ${times.length} times`;
  }
  const moments = times?.map((text) => (typeof text === "string" ? parseIsoTime(text) : undefined));
  const wrong = moments?.indexOf(undefined) ?? -1;
  if (wrong >= 0) return `found ${shorten(times?.[wrong])}, expected a time of ISO 8601`;
  for (const [index, one] of values.entries()) {
    const at = moments?.[index];
    if (at === undefined) findings.arrived(custom.device, message.receivedAt);
    else findings.about(custom.device, at);
    if (isValue(one)) findings.reading(mapping.channel, one, qualityUntold(one));
  }
  return undefined;
}

function listOf(found: ExactJson): readonly ExactJson[] {
  if (Array.isArray(found)) return found;
  return found === null ? [] : [found];
}

type Queries = { readonly value: JsonQuery; readonly time: JsonQuery | null };

/** Compiled once, as long as the mapping lives. */
const compiled = new WeakMap<TopicMapping, Queries>();

function queriesOf(mapping: TopicMapping): Queries {
  const known = compiled.get(mapping);
  if (known) return known;
  const { value, time } = mapping;
  const queries = { value: queryOf(value), time: time === null ? null : queryOf(time) };
  compiled.set(mapping, queries);
  return queries;
}

/** What cannot be read was refused when it was registered. */
function queryOf(text: string): JsonQuery {
  const query = compileJsonQuery(text);
  return query.ok ? query.value : () => null;
}
