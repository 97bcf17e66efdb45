import { DUP_BIT } from "../protocol.ts";
import type { Delivery, RoutedMessage, WrittenRecord } from "./routed-message.ts";
import {
  type PacketOf,
  RECORD,
  readMessage,
  readPacket,
  readSession,
  type SessionState,
  type WrittenDelivery,
} from "./session-record.ts";

/** A session as the log tells it. */
export type RecoveredSession = {
  readonly number: number;
  /** The segment with its latest state. */
  segment: number;
  state: SessionState;
  readonly receipts: Set<number>;
  readonly released: Set<number>;
  /** By packet id. */
  readonly deliveries: Map<number, Delivery>;
};

type Where = { readonly message: RoutedMessage; readonly record: WrittenRecord };

/**
 * Reads the log's records in order. A record may come twice, after a failed write or where an old
 * segment was freed: the second changes nothing, since what undoes it comes behind both.
 */
export class SessionRecovery {
  lastSession = 0;
  lastSerial = 0;
  readonly #sessions = new Map<number, RecoveredSession>();
  readonly #now: number;

  /** `now` is taken for the time of messages that have none. */
  constructor(now: number) {
    this.#now = now;
  }

  replay(body: Buffer, segment: number): void {
    switch (body.readUInt8(0)) {
      case RECORD.session:
        this.#session(body, segment);
        break;
      case RECORD.end:
        this.#sessions.delete(body.readUInt32BE(1));
        break;
      case RECORD.message:
      case RECORD.undated:
        this.#message(body, segment);
        break;
      default:
        this.#packet(body.readUInt8(0), readPacket(body));
    }
  }

  /** Each with its deliveries in the order in which they came. */
  sessions(): readonly RecoveredSession[] {
    return [...this.#sessions.values()].map((session) => {
      const rows = [...session.deliveries].toSorted(([, a], [, b]) => serialOf(a) - serialOf(b));
      return { ...session, deliveries: new Map(rows) };
    });
  }

  #session(body: Buffer, segment: number): void {
    const { session: number, state } = readSession(body);
    this.lastSession = Math.max(this.lastSession, number);
    const known = this.#sessions.get(number);
    const none = { receipts: new Set<number>(), released: new Set<number>() };
    const session = known ?? { number, segment, state, ...none, deliveries: new Map() };
    session.state = state;
    session.segment = segment;
    for (const packetId of state.receipts) session.receipts.add(packetId);
    for (const packetId of state.released) session.released.add(packetId);
    this.#sessions.set(number, session);
  }

  #message(body: Buffer, segment: number): void {
    const { serial, at, message, deliveries, receipt } = readMessage(body);
    this.lastSerial = Math.max(this.lastSerial, serial);
    const where = { message, record: { serial, at: at || this.#now, segment } };
    for (const delivery of deliveries) this.#delivery(delivery, where);
    if (receipt) this.#sessions.get(receipt.session)?.receipts.add(receipt.packetId);
  }

  #delivery({ session, packetId, first, ids }: WrittenDelivery, { message, record }: Where): void {
    // It may have been sent before: MQTT 5.0 section 3.3.1.1.
    const delivery = { message, first: first | DUP_BIT, ids, written: { packetId, record } };
    this.#sessions.get(session)?.deliveries.set(packetId, delivery);
  }

  #packet(type: number, { session: number, packetId }: PacketOf): void {
    const session = this.#sessions.get(number);
    if (type === RECORD.receipt) session?.receipts.add(packetId);
    else if (type === RECORD.forgotten) session?.receipts.delete(packetId);
    else if (type === RECORD.released) session?.released.add(packetId);
    else session?.released.delete(packetId);
    if (type === RECORD.released || type === RECORD.done) session?.deliveries.delete(packetId);
  }
}

function serialOf({ written }: Delivery): number {
  return written?.record.serial ?? 0;
}
