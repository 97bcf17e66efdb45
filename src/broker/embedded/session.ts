import type { AgentId } from "../../domain/brand.ts";
import type { Gate } from "../../domain/gate.ts";
import { LIMIT } from "../../domain/limit.ts";
import { LazyMap } from "../../lib/lazy-map.ts";
import type { BrokerParts } from "../broker.ts";
import { DUP_BIT, PACKET, QOS_BITS, qosOf, REASON } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import { type Backlog, DeliveryQueue } from "./delivery-queue.ts";
import { type Delivery, secondsLeft } from "./routed-message.ts";
import type { SessionBook } from "./session-book.ts";
import type { Subscription } from "./subscriptions.ts";
import type { WaitingWill, Will } from "./will.ts";

const PACKET_ID_MAX = 65_535;
/** Of all packet ids, some are left for what is sent without being written down. */
const TAKEN_MAX = 65_000;

export type SessionParts = Pick<BrokerParts, "clock" | "gauges" | "log" | "onGap"> & {
  /** Shared by all sessions. */
  readonly backlog: Backlog;
  /** The backlog of all is too large: some session has to lose what waits. */
  readonly onBacklog: () => void;
  /** A client that had fallen behind has all that waited for it. */
  readonly onCaughtUp?: ((session: Session) => void) | undefined;
};

/** What the broker remembers of a client, with or without a connection: MQTT 5.0 section 4.1. */
export class Session {
  readonly agent: AgentId;
  readonly clientId: string;
  /** Null while the client is away. */
  connection: Connection | null = null;
  /** In the clock's milliseconds; null where nobody wrote it down. */
  begunAt: number | null = null;
  /** Null while the client is connected. */
  leftAt: number | null = null;
  /** How often the client began to lose messages. */
  gaps = 0;
  /** How long it is remembered when the client is away. */
  expirySeconds = 0;
  readonly subscriptions = new LazyMap<string, Subscription>();
  /**
   * QoS 2 messages of the client by packet id, until it releases them: the connection that waits
   * for PUBREC, or null once that was sent. Packet ids bound it: MQTT 3 knows no smaller window.
   */
  readonly unreleased = new LazyMap<number, Connection | null>();
  /** A will that is published unless the client comes back in time. */
  waitingWill: WaitingWill | null = null;
  /** A will that was published and is not safe yet: a restart would publish it once more. */
  leavingWill: Will | null = null;
  /** Where the session outlives this process; null where it does not. */
  book: SessionBook | null = null;
  /** Where the session ends with its connection, and its will alone outlives this process. */
  testament: SessionBook | null = null;
  readonly #parts: SessionParts;
  readonly #queue: DeliveryQueue;
  /** Deliveries that wait for PUBACK or PUBREC; null: released, waits for PUBCOMP. */
  readonly #inflight = new LazyMap<number, Delivery | null>();
  /** Packet ids of deliveries that are written down, sent or not. */
  readonly #taken = new LazyMap<number, true>();
  #lastPacketId = 0;
  #dropped = 0;
  #isOverflowing = false;
  #isBehind = false;
  #onCaughtUp: (() => void)[] = [];

  constructor(agent: AgentId, clientId: string, parts: SessionParts) {
    this.agent = agent;
    this.clientId = clientId;
    this.#parts = parts;
    this.#queue = new DeliveryQueue(parts.backlog);
  }

