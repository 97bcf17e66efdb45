import type { ChannelName, DeviceAddress } from "../../domain/brand.ts";
import { DATA_TYPES, type DataType } from "../../domain/catalogue.ts";
import type { DeclaredChannel, Findings } from "../../domain/findings.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { notFiniteIn } from "../../domain/not-finite.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { QUALITIES, type Quality, type Value } from "../../domain/reading.ts";
import { wordBeside } from "../../domain/status-word.ts";
import { type ExactJson, isJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { readExactPayload } from "../payload.ts";
import { isValue, shorten } from "../value.ts";
import { addressOf, parseTopic } from "./topics.ts";

/** Our own gateways say things one way only: what is not like that is refused, not mended. */
export function decode(message: ReceivedMessage, findings: Findings): Outcome<void, Problem> {
  const { topic, payload } = message;
  const place = parseTopic(topic);
  if (!place) return failure(problem("topic_unknown", topic));
  const read = readExactPayload(payload, findings);
  if (!read.ok) return read;
  const { device: name, late = false, [place.verb]: list } = read.value;
  if (typeof name !== "string" || name === "" || !Array.isArray(list)) {
    return malformed(`E_FORM device or ${place.verb} missing`);
  }
  if (!isTruth(late)) return malformed(`E_FORM late is ${shorten(late)}`);
  const device = addressOf(place.gateway, name);
  if (place.verb === "samples") return readSamples(list, findings, { device, isLate: late });
  const channels = list.map(channelIn);
  const wrong = channels.indexOf(undefined);
  if (wrong >= 0) return malformed(`E_CHANNEL ${shorten(list[wrong])}`);
  const known = channels.filter((channel) => channel !== undefined);
  findings.finding({ kind: "channels", isWhole: false, device, channels: known });
  return success(undefined);
}

type About = { readonly device: DeviceAddress; readonly isLate: boolean };

/**
 * `[channel, time, value]`, and behind it what is not plainly good and of now: quality, status
 * word, whether the device told it afterwards, and which number it is where JSON has none for it.
 */
function readSamples(
  list: readonly ExactJson[],
  findings: Findings,
  { device, isLate }: About,
): Outcome<void, Problem> {
  for (const row of list) {
    const [channel, at, json, quality = "good", word = 0, isPast = false, beyond] = partsOf(row);
    const value = beyond === undefined ? plainly(json) : numberBeyond(json, beyond);
    const isSample =
      typeof channel === "string" && channel !== "" && isTime(at) && isQuality(quality);
    if (!isSample || value === undefined || !isWordOf(quality, word) || !isTruth(isPast)) {
      return malformed(`E_SAMPLE ${shorten(row)}`);
    }
    if (isPast) findings.past(device, at);
    else findings.about(device, at);
    if (isLate) findings.late();
    findings.reading(channel as ChannelName, value, quality, word);
  }
  return success(undefined);
}

function plainly(json: ExactJson | undefined): Value | null | undefined {
  return isValue(json) ? json : undefined;
}

/** NaN or an infinity, which stand beside none; undefined where they do not. */
function numberBeyond(json: ExactJson | undefined, name: ExactJson): number | undefined {
  return json === null && typeof name === "string" ? notFiniteIn(name) : undefined;
}

function channelIn(json: ExactJson): DeclaredChannel | undefined {
  if (!isJsonObject(json)) return undefined;
  const { name, type, unit } = json;
  if (typeof name !== "string" || name === "" || !isDataType(type)) return undefined;
  const channel = { channel: name as ChannelName, dataType: type };
  return typeof unit === "string" ? { ...channel, unit } : channel;
}

function partsOf(row: ExactJson): readonly ExactJson[] {
  return Array.isArray(row) ? row : [];
}

function isTruth(json: ExactJson): json is boolean {
  return typeof json === "boolean";
}

function isTime(json: ExactJson | undefined): json is number {
  return typeof json === "number" && Number.isFinite(json);
}

function isQuality(json: ExactJson): json is Quality {
  return QUALITIES.some((quality) => quality === json);
}

/** None, or one that says this quality and more. */
function isWordOf(quality: Quality, json: ExactJson): json is number {
  return json === 0 || (typeof json === "number" && wordBeside(quality, json) !== null);
}

function isDataType(json: ExactJson | undefined): json is DataType {
  return DATA_TYPES.some((type) => type === json);
}

function malformed(detail: string): Outcome<never, Problem> {
  return failure(problem("payload_malformed", detail));
}
