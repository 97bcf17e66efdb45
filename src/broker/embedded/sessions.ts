import type { AgentId } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Timer } from "../../lib/clock.ts";
import type { BrokerParts } from "../broker.ts";
import type { Archive } from "./archive.ts";
import type { Backlog } from "./delivery-queue.ts";
import { Session, type SessionParts } from "./session.ts";
import type { SessionBook } from "./session-book.ts";
import { readWill } from "./session-record.ts";
import type { RecoveredSession } from "./session-recovery.ts";
import { NO_TIMER } from "./will.ts";

type SessionsParts = Pick<BrokerParts, "clock" | "gauges" | "log" | "onGap"> & {
  readonly onCaughtUp?: (session: Session) => void;
  readonly archive: Archive | null;
  /** Undoes what others know of a session that is over, and what is written of it. */
  readonly onEnd: (session: Session, book: SessionBook | null) => void;
};

/** All sessions. A client id means one only together with its agent: nobody takes another's. */
export class Sessions {
  readonly #parts: SessionsParts;
  /** The same for all: there may be ten thousand. */
  readonly #ofSession: SessionParts;
  readonly #all = new Map<string, Session>();
  readonly #ofAgent = new Map<AgentId, Set<Session>>();
  readonly #backlog: Backlog = { bytes: 0 };
  /** Those without a connection, longest away first, with the timer that ends them. */
  readonly #away = new Map<Session, Timer>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    const onBacklog = () => this.#shrinkLongest();
    this.#ofSession = { ...parts, backlog: this.#backlog, onBacklog };
  }

  get size(): number {
    return this.#all.size;
  }

  /** What waits in all of them. */
  get queuedBytes(): number {
    return this.#backlog.bytes;
  }

  all(): Iterable<Session> {
    return this.#all.values();
  }

  find(agent: AgentId, clientId: string): Session | undefined {
    return this.#all.get(keyOf(agent, clientId));
  }

  /** All of an agent's, as they are now. */
  of(agent: AgentId): readonly Session[] {
    return [...(this.#ofAgent.get(agent) ?? [])];
  }

  begin(agent: AgentId, clientId: string, at: number | null): Session {
    const session = new Session(agent, clientId, this.#ofSession);
    session.begunAt = at;
    this.#all.set(keyOf(agent, clientId), session);
    const theirs = this.#ofAgent.get(agent) ?? new Set();
    this.#ofAgent.set(agent, theirs.add(session));
    return session;
  }

  /** Ends the agent's own oldest away where it has too many; false where all are connected. */
  makeRoomFor(agent: AgentId): boolean {
    const theirs = this.#ofAgent.get(agent);
    if (!theirs || theirs.size < LIMIT.sessionsPerAgent) return true;
    for (const session of this.#away.keys()) {
      if (session.agent !== agent) continue;
      this.#evict(session);
      return true;
    }
    return false;
  }

  /** Drops what has waited too long, and says so. */
  sweep(): void {
    const oldest = this.#parts.clock.now() - LIMIT.queuedMs;
    for (const session of this.#all.values()) session.dropOlder(oldest);
  }

  /** All of which something outlives this process. */
  *lasting(): Generator<Session> {
    for (const session of this.#all.values()) {
      if (session.book || session.testament) yield session;
    }
  }

  /** The client is here, and what was agreed about its session is to survive a restart. */
  writeDown(session: Session): SessionBook | null {
    const { archive } = this.#parts;
    if (!session.book && session.expirySeconds > 0) archive?.begin(session);
    else if (!session.book && session.will) archive?.bequeath(session);
    const book = session.book ?? session.testament;
    book?.write(session, null);
    return book;
  }

  /** A session from before a restart; whoever was connected then has been away since now. */
  restore(recovered: RecoveredSession): Session {
    const { state, receipts, released, deliveries } = recovered;
    const session = this.begin(state.agent, state.clientId, state.begunAt ?? null);
    this.#parts.archive?.resume(session, recovered);
    session.expirySeconds = state.expirySeconds;
    for (const subscription of state.subscriptions) {
      session.subscriptions.set(subscription.filter, subscription);
    }
    for (const packetId of receipts) session.unreleased.set(packetId, null);
    session.restore(released, deliveries.values());
    if (state.will) session.waitingWill = { will: readWill(state.will), timer: NO_TIMER };
    this.leave(session, state.leftAt ?? this.#parts.clock.now());
    return session;
  }

  /** The client is back. */
  welcome(session: Session): void {
    session.leftAt = null;
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
    session.leftAt = leftAt;
    session.book?.write(session, leftAt);
    this.#away.set(
      session,
      clock.after(leftMs, () => this.end(session)),
    );
    if (this.#away.size <= LIMIT.sessions) return;
    const [oldest] = this.#away.keys();
    if (oldest) this.#evict(oldest);
  }

  end(session: Session): void {
    this.welcome(session);
    const { agent, clientId } = session;
    this.#all.delete(keyOf(agent, clientId));
    const theirs = this.#ofAgent.get(agent);
    theirs?.delete(session);
    if (theirs?.size === 0) this.#ofAgent.delete(agent);
    session.end();
    const book = session.book ?? session.testament;
    session.book = null;
    session.testament = null;
    this.#parts.onEnd(session, book);
  }

  #evict(session: Session): void {
    const { agent, clientId, queued } = session;
    this.#parts.log.warn("session ended to make room", { agent, clientId, queued });
    this.#parts.gauges.add('mqtt_dropped_total{reason="session_evicted"}', queued);
    if (queued > 0) this.#parts.onGap?.(agent, clientId);
    this.end(session);
  }

  /** One that is away and never comes must not take the room of all others. */
  #shrinkLongest(): void {
    let longest: Session | undefined;
    for (const session of this.#all.values()) {
      if (!longest || session.queuedBytes > longest.queuedBytes) longest = session;
    }
    longest?.dropHalf();
  }
}

/** How long a session is kept that its client wants for so long. */
export function keptSeconds(wantedSeconds: number): number {
  return Math.min(wantedSeconds, LIMIT.sessionAwayMs / 1000);
}

function keyOf(agent: AgentId, clientId: string): string {
  return `${agent}\0${clientId}`;
}
