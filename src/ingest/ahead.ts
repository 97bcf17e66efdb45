import type { AgentId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Bindings, BoundDevice } from "./bindings.ts";

/** The warning of a device whose value was refused for its time. */
export const TIME_IN_FUTURE = "W_TIME_IN_FUTURE";

/** Of the devices that gave their values a time lately. */
export type TimesSaid = {
  /** Those of which no time was near ours, and one was too far ahead to be stored. */
  readonly ahead: number;
  /** All of them; nobody counts them while none is ahead. */
  readonly devices: number;
};

/** Whose clocks disagree with ours. The demo plant goes by ours and says nothing of it. */
export function timesSaid(
  bindings: Bindings,
  isDemo: (agent: AgentId) => boolean,
  now: number,
): TimesSaid {
  const warned = [...bindings.all()].filter((bound) => isWarned(bound, now));
  const ahead = warned.filter((bound) => !isNearOurs(bound, now)).length;
  if (ahead === 0) return { ahead, devices: 0 };
  let near = 0;
  for (const bound of bindings.all()) {
    if (!isDemo(bound.device.agentId) && isNearOurs(bound, now)) near += 1;
  }
  return { ahead, devices: ahead + near };
}

function isWarned({ warnings }: BoundDevice, now: number): boolean {
  const at = warnings.get(TIME_IN_FUTURE)?.at;
  return at !== undefined && Math.abs(now - at) < LIMIT.timesSaidMs;
}

function isNearOurs({ channels }: BoundDevice, now: number): boolean {
  for (const { stampedAt } of channels.values()) {
    if (stampedAt > now - LIMIT.timesSaidMs && stampedAt <= now + LIMIT.futureMs) return true;
  }
  return false;
}
