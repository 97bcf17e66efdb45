import type { Refusal } from "../broker/broker.ts";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { ProblemCode } from "../domain/problem.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";

const HOUR_MS = 60 * 60_000;
/** Somebody wanted to connect, and what he showed did not do. */
const OF_CONNECTIONS: ReadonlySet<ProblemCode> = new Set(["agent_refused", "sign_in_wrong"]);

type Parts = {
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Writes in the journal who was not let in, and why: each client and reason once an hour, for most
 * devices try again at once; and of all of them no more than `LIMIT.refusalsPerHour`, for strangers
 * must not fill the disk. How many were not written down is said with the next one.
 */
export function refusedConnectionWriter({ record, clock, log }: Parts): (refusal: Refusal) => void {
  const written = new Set<string>();
  let since = Number.NEGATIVE_INFINITY;
  let unrecorded = 0;
  return ({ clientId, remote, problem: { code, detail: reason } }) => {
    if (!OF_CONNECTIONS.has(code)) return;
    if (clock.monotonic() - since >= HOUR_MS) {
      since = clock.monotonic();
      written.clear();
    }
    const key = JSON.stringify([clientId, reason]);
    if (written.has(key) || written.size >= LIMIT.refusalsPerHour) {
      unrecorded += 1;
      return;
    }
    written.add(key);
    const detail = { clientId, remote, reason, ...(unrecorded > 0 && { unrecorded }) };
    unrecorded = 0;
    const event = { actor: THE_HOUSE, kind: "agent.refused", subject: "broker", detail };
    record(event).catch((failed: unknown) => {
      log.error("a refusal is not in the journal", { reason: String(failed) });
    });
  };
}
