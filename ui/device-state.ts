import type { DeviceReply, Reply } from "../src/api/contract.ts";
import { LIMIT } from "../src/domain/limit.ts";
import { formatCount } from "./format.ts";
import type { StateKind } from "./part/badge.tsx";

export type DeviceDetail = Reply<"GET /devices/:id">;

/**
 * Whether a device still speaks: `late` is worth a look, `offline` is worth a walk. Of a device
 * whose source is lost nobody can tell: what is to be looked at is the source.
 */
export type Aliveness = "reporting" | "late" | "offline" | "source lost" | "expected";

export const ALIVE_WORDS: Readonly<Record<Aliveness, string>> = {
  reporting: "Reporting",
  late: "Late",
  offline: "Offline",
  "source lost": "Source lost",
  expected: "Expected",
};

export const ALIVE_KINDS: Readonly<Record<Aliveness, StateKind>> = {
  reporting: "on",
  late: "wait",
  offline: "off",
  "source lost": "wrong",
  expected: "wait",
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

type Heard = Pick<DeviceReply, "lastSeenAt" | "liveness">;

/** The house knows what a device promised; where it promised nothing, its own patience counts. */
export function alivenessOf(
  { lastSeenAt, liveness }: Heard,
  patienceMs: number,
  now: number,
): Aliveness {
  if (liveness === null) return byAge(lastSeenAt, patienceMs, now);
  return liveness === "unknown" ? "source lost" : liveness;
}

/** `lastSeenAt` is null for a device that has not spoken since the server started. */
function byAge(lastSeenAt: string | null, patienceMs: number, now: number): Aliveness {
  if (lastSeenAt === null) return "offline";
  const age = now - Date.parse(lastSeenAt);
  if (age > patienceMs) return "offline";
  return age > patienceMs * LATE_SHARE ? "late" : "reporting";
}

type Silent = DeviceReply["silent"];

/** By which rule a sensor was judged, up to its device's own last word. */
export const PATIENCE_WORDS = {
  late: "its device spoke a fifth and half a minute after that",
  offline: "its device spoke two of them and a minute later",
} as const;

/** `2 sensors silent, 1 late`; empty where all of them speak. */
export function silentWords(silent: Silent): string {
  const offline = silent.filter(({ state }) => state === "offline").length;
  const late = silent.length - offline;
  const parts = [
    ...(offline > 0 ? [`${formatCount(offline, "sensor")} silent`] : []),
    ...(late > 0 ? [`${formatCount(late, "sensor")} late`] : []),
  ];
  return parts.join(", ");
}

/** What the version of a device's interface tells of its firmware; empty where it tells nothing. */
export function firmwareWords({ driver, api }: Pick<DeviceReply, "driver" | "api">): string {
  return driver === "viasens" && Number(api) >= 2 ? ", firmware 2.1 or later" : "";
}
