import { type TSchema, Type } from "typebox";
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

const REQUESTS: Record<LiveRequest["op"], TSchema> = {
  subscribe: Type.Object({ op: Type.String(), id, points, rateHz }),
  rate: Type.Object({ op: Type.String(), id, rateHz }),
  unsubscribe: Type.Object({ op: Type.String(), id }),
};

/** Reads what a viewer said on the live feed. */
export function readRequest(bytes: Uint8Array): Outcome<LiveRequest, Problem> {
  const json = parseJsonObject(bytes);
  const schema = Object.entries(REQUESTS).find(([op]) => op === json?.["op"])?.[1];
  if (!schema) {
    const detail = `op: must be one of ${Object.keys(REQUESTS).join(", ")}`;
    return failure(problem("request_invalid", detail));
  }
  const checked = validator(schema, "body")(json);
  if ("error" in checked) return failure(problem("request_invalid", checked.error.message));
  return success(checked.value as LiveRequest);
}
