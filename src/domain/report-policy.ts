import { assert } from "../lib/assert.ts";

/** When a sensor reports by itself: viaSens' report-time, dead-time and cov in one place. */
export type ReportPolicy = {
  /** The longest time between two reports; 0: none is ever due. */
  readonly longestMs: number;
  /** No change is reported earlier than this after the last report. */
  readonly shortestMs: number;
  /** The difference to the value last reported that is worth a report of its own; 0: none is. */
  readonly change: number;
};

type ReportReason = "first" | "due" | "change" | "configured";

export type Report<T> = {
  readonly at: number;
  readonly value: T;
  readonly reason: ReportReason;
};

type ReporterOptions = {
  /** Whether a new configuration is answered with the current value: viaSens 2.1 does. */
  readonly reportOnConfigure?: boolean;
};

/** Decimal fractions: 22.3 is a change of 0.2 from 22.1, although 22.3 - 22.1 is a little less. */
const TOLERANCE = 1e-5;

/**
 * Decides when a number is reported (viaSens MQTT data spec 1.8, "Sensor Reporting and Dead Time
 * Mechanism"). It has no clock: whoever owns it says what happens when, in order, and calls `tick`
 * at `nextAt`. At one instant readings come before the tick. A late tick reports once.
 */
export class Reporter {
  #policy: ReportPolicy;
  readonly #reportOnConfigure: boolean;
  #value: number | undefined;
  #last: { readonly at: number; readonly value: number } | undefined;
  #isFaulty = false;

  constructor(policy: ReportPolicy, options: ReporterOptions = {}) {
    this.#policy = effective(policy);
    this.#reportOnConfigure = options.reportOnConfigure ?? true;
  }

  /** When `tick` is needed next, unless something else happens before; Infinity for never. */
  get nextAt(): number {
    if (this.#last === undefined) return Number.POSITIVE_INFINITY;
    const { longestMs, shortestMs } = this.#policy;
    const due = longestMs > 0 ? this.#last.at + longestMs : Number.POSITIVE_INFINITY;
    return this.#isChanged() ? Math.min(due, this.#last.at + shortestMs) : due;
  }

  /** The sensor's value as it would go on the wire. What is not a number leaves the old one. */
  read(at: number, value: number): Report<number> | undefined {
    if (Number.isFinite(value)) this.#value = value;
    return this.#evaluate(at);
  }

  tick(at: number): Report<number> | undefined {
    return this.#evaluate(at);
  }

  configure(at: number, policy: ReportPolicy): Report<number> | undefined {
    this.#policy = effective(policy);
    const isSilent = this.#value === undefined || this.#isFaulty;
    return this.#reportOnConfigure && !isSilent
      ? this.#report(at, "configured")
      : this.#evaluate(at);
  }

  /** The sensor has failed: it says nothing until it recovers. */
  fail(): void {
    this.#isFaulty = true;
    this.#value = undefined;
    this.#last = undefined;
  }

  recover(at: number, value: number): Report<number> | undefined {
    this.#isFaulty = false;
    return this.read(at, value);
  }

  #evaluate(at: number): Report<number> | undefined {
    if (this.#value === undefined || this.#isFaulty) return undefined;
    if (this.#last === undefined) return this.#report(at, "first");
    const { longestMs, shortestMs } = this.#policy;
    // The sums of `nextAt`, not differences: rounding must not make a tick come too early.
    if (longestMs > 0 && at >= this.#last.at + longestMs) return this.#report(at, "due");
    if (at >= this.#last.at + shortestMs && this.#isChanged()) return this.#report(at, "change");
    return undefined;
  }

  #isChanged(): boolean {
    if (this.#policy.change === 0 || this.#value === undefined || !this.#last) return false;
    return Math.abs(this.#value - this.#last.value) + TOLERANCE >= this.#policy.change;
  }

  #report(at: number, reason: ReportReason): Report<number> | undefined {
    if (this.#value === undefined) return undefined;
    this.#last = { at, value: this.#value };
    return { at, value: this.#value, reason };
  }
}

/**
 * Decides when presence is reported: movement at once, absence when nothing has moved for the hold
 * time (viaSens: hold-time). States are reported when they change; there is no heartbeat.
 */
export class PresenceReporter {
  #holdMs: number;
  readonly #reportOnConfigure: boolean;
  /** Undefined until the first report after the start. */
  #isPresent: boolean | undefined;
  #isMoving = false;
  #lastMovedAt = Number.NEGATIVE_INFINITY;
  readonly #startedAt: number;

  constructor(startedAt: number, holdMs: number, options: ReporterOptions = {}) {
    this.#startedAt = startedAt;
    this.#holdMs = holdMs;
    this.#reportOnConfigure = options.reportOnConfigure ?? true;
  }

  get nextAt(): number {
    if (this.#isPresent === undefined) return this.#startedAt;
    const isWaiting = this.#isPresent && !this.#isMoving;
    return isWaiting ? this.#lastMovedAt + this.#holdMs : Number.POSITIVE_INFINITY;
  }

  /** Movement begins, or has ended; the hold time runs from its end. */
  move(at: number, isMoving: boolean): Report<boolean> | undefined {
    this.#isMoving = isMoving;
    this.#lastMovedAt = at;
    return this.#isPresent ? undefined : this.#evaluate(at);
  }

  tick(at: number): Report<boolean> | undefined {
    return this.#evaluate(at);
  }

  configure(at: number, holdMs: number): Report<boolean> | undefined {
    this.#holdMs = holdMs;
    const changed = this.#evaluate(at);
    if (changed || !this.#reportOnConfigure || this.#isPresent === undefined) return changed;
    return { at, value: this.#isPresent, reason: "configured" };
  }

  #evaluate(at: number): Report<boolean> | undefined {
    const isPresent = this.#isMoving || at < this.#lastMovedAt + this.#holdMs;
    if (isPresent === this.#isPresent) return undefined;
    const reason = this.#isPresent === undefined ? "first" : "change";
    this.#isPresent = isPresent;
    return { at, value: isPresent, reason };
  }
}

/**
 * What falls due before `until`, each at its own time: for virtual time, where a reading of
 * `until` is fed afterwards.
 */
export function reportsBefore<T>(
  reporter: { readonly nextAt: number; tick(at: number): Report<T> | undefined },
  until: number,
): Report<T>[] {
  const reports: Report<T>[] = [];
  while (reporter.nextAt < until) {
    const report = reporter.tick(reporter.nextAt);
    if (report) reports.push(report);
  }
  return reports;
}

/**
 * "Dead time > report time: report time will be set to dead time value." With a report time of 0
 * that cannot be meant, or "only on COV changes (with respect to dead time)" had no case.
 */
export function effective(policy: ReportPolicy): ReportPolicy {
  const { longestMs, shortestMs, change } = policy;
  const isSound = [longestMs, shortestMs, change].every(
    (knob) => Number.isFinite(knob) && knob >= 0,
  );
  assert(isSound, "a report policy has no negative part");
  return longestMs > 0 ? { ...policy, longestMs: Math.max(longestMs, shortestMs) } : policy;
}
