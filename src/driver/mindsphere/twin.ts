import type { DeviceAddress } from "../../domain/brand.ts";
import type { CommandStep } from "../../domain/command.ts";
import type { Finding } from "../../domain/findings.ts";
import type { Message } from "../../domain/message.ts";
import { problem } from "../../domain/problem.ts";
import { codeOfQuality } from "../../domain/status-word.ts";
import type { ToldEvent } from "../../domain/told.ts";
import { encodeJson, type Json, type JsonObject, parseJsonObject } from "../../lib/json.ts";
import { failure, success } from "../../lib/outcome.ts";
import type { Twin, TwinReading } from "../driver.ts";
import { writable } from "../value.ts";
import { COMMAND } from "./catalogue.ts";
import { ANSWERS, inboundTopic, outboundTopic } from "./topics.ts";

/** An agent that sends time series, like the Raspberry Pi gateway of the energy-meter example. */
export function twin(device: DeviceAddress): Twin {
  return {
    emit(readings) {
      if (readings.length === 0) return [];
      const payload = encodeJson({ timeseries: rowsOf(readings) });
      return [{ topic: outboundTopic(device, "mc_v3/ts"), payload, qos: 1 }];
    },

    tell(finding) {
      const said = wordsOf(finding);
      return said && tellMessage(device, said);
    },

    hear({ topic, payload }) {
      if (!ANSWERS.some((about) => topic === inboundTopic(device, about))) return undefined;
      const body = parseJsonObject(payload);
      const said = objectIn(body, "data");
      const requestId = body?.["requestId"];
      if (!said || (typeof requestId !== "string" && typeof requestId !== "number"))
        return undefined;
      return { requestId, step: stepOf(said["status"]), said };
    },

    obey({ topic, payload: bytes }) {
      if (topic !== inboundTopic(device, "cmd_v3/c")) {
        return failure(problem("command_unknown", topic));
      }
      const data = objectIn(parseJsonObject(bytes), "data");
      const payload = objectIn(data, "payload");
      if (!payload) return failure(problem("payload_malformed", "no command"));
      const { jobId = "" } = data ?? {};
      return success({ name: COMMAND, parameters: { payload, jobId } });
    },
  };
}

type Row = {
  readonly timestamp: string;
  readonly values: {
    dataPointId: string;
    value: ReturnType<typeof writable>;
    qualityCode: string;
  }[];
};

/** Neighbours of one time share a row. */
function rowsOf(readings: readonly TwinReading[]): Row[] {
  const rows: Row[] = [];
  for (const { at, channel, value, quality, word } of readings) {
    const timestamp = new Date(at).toISOString();
    const last = rows.at(-1);
    const qualityCode = codeOfQuality(quality, word);
    const entry = { dataPointId: channel, value: writable(value), qualityCode };
    if (last?.timestamp === timestamp) last.values.push(entry);
    else rows.push({ timestamp, values: [entry] });
  }
  return rows;
}

type Said = { readonly about: string; readonly body: JsonObject };

function tellMessage(device: DeviceAddress, { about, body }: Said): Message {
  return { topic: outboundTopic(device, about), payload: encodeJson(body), qos: 1 };
}

/** What an agent says besides time series. */
function wordsOf(finding: Finding): Said | undefined {
  switch (finding.kind) {
    case "model": {
      const { requestId: id, model, externalId } = finding;
      return { about: "amo_v3/m", body: { id, data: { ...model, externalId } } };
    }
    case "instantiate":
      return finding.model
        ? { about: "amo_v4/mi", body: { id: finding.requestId, data: finding.model } }
        : { about: "amo_v3/i", body: instantiationOf(finding) };
    case "model-wanted":
      return { about: "amo_v4/m", body: { id: finding.requestId } };
    case "token-wanted":
      return { about: "agm_v3/t", body: { id: finding.requestId } };
    case "events":
      return { about: "mc_v3/e", body: { events: finding.events.map(eventOf) } };
    case "file": {
      const { name, createdAt, content } = finding.file;
      const creationDate = createdAt === null ? null : new Date(createdAt).toISOString();
      return { about: "mc_v3/f", body: { file: { name, creationDate, content } } };
    }
    case "progress": {
      const { command: requestId, step, answer } = finding;
      const data = { status: STATUS[step], ...answer };
      return { about: "cmd_v3/u", body: { id: `${requestId}-${step}`, requestId, data } };
    }
    default:
      return undefined;
  }
}

const STATUS: Readonly<Record<CommandStep, string>> = {
  running: "EXECUTING",
  done: "EXECUTED",
  failed: "FAILED",
};

/** Agents look at this word alone; a token comes without one. */
function stepOf(status: Json | undefined): CommandStep {
  if (status === "InProgress") return "running";
  return status === "Failed" ? "failed" : "done";
}

function instantiationOf(finding: Extract<Finding, { kind: "instantiate" }>): JsonObject {
  const { requestId: id, externalId, parentAssetId, parameters } = finding;
  const values = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  const place = parentAssetId === null ? {} : { modelParentAssetId: parentAssetId };
  return {
    id,
    data: { modelExternalId: externalId, ...place, parameterization: { values } },
  };
}

function eventOf({ at, severity, id, correlationId, ...rest }: ToldEvent): JsonObject {
  return {
    ...rest,
    ...(id !== null && { id }),
    ...(correlationId !== null && { correlationId }),
    timestamp: new Date(at).toISOString(),
    ...(severity !== null && { severity: String(severity) }),
  };
}

function objectIn(json: JsonObject | undefined, key: string): JsonObject | undefined {
  const found: Json | undefined = json?.[key];
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? (found as JsonObject)
    : undefined;
}
