import { Type } from "typebox";
import { LIMIT } from "../domain/limit.ts";
import type { LiveRequest } from "../domain/live-frame.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { parseJsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { validator } from "./validate.ts";

/** The subscription id is two bytes of a frame. */
const id = Type.Integer({ minimum: 0, maximum: 0xffff });
const rateHz = Type.Number({ minimum: LIMIT.liveRateHzMin, maximum: LIMIT.liveRateHzMax });
const points = Type.Array(Type.String({ maxLength: 512 }), {
  maxItems: LIMIT.pointsPerSubscription,
});

const op = Type.String();
const REQUESTS = new Map(
  Object.entries({
    subscribe: validator(Type.Object({ op, id, points, rateHz }), "body"),
    rate: validator(Type.Object({ op, id, rateHz }), "body"),
    unsubscribe: validator(Type.Object({ op, id }), "body"),
  } satisfies Record<LiveRequest["op"], unknown>),
);

/** Reads what a viewer said on the live feed. */
export function readRequest(bytes: Uint8Array): Outcome<LiveRequest, Problem> {
  const json = parseJsonObject(bytes);
  const check = REQUESTS.get(String(json?.["op"]));
  if (!check) {
    const detail = `op: must be one of ${[...REQUESTS.keys()].join(", ")}`;
    return failure(problem("request_invalid", detail));
  }
  const checked = check(json);
  if ("error" in checked) return failure(problem("request_invalid", checked.error.message));
  return success(checked.value as LiveRequest);
}
