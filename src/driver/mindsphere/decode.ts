import type { ChannelName, DeviceAddress } from "../../domain/brand.ts";
import type { Findings } from "../../domain/findings.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { moreThanQuality, qualityOfWord, statusWordBeside } from "../../domain/status-word.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import {
  type ExactJson,
  type ExactJsonObject,
  isJsonObject,
  type JsonObject,
} from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Known } from "../driver.ts";
import { readExactPayload, readPayload } from "../payload.ts";
import { isValue, shorten } from "../value.ts";
import { decodeCustom } from "./decode-custom.ts";
import { decodeEvents } from "./decode-events.ts";
import { decodeFile } from "./decode-file.ts";
import { decodeInstantiation, decodeModel, decodeWhole } from "./decode-model.ts";
import { decodeModelWish, decodeProgress, decodeTokenWish } from "./decode-request.ts";
import { scanSeries } from "./scan-series.ts";
import { parseOutbound } from "./topics.ts";

export function decode(
  message: ReceivedMessage,
  findings: Findings,
  known: Known,
): Outcome<void, Problem> {
  const topic = parseOutbound(message.topic);
  if (!topic) {
    const custom = known.custom(message.topic);
    if (custom) return decodeCustom(message, custom, findings);
    return failure(problem("topic_unknown", message.topic));
  }
  const { device, about } = topic;
  const understand = UNDERSTOOD.get(about);
  if (!understand && about !== TIME_SERIES)
    return failure(problem("topic_unknown", `'${about}' is not spoken here`));

  if (understand) {
    const body = readPayload(message.payload, findings);
    return body.ok ? understand(device, body.value, findings) : body;
  }
  if (scanSeries(message.payload, device, findings)) return success(undefined);
  const body = readExactPayload(message.payload, findings);
  return body.ok ? decodeTimeSeries(device, body.value, findings) : body;
}

type Understand = (
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
) => Outcome<void, Problem>;

const TIME_SERIES = "mc_v3/ts";
const UNCERTAIN = 2 ** 30;
const UNDERSTOOD: ReadonlyMap<string, Understand> = new Map([
  ["amo_v3/m", decodeModel],
  ["amo_v3/i", decodeInstantiation],
  ["amo_v4/mi", decodeWhole],
  ["amo_v4/m", decodeModelWish],
  ["mc_v3/e", decodeEvents],
  ["mc_v3/f", decodeFile],
  ["agm_v3/t", decodeTokenWish],
  ["cmd_v3/u", decodeProgress],
]);

/** `{ timeseries: [{ timestamp, values: [{ dataPointId, value, qualityCode }] }] }` */
function decodeTimeSeries(
  device: DeviceAddress,
  body: ExactJsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const rows = body["timeseries"];
  if (!Array.isArray(rows) || rows.length === 0) {
    return malformed("E_ROWS /timeseries: expected an array of rows");
  }
  for (let index = 0; index < rows.length; index += 1) {
    const row: ExactJson = rows[index];
    if (!isJsonObject(row)) return malformed(`E_ROW /timeseries/${index}: expected an object`);
    const at = typeof row["timestamp"] === "string" ? parseIsoTime(row["timestamp"]) : undefined;
    if (at === undefined) return malformed(wrongTime(index, row["timestamp"]));
    const values = row["values"];
    if (!Array.isArray(values)) {
      return malformed(`E_VALUES /timeseries/${index}/values: expected an array`);
    }
    findings.about(device, at);
    readValues(values, index, findings);
  }
  return success(undefined);
}

/**
 * One bad value does not spoil its neighbours: it is dropped with a warning. The others go on as
 * they came: their types are those of the variables, which are not known here.
 */
function readValues(values: readonly ExactJson[], row: number, findings: Findings): void {
  for (let index = 0; index < values.length; index += 1) {
    const entry = values[index];
    const isEntry = isJsonObject(entry);
    const channel = isEntry ? entry["dataPointId"] : undefined;
    const value = isEntry ? entry["value"] : undefined;
    if (isEntry && typeof channel === "string" && channel !== "" && isValue(value)) {
      const code = entry["qualityCode"];
      const word = statusWordBeside(value, code) ?? doubt(entry, row, index, findings);
      findings.reading(
        ...[channel as ChannelName, value, qualityOfWord(word), moreThanQuality(word)],
      );
    } else {
      const found = shorten(entry);
      const place = `/timeseries/${row}/values/${index}`;
      findings.warning("W_VALUE", `${place}: found ${found}, expected a dataPointId and its value`);
    }
  }
}

/** The word of what is uncertain. */
function doubt(entry: ExactJsonObject, row: number, index: number, findings: Findings): number {
  const place = `/timeseries/${row}/values/${index}/qualityCode`;
  findings.warning("W_QUALITY", `${place}: found ${shorten(entry["qualityCode"])}, not a status`);
  return UNCERTAIN;
}

function wrongTime(row: number, found: ExactJson | undefined): string {
  const expected = "a time like 2022-12-01T20:05:10Z";
  return `E_TIME /timeseries/${row}/timestamp: found ${shorten(found)}, expected ${expected}`;
}

function malformed(detail: string): Outcome<never, Problem> {
  return failure(problem("payload_malformed", detail));
}
