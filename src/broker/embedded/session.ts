import type { AgentId } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { BrokerParts } from "../broker.ts";
import type { Gate } from "./admission.ts";
import type { Connection } from "./connection.ts";
import { DeliveryQueue } from "./delivery-queue.ts";
import { DUP_BIT, PACKET, QOS_BITS, REASON } from "./protocol.ts";
import { type Delivery, secondsLeft } from "./routed-message.ts";
import type { Subscription } from "./subscriptions.ts";
import type { WaitingWill } from "./will.ts";

const PACKET_ID_MAX = 65_535;

type SessionParts = Pick<BrokerParts, "clock" | "gauges" | "log">;

/** What the broker remembers of a client, with or without a connection: MQTT 5.0 section 4.1. */
export class Session {
  readonly agent: AgentId;
  readonly clientId: string;
  /** Null while the client is away. */
  connection: Connection | null = null;
  /** How long it is remembered when the client is away. */
  expirySeconds = 0;
  readonly subscriptions = new Map<string, Subscription>();
  /**
   * QoS 2 messages of the client by packet id, until it releases them: the connection that waits
   * for PUBREC, or null once that was sent. Packet ids bound it: MQTT 3 knows no smaller window.
   */
  readonly unreleased = new Map<number, Connection | null>();
  /** A will that is published unless the client comes back in time. */
  waitingWill: WaitingWill | null = null;
  readonly #parts: SessionParts;
  readonly #queue = new DeliveryQueue();
  /** Deliveries that wait for PUBACK or PUBREC; null: released, waits for PUBCOMP. */
  readonly #inflight = new Map<number, Delivery | null>();
  #lastPacketId = 0;
  #dropped = 0;
  #isOverflowing = false;

  constructor(agent: AgentId, clientId: string, parts: SessionParts) {
    this.agent = agent;
    this.clientId = clientId;
    this.#parts = parts;
  }

  get queued(): number {
    return this.#queue.size;
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
    if (this.#queue.size === 0) this.#isOverflowing = false;
  }

  /** Sends again what the client did not acknowledge, then what waits: MQTT 5.0 section 4.4. */
  resume(connection: Connection): void {
    for (const [packetId, delivery] of this.#inflight) {
      if (delivery === null) {
        connection.ack(PACKET.pubrel, packetId);
      } else {
        const again = { ...delivery, first: delivery.first | DUP_BIT };
        connection.publish(again, packetId, this.#secondsLeft(delivery));
      }
    }
    this.pump();
  }

  /** Forgets what the client may not have any more: its rights can change while it is away. */
  narrow(gate: Gate): void {
    this.#queue.keepOnly(({ message }) => gate.maySubscribe(message.topic));
    for (const [packetId, delivery] of this.#inflight) {
      if (delivery && !gate.maySubscribe(delivery.message.topic)) this.#inflight.delete(packetId);
    }
  }

  /** PUBACK or PUBCOMP: the client has it. */
  finish(packetId: number): void {
    this.#inflight.delete(packetId);
    this.pump();
  }

  /** PUBREC: answered with PUBREL, and the message need not be kept any longer. */
  release(packetId: number, connection: Connection): void {
    const isKnown = this.#inflight.has(packetId);
    if (isKnown) this.#inflight.set(packetId, null);
    const reason = isKnown ? REASON.success : REASON.packetIdNotFound;
    connection.ack(PACKET.pubrel, packetId, reason);
  }

  #canSend(connection: Connection): boolean {
    return this.#inflight.size < connection.receiveMaximum && !connection.isCongested;
  }

  #send(connection: Connection, delivery: Delivery): void {
    const left = this.#secondsLeft(delivery);
    if (left !== null && left <= 0) {
      this.#drop("expired");
      return;
    }
    const isSure = (delivery.first & QOS_BITS) !== 0;
    const packetId = isSure ? this.#nextPacketId() : 0;
    if (!connection.publish(delivery, packetId, left)) this.#drop("packet_too_large");
    else if (isSure) this.#inflight.set(packetId, delivery);
  }

  #enqueue(delivery: Delivery): void {
    const gone = this.#queue.push(delivery);
    if (gone === 0) return;
    this.#drop("queue_full", gone);
    if (this.#isOverflowing) return;
    this.#isOverflowing = true;
    const { agent, clientId } = this;
    this.#parts.log.warn("queue of a client is full, oldest messages are dropped", {
      agent,
      clientId,
      messagesMax: LIMIT.queuedPerSession,
      bytesMax: LIMIT.queuedBytesPerSession,
    });
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
    } while (this.#inflight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
