import type { AgentId } from "../../domain/brand.ts";
import type { SessionInfo } from "../broker.ts";
import { REASON } from "../protocol.ts";
import type { Core } from "./core.ts";
import type { Session } from "./session.ts";

/** A session as people are shown it. */
export function sessionInfo(session: Session, now: number): SessionInfo {
  const { agent, clientId, connection, begunAt, leftAt, expirySeconds, subscriptions } = session;
  const { book, will, queued, queuedBytes, inflight, dropped, gaps } = session;
  return {
    ...{ agent, clientId, begunAt, expirySeconds, subscriptions },
    ...{ queued, queuedBytes, inflight, dropped, gaps },
    isConnected: connection !== null,
    since: connection?.connectedAt ?? leftAt ?? now,
    isLasting: book !== null,
    hasWill: will !== null,
  };
}

/** Somebody wants it gone: its client is told, and its will is due. False where there is none. */
export function endSession({ sessions }: Core, agent: AgentId, clientId: string): boolean {
  const session = sessions.find(agent, clientId);
  if (!session) return false;
  const cause = "its session was ended";
  session.connection?.close({ cause, reason: REASON.administrative, isWillDue: true });
  // One that is kept while its client is away is still there.
  if (sessions.find(agent, clientId) === session) sessions.end(session);
  return true;
}
