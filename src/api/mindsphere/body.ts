import type { Static, TSchema } from "typebox";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { parseExactJson } from "../../lib/exact-json.ts";
import {
  decodeUtf8,
  type ExactJson,
  isDeeper,
  isJsonObject,
  type JsonObject,
  parseJson,
} from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { compileSchema } from "../../lib/schema.ts";

/** The body as JSON of this schema. Fields that it does not name pass: newer clients send more. */
export function readBody<S extends TSchema>(
  body: Uint8Array,
  schema: S,
): Outcome<Static<S>, Problem> {
  const json = jsonOf(body);
  if (json === undefined) return failure(problem("request_invalid", "the body is no JSON"));
  const checked = compileSchema(schema as unknown as JsonObject)(json);
  if (!checked.ok) return failure(problem("request_invalid", `body ${checked.problem}`));
  return success(json as Static<S>);
}

/** The body as JSON whose integers are exact, also beyond 2^53. */
export function readExactBody(body: Uint8Array): Outcome<ExactJson, Problem> {
  const json = parseExactJson(decodeUtf8(body) ?? "", LIMIT.jsonDepth);
  if (json === undefined || isDeeper(json, LIMIT.jsonDepth)) {
    return failure(problem("request_invalid", "the body is no JSON"));
  }
  return success(json);
}

/** `application/x-www-form-urlencoded`, or the same fields as a JSON object. */
export function readForm(body: Uint8Array): Readonly<Record<string, string>> {
  const json = jsonOf(body);
  if (isJsonObject(json)) {
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]));
  }
  return Object.fromEntries(new URLSearchParams(decodeUtf8(body) ?? ""));
}

function jsonOf(body: Uint8Array) {
  const json = parseJson(decodeUtf8(body) ?? "");
  return json === undefined || isDeeper(json, LIMIT.jsonDepth) ? undefined : json;
}
