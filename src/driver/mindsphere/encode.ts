import type { Command } from "../../domain/command.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { encodeJson, isJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { COMMAND } from "./catalogue.ts";
import { inboundTopic } from "./topics.ts";

/** Commanding allows 4 KB each way. */
const COMMAND_BYTES = 4_096;

/** `cmd_v3/c`: `{ id, data: { jobId, createdAt, payload } }`; the answer names the id. */
export function encode({ id, device, name, parameters, at }: Command): Outcome<Message, Problem> {
  if (name !== COMMAND) {
    return failure(problem("command_unknown", `an agent has no '${name}'`));
  }
  const { payload: content } = parameters;
  if (!isJsonObject(content)) {
    return failure(problem("command_invalid", "E_PAYLOAD /payload: expected an object"));
  }
  const jobId = parameters["jobId"] || id;
  const createdAt = new Date(at).toISOString();
  const payload = encodeJson({ id, data: { jobId, createdAt, payload: content } });
  if (payload.length > COMMAND_BYTES) {
    const detail = `E_SIZE ${payload.length} bytes, expected at most ${COMMAND_BYTES}`;
    return failure(problem("command_invalid", detail));
  }
  return success({ topic: inboundTopic(device, "cmd_v3/c"), payload, qos: 1 });
}
