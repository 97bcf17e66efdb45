import type { Command } from "../../domain/command.ts";
import { Findings } from "../../domain/findings.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { encodeJson } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { ORDERS } from "./orders.ts";
import { missingIn } from "./settings.ts";
import { placeOf } from "./topics.ts";

/**
 * Sections "Configuration" and "Control Payloads". Whatever form the parameters came in, a node
 * gets the specification's: all fields, in its order, colours as `0xRRGGBB`. Settings are kept by
 * the broker and replace those before, so they are only ever sent in full.
 */
export function encode({ device, name, parameters }: Command): Outcome<Message, Problem> {
  const order = ORDERS.get(name);
  if (!order) return failure(problem("command_unknown", name));
  const topic = order.topicOf(device);
  if (placeOf(topic)?.leaf !== order.leaf) return failure(problem("device_unknown", device));

  const read = order.read(parameters, { pointer: "", findings: new Findings() });
  if (!read.ok) return failure(problem("command_invalid", read.problem.detail));
  const missing = order.leaf === "configure" ? missingIn(read.value) : [];
  if (missing.length > 0) {
    return failure(problem("command_invalid", `E_FIELD_MISSING ${missing.join(", ")}: required`));
  }
  const payload = encodeJson({ type: name, payload: read.value });
  return success({ topic, payload, retain: order.retain, qos: 1 });
}
