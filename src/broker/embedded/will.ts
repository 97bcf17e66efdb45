import type { AgentId, Timestamp } from "../../domain/brand.ts";
import type { Timer } from "../../lib/clock.ts";
import type { Connection } from "./connection.ts";
import type { Core } from "./core.ts";
import { NOTHING_KEPT } from "./intake.ts";
import type { Session } from "./session.ts";
import { knownTopic } from "./topic-table.ts";

/** What a client asked to have published when it is lost: MQTT 5.0 section 3.1.2.5. */
export type Will = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly delaySeconds: number;
  readonly expirySeconds: number | null;
  /** MQTT 5 properties for the subscribers, encoded. */
  readonly properties: Uint8Array;
};

export type WaitingWill = { readonly will: Will; readonly timer: Timer };

/** Of a will that nothing will happen to before the process ends, or has begun. */
export const NO_TIMER: Timer = { cancel: () => {} };

/** After a restart it waits at least so long: whoever comes back by then was never lost. */
const RETURN_MS = 30_000;

/** Publishes the will now, or after its delay; a session that ends earlier does not wait for it. */
export function executeWill(core: Core, session: Session, will: Will): void {
  if (session.expirySeconds === 0) {
    // It ends with its connection, and then its will is due.
    session.waitingWill = { will, timer: NO_TIMER };
    return;
  }
  if (will.delaySeconds === 0) {
    publishKept(core, session, will);
    return;
  }
  const timer = core.parts.clock.after(will.delaySeconds * 1000, () =>
    publishWaiting(core, session),
  );
  session.waitingWill = { will, timer };
}

/**
 * The process ends, which is nothing that the client has done: MQTT 5.0 section 3.1.2.5 lets the
 * will wait for the restart. Who comes back to its session then takes its will back.
 */
export function deferWill({ will, admitted }: Connection): void {
  const session = admitted?.session;
  if (!session) return;
  if (will && session.book) session.waitingWill = { will, timer: NO_TIMER };
  // Its session ends now; what is written of its will is read at the start.
  session.testament = null;
}

/** From before a restart: its client left then, or was there until now (null). */
export function resumeWill(core: Core, session: Session, leftAt: number | null): void {
  const { clock } = core.parts;
  const will = session.waitingWill?.will;
  if (!will) return;
  const now = clock.now();
  const dueAt = (leftAt ?? now) + will.delaySeconds * 1000;
  const timer = clock.after(Math.max(dueAt - now, RETURN_MS), () => publishWaiting(core, session));
  session.waitingWill = { will, timer };
}

/** The client came back in time. */
export function cancelWill(session: Session): void {
  session.waitingWill?.timer.cancel();
  session.waitingWill = null;
}

/** For a session that ends, or whose will has waited long enough; whether one is on its way. */
export function publishWaiting(core: Core, session: Session): boolean {
  const waiting = session.waitingWill;
  cancelWill(session);
  if (waiting) publishKept(core, session, waiting.will);
  return session.leavingWill !== null;
}

/** It stays written until the message that it has become is. */
function publishKept(core: Core, session: Session, will: Will): void {
  session.leavingWill = will;
  publishWill(core, session.agent, will);
  core.intake.whenSafe(() => {
    if (session.leavingWill !== will) return;
    session.leavingWill = null;
    session.book?.write(session);
  });
}

function publishWill(core: Core, agent: AgentId, will: Will): void {
  const now = core.parts.clock.now();
  core.intake.offer({
    topic: will.topic,
    payload: will.payload,
    agent,
    receivedAt: now as Timestamp,
    retain: will.retain,
    known: knownTopic(will.topic),
    qos: will.qos,
    properties: will.properties,
    expiresAt: will.expirySeconds === null ? null : now + will.expirySeconds * 1000,
    connection: null,
    packetId: 0,
    kept: NOTHING_KEPT,
    chosen: null,
  });
}
