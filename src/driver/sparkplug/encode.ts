import type { DeviceAddress, Timestamp } from "../../domain/brand.ts";
import type { Command } from "../../domain/command.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { TYPE_NUMBERS, type TypeName } from "./data-type.ts";
import { REBIRTH_METRIC } from "./decode.ts";
import type { Raw } from "./payload.ts";
import { commandTopicOf } from "./topics.ts";
import { rawFor } from "./value.ts";
import { writePayload } from "./write.ts";

/** NCMD and DCMD (specification 6.4.22 and 6.4.23): QoS 0, never retained. */
export function encode({ device, name, parameters, at }: Command): Outcome<Message, Problem> {
  if (name === "rebirth") return sayTo(edgeOf(device), REBIRTH_METRIC, { ...REBIRTH, at });
  if (name !== "write") return failure(problem("command_unknown", name));
  const { metric, type, value } = parameters;
  const number = typeof type === "string" ? TYPE_NUMBERS[type as TypeName] : undefined;
  if (typeof metric !== "string" || number === undefined) {
    return failure(problem("command_invalid", "E_FIELD_MISSING metric, type: required"));
  }
  const raw = rawFor(value ?? null, type as TypeName);
  if (!raw) return failure(problem("command_invalid", `E_VALUE /value: no ${String(type)}`));
  return sayTo(device, metric, { number, raw, at });
}

type Typed = { readonly number: number; readonly raw: Raw };
const REBIRTH: Typed = {
  number: TYPE_NUMBERS.Boolean,
  raw: { kind: "boolean", truth: true },
};

/** Only nodes are born again: their devices follow. */
export function rebirthOf(edge: DeviceAddress, at: Timestamp): Message | undefined {
  const message = sayTo(edge, REBIRTH_METRIC, { ...REBIRTH, at });
  return message.ok ? message.value : undefined;
}

/** With the time at which it is said, which nodes insist on, and without a number in a row. */
function sayTo(
  address: DeviceAddress,
  name: string,
  { number, raw, at }: Typed & { readonly at: Timestamp },
): Outcome<Message, Problem> {
  const topic = commandTopicOf(address);
  if (!topic) return failure(problem("device_unknown", address));
  const metric = { name, datatype: number, value: raw };
  const quiet = { isHistorical: false, isNull: false, properties: new Map() };
  const payload = writePayload({ timestamp: at, metrics: [{ ...metric, ...quiet }] });
  return success({ topic, payload, qos: 0 });
}

function edgeOf(address: DeviceAddress): DeviceAddress {
  return address.split("/").slice(0, 2).join("/") as DeviceAddress;
}
