import type { DeviceAddress } from "../../domain/brand.ts";
import type { Command } from "../../domain/command.ts";
import { Findings } from "../../domain/findings.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Value } from "../../domain/reading.ts";
import { encodeJson, isJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Twin, TwinReading } from "../driver.ts";
import { readExactPayload } from "../payload.ts";
import { isValue, writable } from "../value.ts";
import { topicOf } from "./topics.ts";

/**
 * A device behind an edge, like the meter of the energy-meter example: it says what it has in a
 * retained DBIRTH, again when it has something new, and its values in DDATA.
 */
export function twin(device: DeviceAddress): Twin {
  const types = new Map<string, TypeName>();
  return {
    emit(readings) {
      if (readings.length === 0) return [];
      const isNews = learn(types, readings);
      const data = dataOf(device, types, readings);
      return isNews ? [birthOf(device, types), data] : [data];
    },

    obey: (message) => obey(device, message),
  };
}

/** The one metric of a DCMD that is meant for this device. */
function obey(
  device: DeviceAddress,
  { topic, payload }: Message,
): Outcome<Pick<Command, "name" | "parameters">, Problem> {
  const body = readExactPayload(payload, new Findings());
  const { metrics = null } = body.ok ? body.value : {};
  const written = Array.isArray(metrics) ? metrics[0] : undefined;
  if (topic !== topicOf(device, "DCMD") || !isJsonObject(written)) {
    return failure(problem("command_unknown", topic));
  }
  const { name: metric, dataType: type, value } = written;
  if (typeof metric !== "string" || typeof type !== "string" || !isValue(value)) {
    return failure(problem("payload_malformed", topic));
  }
  return success({ name: "write", parameters: { metric, type, value: writable(value) } });
}

type TypeName = "Boolean" | "Long" | "Double" | "String";

/** Whether a metric is new, or turned out to have another type than was said. */
function learn(types: Map<string, TypeName>, readings: readonly TwinReading[]): boolean {
  let isNews = false;
  for (const { channel, value } of readings) {
    const known = types.get(channel);
    const type = typeNameOf(value, known);
    if (type === known) continue;
    types.set(channel, type);
    isNews = true;
  }
  return isNews;
}

/** A Long that shows a fraction was a Double all along, and stays one. */
function typeNameOf(value: Value | null, known: TypeName | undefined): TypeName {
  if (value === null) return known ?? "Double";
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "string") return "String";
  return Number.isInteger(value) && known !== "Double" ? "Long" : "Double";
}

function birthOf(device: DeviceAddress, types: ReadonlyMap<string, TypeName>): Message {
  const metrics = Array.from(types, ([name, dataType]) => ({ name, dataType }));
  const payload = encodeJson({ metrics });
  return { topic: topicOf(device, "DBIRTH"), payload, qos: 1, retain: true };
}

function dataOf(
  device: DeviceAddress,
  types: ReadonlyMap<string, TypeName>,
  readings: readonly TwinReading[],
): Message {
  const metrics = readings.map(({ channel: name, at: timestamp, value: given }) => {
    const value = writable(given);
    return { name, dataType: types.get(name) ?? "String", timestamp, value };
  });
  return { topic: topicOf(device, "DDATA"), payload: encodeJson({ metrics }), qos: 1 };
}
