import type { ReportPolicy } from "./report-policy.ts";

/**
 * Whether a device still speaks. `unknown`: its network is away, so nobody can tell. `expected`: it
 * was written down, and has not spoken yet.
 */
export const LIVE_STATES = ["reporting", "late", "offline", "unknown", "expected"] as const;
export type LiveState = (typeof LIVE_STATES)[number];

/** The longest silence of a device that is well: Infinity where it promises nothing. */
export function promiseOf(policies: readonly ReportPolicy[]): number {
  const due = policies
    .map(({ longestMs, shortestMs }) => (longestMs > 0 ? Math.max(longestMs, shortestMs) : 0))
    .filter((ms) => ms > 0);
  return due.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...due);
}

/** Who promises nothing, since all its sensors report by change only, is believed for a day. */
const NO_PROMISE_MS = 24 * 60 * 60_000;

/** What silence alone can tell. */
type JudgedState = "reporting" | "late" | "offline";

/**
 * One report and a fifth of it missed is late, two are offline; what a mesh and a gateway may take
 * besides is added. See section E.2 of the reference of viaSens.
 */
function patienceFor(promiseMs: number): { readonly lateMs: number; offlineMs: number } {
  if (promiseMs === Number.POSITIVE_INFINITY) {
    return { lateMs: NO_PROMISE_MS, offlineMs: 2 * NO_PROMISE_MS };
  }
  return { lateMs: 1.2 * promiseMs + 30_000, offlineMs: 2 * promiseMs + 60_000 };
}

export function liveStateOf(silentMs: number, promiseMs: number): JudgedState {
  const { lateMs, offlineMs } = patienceFor(promiseMs);
  if (silentMs > offlineMs) return "offline";
  return silentMs > lateMs ? "late" : "reporting";
}

/** This share of a network's devices late together is no accident of theirs: the network is. */
const SILENT_SHARE = 0.8;
/** A single device that is silent is a silent device. */
const SILENT_MIN = 3;

export function isSilentTogether(states: readonly LiveState[]): boolean {
  const late = states.filter((state) => state !== "reporting").length;
  return states.length >= SILENT_MIN && late >= SILENT_SHARE * states.length;
}
