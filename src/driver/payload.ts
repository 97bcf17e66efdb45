import type { Findings } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { isJsonObject, type JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { type JsonFault, readJson } from "../lib/read-json.ts";

/** The JSON object that a message holds, whichever driver asks; oddities go to `findings`. */
export function readPayload(
  payload: Uint8Array,
  findings: Findings,
  bytesMax: number = LIMIT.payloadBytes,
): Outcome<JsonObject, Problem> {
  if (payload.length === 0) return failure(problem("payload_empty", "E_EMPTY no bytes at all"));
  const read = readJson(payload, { bytes: bytesMax, depth: LIMIT.jsonDepth }, findings);
  if (!read.ok) return failure(problemOf(read.problem));
  const json = read.value;
  return isJsonObject(json) ? success(json) : failure(notAnObject(json));
}

function problemOf({ code, detail }: JsonFault): Problem {
  return problem(
    code === "E_SIZE" ? "payload_too_large" : "payload_malformed",
    `${code} ${detail}`,
  );
}

function notAnObject(json: unknown): Problem {
  const found = Array.isArray(json) ? "an array" : JSON.stringify(json).slice(0, 40);
  return problem("payload_malformed", `E_NOT_OBJECT ${found}, expected an object`);
}
