import type { DeviceReply, Reply } from "../src/api/contract.ts";
import { LIMIT } from "../src/domain/limit.ts";
import type { StateKind } from "./part/badge.tsx";

export type DeviceDetail = Reply<"GET /devices/:id">;

/** Whether a device still speaks: `late` is worth a look, `silent` is worth a walk. */
export type Aliveness = "reporting" | "late" | "silent";

export const ALIVE_WORDS: Readonly<Record<Aliveness, string>> = {
  reporting: "Reporting",
  late: "Late",
  silent: "Silent",
};

export const ALIVE_KINDS: Readonly<Record<Aliveness, StateKind>> = {
  reporting: "on",
  late: "wait",
  silent: "off",
};

/**
 * A freshness is two reports and a minute (see the drivers' catalogues), so one report and a bit
 * more is over at six tenths of it.
 */
const LATE_SHARE = 0.6;

/** What is expected to be heard most often says soonest that nothing is heard. */
export function patienceOf({ channels }: Pick<DeviceReply, "channels">): number {
  const all = channels
    .filter(({ retired }) => !retired)
    .map(({ proposal }) => proposal.freshnessMs ?? LIMIT.freshnessMs);
  return Math.min(...all, LIMIT.freshnessMs);
}

/** `lastSeenAt` is null for a device that has not spoken since the server started. */
export function alivenessOf(lastSeenAt: string | null, patienceMs: number, now: number): Aliveness {
  if (lastSeenAt === null) return "silent";
  const age = now - Date.parse(lastSeenAt);
  if (age > patienceMs) return "silent";
  return age > patienceMs * LATE_SHARE ? "late" : "reporting";
}
