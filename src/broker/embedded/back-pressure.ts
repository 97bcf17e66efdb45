import { LIMIT } from "../../domain/limit.ts";
import type { BrokerParts } from "../broker.ts";
import { type Connection, HOLD } from "./connection.ts";
import type { Session } from "./session.ts";

/**
 * Publishers wait for a subscriber that falls behind, once and for a bounded time. If it has not
 * caught up by then, it loses its oldest messages, and nobody waits for it until it has.
 */
export class BackPressure {
  readonly #parts: Pick<BrokerParts, "clock" | "gauges">;
  /** Who waits for whom; nobody any more where its time is over. */
  readonly #behind = new Map<Session, Set<Connection> | null>();

  constructor(parts: Pick<BrokerParts, "clock" | "gauges">) {
    this.#parts = parts;
  }

  /** A message of this publisher went to a session that is behind. */
  hold(publisher: Connection, session: Session): void {
    // A client that sends to itself would wait for its own acknowledgements.
    if (publisher.admitted?.session === session || !publisher.isOpen) return;
    const waiting = this.#behind.get(session);
    if (waiting === null) return;
    (waiting ?? this.#begin(session)).add(publisher);
    publisher.hold(HOLD.subscriber, true);
  }

  /** The session has caught up, or nobody reads it any more. */
  relieve(session: Session): void {
    this.#release(session);
    this.#behind.delete(session);
  }

  #begin(session: Session): Set<Connection> {
    const waiting = new Set<Connection>();
    this.#behind.set(session, waiting);
    this.#parts.gauges.add("mqtt_back_pressure_total");
    this.#parts.clock.after(LIMIT.subscriberPatienceMs, () => {
      if (this.#behind.get(session) !== waiting) return;
      this.#release(session);
      this.#behind.set(session, null);
    });
    return waiting;
  }

  #release(session: Session): void {
    const waiting = this.#behind.get(session);
    this.#behind.set(session, null);
    for (const publisher of waiting ?? []) {
      const isHeld = [...this.#behind.values()].some((others) => others?.has(publisher));
      if (!isHeld) publisher.hold(HOLD.subscriber, false);
    }
  }
}
