import type { ChannelName } from "./brand.ts";
import { effective, type ReportPolicy } from "./report-policy.ts";

/** What a channel was told about reporting: what its values should then look like. */
export type Expectation = { readonly channel: ChannelName; readonly policy: ReportPolicy };

/** A pair of reports that the policy does not explain. */
type Suspect = {
  readonly from: number;
  readonly to: number;
  /** Too late for the report time; sooner than the dead time; too small a change, and too soon. */
  readonly why: "late" | "early" | "small";
};

/** While the network was away; what was said then, or not said, is nobody's fault. */
export type Outage = { readonly from: number; readonly to: number };

type ReportCheck = {
  /** Pairs of reports that were looked at. */
  readonly gaps: number;
  readonly suspects: readonly Suspect[];
};

type Reports = {
  readonly at: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly count: number;
};

/** Fewer gaps than these say nothing. */
export const GAPS_MIN = 5;
/** A node's clock, and what its mesh and its gateway add, on either side of the promised time. */
const LATE_SHARE = 0.1;
const LATE_MS = 30_000;
const EARLY_MS = 5_000;
/** As in `Reporter`: a change of 0.2 may come out a little smaller. */
const TOLERANCE = 1e-5;

/**
 * Whether a sensor reports as it was told (viaSens MQTT data spec 1.8, "Sensor Reporting and Dead
 * Time Mechanism"), seen from what arrived. A device that answers no configuration shows this way
 * whether it took it; it may also be that a message was lost, so this is a suspicion.
 */
export function checkReports(
  policy: ReportPolicy,
  { at, value, count }: Reports,
  outages: readonly Outage[] = [],
): ReportCheck {
  const told = effective(policy);
  const suspects: Suspect[] = [];
  let gaps = 0;
  for (let row = 1; row < count; row += 1) {
    const [from, to] = [at[row - 1] ?? 0, at[row] ?? 0];
    if (outages.some((outage) => outage.from <= to && outage.to >= from)) continue;
    gaps += 1;
    const why = oddityOf(told, to - from, Math.abs((value[row] ?? 0) - (value[row - 1] ?? 0)));
    if (why) suspects.push({ from, to, why });
  }
  return { gaps, suspects };
}

function oddityOf(
  { longestMs, shortestMs, change }: ReportPolicy,
  gapMs: number,
  difference: number,
): Suspect["why"] | undefined {
  if (longestMs > 0 && gapMs > longestMs * (1 + LATE_SHARE) + LATE_MS) return "late";
  if (gapMs < shortestMs - EARLY_MS) return "early";
  if (longestMs > 0 && gapMs >= longestMs - EARLY_MS) return undefined;
  return change === 0 || difference + TOLERANCE < change ? "small" : undefined;
}
