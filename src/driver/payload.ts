import type { Findings } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import {
  type ExactJson,
  type ExactJsonObject,
  isJsonObject,
  type Json,
  type JsonObject,
} from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { type JsonFault, readExactJson, readJson } from "../lib/read-json.ts";
import { shorten } from "./value.ts";

const LIMITS = { bytes: LIMIT.payloadBytes, depth: LIMIT.jsonDepth };

/** The JSON object that a message holds, whichever driver asks; oddities go to `findings`. */
export function readPayload(
  payload: Uint8Array,
  findings: Findings,
  bytes: number = LIMITS.bytes,
): Outcome<JsonObject, Problem> {
  if (payload.length === 0) return nothing();
  return objectOf<Json>(readJson(payload, { ...LIMITS, bytes }, findings));
}

/** The same, with integers as they were written. */
export function readExactPayload(
  payload: Uint8Array,
  findings: Findings,
): Outcome<ExactJsonObject, Problem> {
  if (payload.length === 0) return nothing();
  return objectOf<ExactJson>(readExactJson(payload, LIMITS, findings));
}

function nothing(): Outcome<never, Problem> {
  return failure(problem("payload_empty", "E_EMPTY no bytes at all"));
}

function objectOf<J extends ExactJson>(
  read: Outcome<J, JsonFault>,
): Outcome<Extract<J, ExactJsonObject>, Problem> {
  if (!read.ok) return failure(problemOf(read.problem));
  const json = read.value;
  return isObject(json) ? success(json) : failure(notAnObject(json));
}

function isObject<J extends ExactJson>(json: J): json is Extract<J, ExactJsonObject> {
  return isJsonObject(json);
}

function problemOf({ code, detail }: JsonFault): Problem {
  return problem(
    code === "E_SIZE" ? "payload_too_large" : "payload_malformed",
    `${code} ${detail}`,
  );
}

function notAnObject(json: ExactJson): Problem {
  const found = Array.isArray(json) ? "an array" : shorten(json);
  return problem("payload_malformed", `E_NOT_OBJECT ${found}, expected an object`);
}
