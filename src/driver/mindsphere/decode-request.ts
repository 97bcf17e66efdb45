import type { CommandId, DeviceAddress } from "../../domain/brand.ts";
import type { CommandStep } from "../../domain/command.ts";
import type { Findings } from "../../domain/findings.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { shorten } from "../value.ts";
import { readRequestId } from "./decode-model.ts";
import { V4_MODEL } from "./topics.ts";

/** `agm_v3/t`: the wish for a token, `{ id }`. */
export function decodeTokenWish(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const requestId = readRequestId(body, findings);
  findings.finding({ kind: "token-wanted", device, requestId });
  return success(undefined);
}

/** `amo_v4/m`: the wish to read the model that is in force, `{ id }`. */
export function decodeModelWish(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const requestId = readRequestId(body, findings);
  findings.finding({ kind: "model-wanted", device, requestId, externalId: V4_MODEL });
  return success(undefined);
}

const STEPS: ReadonlyMap<unknown, CommandStep> = new Map([
  ["EXECUTING", "running"],
  ["EXECUTED", "done"],
  ["FAILED", "failed"],
  ["CANCELED", "failed"],
]);

/** `cmd_v3/u`: `{ id, requestId, data: { timestamp, jobId, status, response } }`. */
export function decodeProgress(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const { requestId, data } = body;
  if (typeof requestId !== "string" || requestId === "") {
    return malformed(`E_REQUEST_ID /requestId: found ${shorten(requestId)}, not a command's id`);
  }
  if (!isJsonObject(data)) return malformed("E_DATA /data: expected an object");
  const step = STEPS.get(data["status"]);
  if (step === undefined) {
    const expected = [...STEPS.keys()].join(", ");
    return malformed(`E_STATUS /data/status: found ${shorten(data["status"])}, not ${expected}`);
  }
  const command = requestId as CommandId;
  findings.finding({ kind: "progress", device, command, step, answer: data });
  return success(undefined);
}

function malformed(detail: string): Outcome<never, Problem> {
  return failure(problem("payload_malformed", detail));
}
