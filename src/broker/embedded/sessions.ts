import type { AgentId } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Timer } from "../../lib/clock.ts";
import type { BrokerParts } from "../broker.ts";
import { Session } from "./session.ts";

type SessionsParts = Pick<BrokerParts, "clock" | "gauges" | "log"> & {
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

  /** The client is back. */
  welcome(session: Session): void {
    this.#away.get(session)?.cancel();
    this.#away.delete(session);
  }

  /** The client has gone: its session is kept as long as was agreed, and as there is room. */
  leave(session: Session): void {
    if (session.expirySeconds === 0) {
      this.end(session);
      return;
    }
    const { clock } = this.#parts;
    this.#away.set(
      session,
      clock.after(session.expirySeconds * 1000, () => this.end(session)),
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
