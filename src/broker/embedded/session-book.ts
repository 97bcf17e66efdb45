import type { Session } from "./session.ts";
import type { SessionLog } from "./session-log.ts";
import { endRecord, packetRecord, RECORD, sessionRecord, writtenWill } from "./session-record.ts";

const NOTHING = { subscriptions: [], receipts: [], released: [] };

/**
 * The pages of one session in the log: what it writes, a restart will read. Of a session that ends
 * with its connection that is its will: a restart ends it, and publishes that.
 */
export class SessionBook {
  readonly number: number;
  /** The oldest segment that has to be kept for the session itself. */
  segment: number;
  /** QoS 2 messages of the client that were written and not released. */
  readonly receipts: Set<number>;
  readonly #log: SessionLog;
  #leftAt: number | null = null;

  constructor(log: SessionLog, number: number, receipts: Iterable<number> = []) {
    this.#log = log;
    this.number = number;
    this.segment = log.segment;
    this.receipts = new Set(receipts);
  }

  /** Its client is connected (null), or left at this time. */
  write(session: Session, leftAt: number | null = this.#leftAt): void {
    this.#leftAt = leftAt;
    this.segment = this.#log.segment;
    const { agent, clientId, expirySeconds, begunAt, will } = session;
    const state = {
      ...{ agent, clientId, expirySeconds, leftAt },
      ...(begunAt !== null && { begunAt }),
      ...(session.testament === this ? NOTHING : this.#keptOf(session)),
      ...(will && { will: writtenWill(will) }),
    };
    this.#log.append(sessionRecord(this.number, state));
  }

  end(): void {
    this.#log.append(endRecord(this.number));
  }

  done(packetId: number): void {
    this.#log.append(packetRecord(RECORD.done, { session: this.number, packetId }));
  }

  released(packetId: number): void {
    this.#log.append(packetRecord(RECORD.released, { session: this.number, packetId }));
  }

  forget(packetId: number): void {
    if (!this.receipts.delete(packetId)) return;
    this.#log.append(packetRecord(RECORD.forgotten, { session: this.number, packetId }));
  }

  whenSafe(call: () => void): void {
    this.#log.whenSafe(call);
  }

  #keptOf(session: Session) {
    return {
      subscriptions: [...session.subscriptions.values()],
      receipts: [...this.receipts],
      released: session.released(),
    };
  }
}