  /** What is published if its client is lost or does not come back in time, or if we are lost. */
  get will(): Will | null {
    return this.connection?.will ?? this.waitingWill?.will ?? this.leavingWill;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Sent, and not acknowledged by the client. */
  get inflight(): number {
    return this.#inflight.size;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Connected, and slower than what comes for it. */
  get isBehind(): boolean {
    return this.#isBehind && this.connection !== null;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Never waits: what a slow client cannot take now is queued, or dropped and counted. */
  deliver(delivery: Delivery): void {
    const { connection } = this;
    const isSure = (delivery.first & QOS_BITS) !== 0;
    if (connection && this.#queue.size === 0 && this.#canSend(connection)) {
      this.#send(connection, delivery);
    } else if (isSure) {
      this.#enqueue(delivery);
    } else if (connection) {
      if (connection.isCongested) this.#drop("slow_subscriber");
      else this.#send(connection, delivery);
    }
  }

  /** A packet id for a delivery that is to be written down; 0 where too much waits already. */
  claimPacketId(): number {
    if (this.#taken.size >= TAKEN_MAX) {
      this.#drop("queue_full");
      return 0;
    }
    const packetId = this.#nextPacketId();
    this.#taken.set(packetId, true);
    return packetId;
  }

  /** What was written down before a restart: PUBRELs that wait, then deliveries in their order. */
  restore(released: Iterable<number>, deliveries: Iterable<Delivery>): void {
    for (const packetId of released) this.#restore(packetId, null);
    for (const delivery of deliveries) this.#restore(delivery.written?.packetId ?? 0, delivery);
  }

  /**
   * Gives back what others can take: what it never sent, and QoS 1 without acknowledgement. QoS 2
   * that was sent stays: MQTT 5.0 section 4.8.2.
   */
  surrender(isTaken: (filter: string) => boolean): readonly Delivery[] {
    const isOthers = ({ shared }: Delivery) => shared !== undefined && isTaken(shared);
    const gone: Delivery[] = [];
    for (const [packetId, delivery] of this.#inflight) {
      if (!delivery || !isOthers(delivery) || qosOf(delivery.first) === 2) continue;
      this.#inflight.delete(packetId);
      gone.push(delivery);
    }
    gone.push(...this.#queue.keepOnly((delivery) => !isOthers(delivery)));
    for (const delivery of gone) this.#forget(delivery);
    return gone;
  }

  /** Deliveries that are written down. */
  *written(): Generator<Delivery> {
    for (const delivery of this.#inflight.values()) if (delivery?.written) yield delivery;
    for (const delivery of this.#queue.all()) if (delivery.written) yield delivery;
  }

  /** Packet ids that wait for PUBCOMP. */
  released(): number[] {
    return [...this.#inflight].flatMap(([packetId, delivery]) => (delivery ? [] : packetId));
  }

  /** A retained message waits in line whatever its QoS: it may be the only one for a long time. */
  replay(delivery: Delivery): void {
    this.#enqueue(delivery);
    this.pump();
  }

  /** Sends what waits, as far as the client's window and its socket take it. */
  pump(): void {
    const { connection } = this;
    if (!connection) return;
    while (this.#queue.size > 0 && this.#canSend(connection)) {
      const delivery = this.#queue.shift();
      if (delivery) this.#send(connection, delivery);
    }
    if (this.#queue.size === 0) this.#caughtUp();
  }

  /** Calls once when the client is there and has all that waited for it. */
  whenCaughtUp(call: () => void): void {
    this.#onCaughtUp.push(call);
  }

  /** What waits for longer than anybody can want it. */
  dropOlder(than: number): void {
    this.#lose(this.#queue.dropOlder(than), "too_old");
  }

  /** To make room for the others. */
  dropHalf(): void {
    this.#lose(this.#queue.halve(), "backlog_full");
  }

  /** The session is over: what waits for it does not count any more. */
  end(): void {
    this.#queue.clear();
  }

  /** Sends again what the client did not acknowledge, then what waits: MQTT 5.0 section 4.4. */
  resume(connection: Connection): void {
    for (const [packetId, delivery] of this.#inflight) {
      if (delivery === null) {
        this.#sendPubrel(packetId, connection);
      } else {
        this.#sendAgain(packetId, delivery, connection);
      }
    }
    this.pump();
  }

  /**
   * Not what has expired since: a command is never obeyed later, whatever the client missed. At
   * QoS 2 it goes on: its packet id may mean this message to the client (MQTT 5.0 section 4.3.3).
   */
  #sendAgain(packetId: number, delivery: Delivery, connection: Connection): void {
    const left = this.#secondsLeft(delivery);
    if (left !== null && left <= 0 && qosOf(delivery.first) < 2) {
      this.#inflight.delete(packetId);
      this.#drop("expired");
      this.#forget(delivery);
      return;
    }
    const life = left === null ? null : Math.max(0, left);
    connection.publish({ ...delivery, first: delivery.first | DUP_BIT }, packetId, life);
  }

  /** Forgets what the client may not have any more: its rights can change while it is away. */
  narrow(gate: Gate): void {
    const gone = this.#queue.keepOnly(({ message }) => gate.maySubscribe(message.topic));
    for (const delivery of gone) this.#forget(delivery);
    for (const [packetId, delivery] of this.#inflight) {
      if (!delivery || gate.maySubscribe(delivery.message.topic)) continue;
      this.#inflight.delete(packetId);
      this.#forget(delivery);
    }
  }

  /** Calls when a restart would remember what was written of it; at once where none would. */
  whenSafe(call: () => void): void {
    if (this.book) this.book.whenSafe(call);
    else call();
  }

  /** PUBACK or PUBCOMP: the client has it. */
  finish(packetId: number): void {
    if (!this.#inflight.delete(packetId)) return;
    if (this.#taken.delete(packetId)) this.book?.done(packetId);
    this.pump();
  }

  /** PUBREC: answered with PUBREL, and the message need not be kept any longer. */
  release(packetId: number, connection: Connection): void {
    if (!this.#inflight.has(packetId)) {
      connection.ack(PACKET.pubrel, packetId, REASON.packetIdNotFound);
      return;
    }
    this.#inflight.set(packetId, null);
    if (this.#taken.has(packetId)) this.book?.released(packetId);
    this.#sendPubrel(packetId, connection);
  }

  /** Not before a restart would remember it: else the message would be sent, and taken, twice. */
  #sendPubrel(packetId: number, connection: Connection): void {
    this.whenSafe(() => connection.isOpen && connection.ack(PACKET.pubrel, packetId));
  }

  #restore(packetId: number, delivery: Delivery | null): void {
    this.#taken.set(packetId, true);
    this.#lastPacketId = packetId;
    if (delivery) this.#enqueue(delivery);
    else this.#inflight.set(packetId, null);
  }

  /** A delivery that was dropped is not to come back after a restart. */
  #forget({ written }: Delivery): void {
    if (written && this.#taken.delete(written.packetId)) this.book?.done(written.packetId);
  }

  #canSend(connection: Connection): boolean {
    return this.#inflight.size < connection.receiveMaximum && !connection.isCongested;
  }

  #send(connection: Connection, delivery: Delivery): void {
    const left = this.#secondsLeft(delivery);
    if (left !== null && left <= 0) {
      this.#drop("expired");
      this.#forget(delivery);
      return;
    }
    const isSure = (delivery.first & QOS_BITS) !== 0;
    const packetId = isSure ? (delivery.written?.packetId ?? this.#nextPacketId()) : 0;
    if (connection.publish(delivery, packetId, left)) {
      if (isSure) this.#inflight.set(packetId, delivery);
    } else {
      this.#drop("packet_too_large");
      this.#forget(delivery);
    }
  }

  #enqueue(delivery: Delivery): void {
    const { backlog, clock, onBacklog } = this.#parts;
    this.#lose(this.#queue.push(delivery, clock.now()), "queue_full");
    this.#isBehind ||= this.connection !== null && this.#queue.isHalfFull;
    if (backlog.bytes > LIMIT.queuedBytes) onBacklog();
  }

  #caughtUp(): void {
    this.#isOverflowing = false;
    const waiting = this.#onCaughtUp;
    if (waiting.length > 0) this.#onCaughtUp = [];
    for (const call of waiting) call();
    if (!this.#isBehind) return;
    this.#isBehind = false;
    this.#parts.onCaughtUp?.(this);
  }

  /** Counted, and said once until the client has caught up: what it gets has a gap. */
  #lose(gone: readonly Delivery[], reason: string): void {
    if (gone.length === 0) return;
    for (const each of gone) this.#forget(each);
    this.#drop(reason, gone.length);
    if (this.#isOverflowing) return;
    this.#isOverflowing = true;
    this.gaps += 1;
    const { agent, clientId } = this;
    this.#parts.onGap?.(agent, clientId);
    this.#parts.log.warn("a client loses its oldest messages", { agent, clientId, reason });
  }

  #drop(reason: string, count = 1): void {
    this.#dropped += count;
    this.#parts.gauges.add(`mqtt_dropped_total{reason="${reason}"}`, count);
  }

  #secondsLeft({ message }: Delivery): number | null {
    return message.expiresAt === null ? null : secondsLeft(message, this.#parts.clock.now());
  }

  #nextPacketId(): number {
    do {
      this.#lastPacketId = this.#lastPacketId === PACKET_ID_MAX ? 1 : this.#lastPacketId + 1;
    } while (this.#inflight.has(this.#lastPacketId) || this.#taken.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
