import type { Findings } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Problem } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import { readPayload } from "../payload.ts";
import { type Reader, refuse, show, warnOfUnknown } from "./rule.ts";

/** Where its fields are, as a JSON pointer. */
export const FIELDS = "/payload";

/** What every message is: section "Smart Sensor Data JSON Model". */
export type Envelope = { readonly type: string; readonly payload: Json | undefined };

export function readEnvelope(bytes: Uint8Array, findings: Findings): Outcome<Envelope, Problem> {
  const read = readPayload(bytes, findings, LIMIT.viasensPayloadBytes);
  if (!read.ok) return read;
  const reader = { pointer: "", findings };
  const { type, payload } = read.value;
  if (typeof type !== "string") {
    const found = type === undefined ? "required" : `${show(type)}, expected a text`;
    return refuse("E_TYPE_MISSING", reader, `type: ${found}`);
  }
  warnOfUnknown(read.value, (key) => key === "type" || key === "payload", reader);
  return success({ type, payload });
}

/** The fields of a message whose type is known, and where they are. */
export function fieldsOf(
  { payload }: Envelope,
  findings: Findings,
): Outcome<{ readonly fields: JsonObject; readonly reader: Reader }, Problem> {
  if (!isJsonObject(payload)) {
    const found = payload === undefined ? "required" : `${show(payload)}, expected an object`;
    return refuse("E_PAYLOAD_MISSING", { pointer: "", findings }, `payload: ${found}`);
  }
  return success({ fields: payload, reader: { pointer: FIELDS, findings } });
}
