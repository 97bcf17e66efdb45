import type { AgentId } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Timer } from "../../lib/clock.ts";
import type { BrokerParts } from "../broker.ts";
import type { Archive } from "./archive.ts";
import { Session } from "./session.ts";
import type { RecoveredSession } from "./session-recovery.ts";

type SessionsParts = Pick<BrokerParts, "clock" | "gauges" | "log" | "onGap"> & {
  readonly archive: Archive | null;
  /** Undoes what others know of a session that is over. */
  readonly onEnd: (session: Session) => void;
};

/** All sessions. A client id means one only together with its agent: nobody takes another's. */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #all = new Map<string, Session>();
  /** Those without a connection, longest away first, with the timer that ends them. */
  readonly #away = new Map<Session, Timer>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#all.size;
  }

  find(agent: AgentId, clientId: string): Session | undefined {
    return this.#all.get(keyOf(agent, clientId));
  }

  begin(agent: AgentId, clientId: string): Session {
    const session = new Session(agent, clientId, this.#parts);
    this.#all.set(keyOf(agent, clientId), session);
    return session;
  }

  /** All that outlive this process. */
  *lasting(): Generator<Session> {
    for (const session of this.#all.values()) if (session.book) yield session;
  }

  /** The client is here, and what was agreed about its session is to survive a restart. */
  writeDown(session: Session): void {
    if (!session.book && session.expirySeconds > 0) this.#parts.archive?.begin(session);
    session.book?.write(session, null);
  }

  /** A session from before a restart; whoever was connected then has been away since now. */
  restore(recovered: RecoveredSession): Session {
    const { state, receipts, released, deliveries } = recovered;
    const session = this.begin(state.agent, state.clientId);
    this.#parts.archive?.resume(session, recovered);
    session.expirySeconds = state.expirySeconds;
    for (const subscription of state.subscriptions) {
      session.subscriptions.set(subscription.filter, subscription);
    }
    for (const packetId of receipts) session.unreleased.set(packetId, null);
    session.restore(released, deliveries.values());
    this.leave(session, state.leftAt ?? this.#parts.clock.now());
    return session;
  }

  /** The client is back. */
  welcome(session: Session): void {
    this.#away.get(session)?.cancel();
    this.#away.delete(session);
  }

  /** The client has gone: its session is kept as long as was agreed, and as there is room. */
  leave(session: Session, leftAt = this.#parts.clock.now()): void {
    const { clock } = this.#parts;
    const leftMs = leftAt + session.expirySeconds * 1000 - clock.now();
    if (leftMs <= 0) {
      this.end(session);
      return;
    }
    session.book?.write(session, leftAt);
    this.#away.set(
      session,
      clock.after(leftMs, () => this.end(session)),
    );
    if (this.#away.size <= LIMIT.sessions) return;
    const [oldest] = this.#away.keys();
    if (!oldest) return;
    const { agent, clientId, queued } = oldest;
    this.#parts.log.warn("session ended to make room", { agent, clientId, queued });
    this.#parts.gauges.add('mqtt_dropped_total{reason="session_evicted"}', queued);
    this.end(oldest);
  }

  end(session: Session): void {
    this.welcome(session);
    this.#all.delete(keyOf(session.agent, session.clientId));
    session.book?.end();
    session.book = null;
    this.#parts.onEnd(session);
  }
}

/** How long a session is kept that its client wants for so long. */
export function keptSeconds(wantedSeconds: number): number {
  return Math.min(wantedSeconds, LIMIT.sessionAwayMs / 1000);
}

function keyOf(agent: AgentId, clientId: string): string {
  return `${agent}\0${clientId}`;
}
