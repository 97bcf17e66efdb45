import { LIMIT } from "./limit.ts";
import { type Problem, problem } from "./problem.ts";

/*
 * Of which times a sample may be: one rule for every door and every historian.
 */

/** All times that a sample may be of. */
export const EVER = { from: LIMIT.earliestMs, to: LIMIT.endMs } as const;

/** The last moment that a JavaScript date can name, year 275760. */
export const DATE_MAX = 8.64e15;

/** Whether people and every database can write it down. Nothing else is of no time: NaN, say. */
export function isPossible(at: number): boolean {
  return at >= EVER.from && at < EVER.to;
}

/** The last time that a sample may be of while the clock says `now`. */
export function latestOf(now: number): number {
  return now + LIMIT.futureMs;
}

/** Why no sample of this time is stored, or undefined; `what` says which one it is. */
export function timeFault(at: number, latest: number, what: string): Problem | undefined {
  if (at > latest)
    return problem("time_in_future", `${what}: more than a day ahead of this server's clock`);
  if (isPossible(at)) return undefined;
  return problem("time_impossible", `${what}: not of the years 1 to 9999`);
}

/** ISO 8601, where a date can say it. */
export function timeText(at: number): string {
  return Math.abs(at) <= DATE_MAX ? new Date(at).toISOString() : `${at} ms`;
}
