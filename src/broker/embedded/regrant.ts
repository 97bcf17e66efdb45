import type { Rights } from "../../domain/agent.ts";
import type { AgentId } from "../../domain/brand.ts";
import { Gate } from "../../domain/gate.ts";
import { REASON } from "../protocol.ts";
import type { Core } from "./core.ts";
import type { Session } from "./session.ts";
import { innerFilter } from "./shared.ts";
import { cancelWill } from "./will.ts";

/**
 * An agent's rights are others from now on, also for connections that are open and for sessions
 * whose client is away. MQTT has no word for "you are not subscribed any more": a client that lost
 * a subscription or its will is sent away, and learns what it may when it comes back. One that lost
 * nothing notices nothing.
 */
export function regrant(core: Core, agent: AgentId, rights: Rights): void {
  // Whoever is being let in just now is asked about again.
  core.verdicts.count += 1;
  const gate = new Gate({ agent, rights });
  for (const session of core.sessions.of(agent)) {
    const { connection } = session;
    connection?.regrant(gate);
    const isLess = [narrow(core, session, gate), dropWill(session, gate)].includes(true);
    if (!isLess || !connection) continue;
    const cause = "its rights were changed";
    connection.close({ cause, reason: REASON.notAuthorised, isWillDue: true });
  }
}

/** Forgets what the client may not have any more; tells whether it lost a subscription. */
export function narrow(core: Core, session: Session, gate: Gate): boolean {
  const before = session.subscriptions.size;
  for (const filter of [...session.subscriptions.keys()]) {
    if (gate.maySubscribe(innerFilter(filter) ?? filter)) continue;
    session.subscriptions.delete(filter);
    core.subscriptions.remove(session, filter);
  }
  session.narrow(gate);
  return session.subscriptions.size < before;
}

function dropWill(session: Session, gate: Gate): boolean {
  const { connection, will } = session;
  if (!will || gate.mayPublish(will.topic)) return false;
  cancelWill(session);
  session.leavingWill = null;
  const isLess = connection?.will === will;
  if (connection) connection.will = null;
  session.book?.write(session);
  return isLess;
}
