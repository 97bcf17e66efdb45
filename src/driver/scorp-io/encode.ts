import type { Command } from "../../domain/command.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Json } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { isTypeName, literalFor } from "./literal.ts";
import { topicOf } from "./topics.ts";

/**
 * DCMD mirrors DDATA: the public guide names commands among the Designer's features and gives no
 * topic for them, so this one is ours (README). QoS 1, never retained, and without a time: a
 * command is of the moment at which it comes.
 */
export function encode({ device, name, parameters }: Command): Outcome<Message, Problem> {
  if (name !== "write") return failure(problem("command_unknown", `a device has no '${name}'`));
  const { metric, type, value } = parameters;
  if (typeof metric !== "string" || !isTypeName(type)) {
    return failure(problem("command_invalid", "E_FIELD_MISSING metric, type: required"));
  }
  const literal = literalFor(value ?? null, type);
  if (literal === undefined) {
    return failure(problem("command_invalid", `E_VALUE /value: no ${type}`));
  }
  const payload = Buffer.from(`{"metrics":[${written(metric, type, literal)}]}`);
  return success({ topic: topicOf(device, "DCMD"), payload, qos: 1 });
}

/** By hand, because a Long has more digits than a JavaScript number. */
function written(name: Json, dataType: Json, literal: string): string {
  const front = JSON.stringify({ name, dataType });
  return `${front.slice(0, -1)},"value":${literal}}`;
}
