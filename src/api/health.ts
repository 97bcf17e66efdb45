import { success } from "../lib/outcome.ts";
import type { UplinkState } from "../uplink/uplink.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { openapi } from "./openapi.ts";
import { isoOrNull } from "./time.ts";

export const healthHandlers = {
  "GET /health": getHealth,
  "GET /version": async ({ version }) => success({ name: "Fieldline", version }),
  "GET /openapi.json": async ({ version }) => success(openapi(version)),
  "GET /metrics": async ({ gauges }) => success(gauges.text()),
} satisfies Handlers;

async function getHealth(house: House, _: Call<"GET /health">): Answer<"GET /health"> {
  const said = {
    reasons: [...(house.unready?.() ?? [])],
    mqttAck: house.mqttAck,
    ...(house.uplink && { uplink: replyOf(house.uplink.state) }),
  };
  if (house.refusal?.()) return success({ status: "unready", ...said });
  return success({ status: said.reasons.length === 0 ? "ready" : "degraded", ...said });
}

function replyOf({ isUp, reason, waiting, fillingUp, acknowledgedAt }: UplinkState) {
  return {
    isUp,
    reason,
    waiting: { ...waiting, oldestAt: isoOrNull(waiting.oldestAt) },
    fillingUp: fillingUp && { leftSeconds: secondsOf(fillingUp.leftMs) },
    acknowledgedAt: isoOrNull(acknowledgedAt),
  };
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : Math.ceil(ms / 1_000);
}
