import { LIMIT } from "../../domain/limit.ts";
import type { Receive } from "../../domain/link.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { AssertionError } from "../../lib/assert.ts";
import type { Gauges } from "../../lib/gauge.ts";
import type { Log } from "../../lib/log.ts";
import { PACKET, REASON } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import type { Delivery } from "./routed-message.ts";
import type { Session } from "./session.ts";
import type { Listener } from "./subscriptions.ts";
import type { KnownTopic } from "./topic-table.ts";
import type { OnTrouble } from "./troubles.ts";

/** A PUBLISH on its way to safety: the house sees the message in it, the rest is the broker's. */
export type Arrival = ReceivedMessage & {
  readonly known: KnownTopic;
  readonly qos: 0 | 1 | 2;
  readonly properties: Uint8Array;
  readonly expiresAt: number | null;
  /** Who sent it; null for a will. */
  readonly connection: Connection | null;
  readonly packetId: number;
  /** What was written down for sessions that outlive this process. */
  kept: readonly Kept[];
  /** Members of groups that were chosen to get it; null until somebody asks. */
  chosen: readonly Listener[] | null;
};

/** A delivery that is safe, and whose. */
export type Kept = { readonly session: Session; readonly delivery: Delivery };

export const NOTHING_KEPT: readonly Kept[] = [];

type IntakeParts = {
  readonly receive: Receive;
  /** Settles when the retained messages among them will survive a restart. */
  readonly retain: (arrivals: readonly Arrival[]) => Promise<void>;
  /** Settles when sessions that outlive this process have them; nothing to wait for: null. */
  readonly keep: (arrivals: readonly Arrival[]) => Promise<void> | null;
  readonly route: (arrival: Arrival) => void;
  /** Whether as much waits as the house can hold. */
  readonly onFull: (isFull: boolean) => void;
  readonly onTrouble: OnTrouble;
  readonly gauges: Gauges;
  readonly log: Log;
};

type Batch = {
  readonly arrivals: Arrival[];
  bytes: number;
  /** Of payloads that are much to read. */
  largeBytes: number;
  refused: number;
  retained: number;
  /** Who waits for this batch to be safe; null where nobody does. */
  onSafe: (() => void)[] | null;
  /** Whether all that has to be safe before an acknowledgement is. */
  isSafe: Promise<boolean>;
};

/** What a message costs in memory beside its payload. */
const OVERHEAD_BYTES = 300;

/**
 * Hands all messages of one turn of the event loop to the house as one batch. Several batches may
 * be on their way; they are released in the order in which they came, so that acknowledgements
 * leave in order too (MQTT 5.0 section 4.6).
 */
export class Intake {
  readonly #parts: IntakeParts;
  #batch = newBatch();
  #isTurnEnding = false;
  readonly #handedOver: Batch[] = [];
  #received: Promise<unknown> = Promise.resolve();
  #retained: Promise<unknown> = Promise.resolve();
  #pendingBytes = 0;
  #isFull = false;
  #isReleasing = false;
  #isInTrouble = false;
  #onIdle: (() => void)[] = [];

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  offer(arrival: Arrival): void {
    const batch = this.#batch;
    batch.arrivals.push(arrival);
    if (isRefused(arrival)) batch.refused += 1;
    else if (arrival.retain) batch.retained += 1;
    const { length } = arrival.payload;
    if (length >= LIMIT.largePayloadBytes) batch.largeBytes += length;
    const bytes = length + OVERHEAD_BYTES;
    batch.bytes += bytes;
    this.#pendingBytes += bytes;
    if (this.#pendingBytes > LIMIT.pendingBytes) this.#setFull(true);
    if (
      batch.arrivals.length >= LIMIT.messagesPerBatch ||
      batch.largeBytes >= LIMIT.largeBytesPerBatch
    ) {
      this.#handOver();
    } else if (!this.#isTurnEnding) {
      this.#isTurnEnding = true;
      setImmediate(() => {
        this.#isTurnEnding = false;
        this.#handOver();
      });
    }
  }

  /** Calls when all that was offered is safe; not where it could not be stored. */
  whenSafe(call: () => void): void {
    const batch = this.#batch.arrivals.length > 0 ? this.#batch : this.#handedOver.at(-1);
    if (batch) batch.onSafe = [...(batch.onSafe ?? []), call];
    else call();
  }

  /** Settles when nothing waits any more. */
  async idle(): Promise<void> {
    this.#handOver();
    if (this.#isReleasing) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #handOver(): void {
    const batch = this.#batch;
    if (batch.arrivals.length === 0) return;
    this.#batch = newBatch();
    batch.isSafe = this.#makeSafe(batch);
    this.#handedOver.push(batch);
    if (!this.#isReleasing) void this.#releaseInOrder();
  }

  /**
   * First the house, then what is retained, then the sessions: no step begins for a batch before
   * it began for the one ahead, and none waits until that one is through.
   */
  #makeSafe(batch: Batch): Promise<boolean> {
    const received = inOrder(this.#received, this.#receive(batch));
    this.#received = received;
    const retained = inOrder(
      this.#retained,
      received.then((isSafe) => isSafe && this.#retain(batch)),
    );
    this.#retained = retained;
    return retained.then((isSafe) => isSafe && this.#keep(batch));
  }

  async #receive({ arrivals, refused }: Batch): Promise<boolean> {
    const messages = refused === 0 ? arrivals : arrivals.filter((each) => !isRefused(each));
    if (messages.length === 0) return true;
    this.#parts.gauges.add("mqtt_messages_received_total", messages.length);
    try {
      await this.#parts.receive(messages);
      return true;
    } catch (reason) {
      return this.#failed(reason);
    }
  }

  async #releaseInOrder(): Promise<void> {
    this.#isReleasing = true;
    for (let batch = this.#handedOver[0]; batch; batch = this.#handedOver[0]) {
      const isSafe = await batch.isSafe;
      if (isSafe) this.#release(batch);
      else for (const arrival of batch.arrivals) this.#giveUp(arrival);
      if (isSafe) this.#healed();
      this.#handedOver.shift();
      this.#pendingBytes -= batch.bytes;
      if (this.#pendingBytes < LIMIT.pendingBytes / 2) this.#setFull(false);
    }
    this.#isReleasing = false;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  async #retain({ arrivals, retained }: Batch): Promise<boolean> {
    if (retained === 0) return true;
    try {
      await this.#parts.retain(arrivals.filter((each) => each.retain && !isRefused(each)));
      return true;
    } catch (reason) {
      return this.#failed(reason);
    }
  }

  async #keep({ arrivals, refused }: Batch): Promise<boolean> {
    try {
      await this.#parts.keep(
        refused === 0 ? arrivals : arrivals.filter((each) => !isRefused(each)),
      );
      return true;
    } catch (reason) {
      return this.#failed(reason);
    }
  }

  /** What the batch brought is safe: only now is it passed on, and only now acknowledged. */
  #release({ arrivals, onSafe }: Batch): void {
    for (const arrival of arrivals) {
      if (!isRefused(arrival)) this.#parts.route(arrival);
      if (arrival.qos === 1) acknowledge(arrival);
      else if (arrival.qos === 2) acknowledgeReceived(arrival);
    }
    for (const call of onSafe ?? []) call();
  }

  /** Nothing is known to be safe: whoever waits for an acknowledgement is to send again. */
  #giveUp({ connection, qos, packetId }: Arrival): void {
    if (qos === 0 || !connection) {
      this.#parts.gauges.add('mqtt_dropped_total{reason="not_stored"}');
      return;
    }
    if (qos === 2) connection.admitted?.session.unreleased.delete(packetId);
    connection.close({ cause: "not stored", reason: REASON.unspecified, isWillDue: true });
  }

  #failed(reason: unknown): false {
    if (reason instanceof AssertionError) throw reason;
    this.#parts.gauges.add("mqtt_batches_failed_total");
    const detail = reason instanceof Error ? reason.message : String(reason);
    this.#isInTrouble = true;
    this.#parts.onTrouble(detail);
    this.#parts.log.error("messages could not be stored, their senders have to repeat them", {
      reason: detail,
    });
    return false;
  }

  #healed(): void {
    if (!this.#isInTrouble) return;
    this.#isInTrouble = false;
    this.#parts.onTrouble(null);
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#parts.onFull(isFull);
  }
}

/** The second, settled when both are. */
async function inOrder<T>(before: Promise<unknown>, next: Promise<T>): Promise<T> {
  const [, value] = await Promise.all([before, next]);
  return value;
}

function newBatch(): Batch {
  const isSafe = Promise.resolve(true);
  return { arrivals: [], bytes: 0, largeBytes: 0, refused: 0, retained: 0, onSafe: null, isSafe };
}

/** The house never sees it; its sender is told in the order of its messages. */
function isRefused({ known }: Arrival): boolean {
  return known.refusal !== null;
}

function acknowledge({ connection, packetId, known }: Arrival): void {
  if (!connection?.isOpen) return;
  connection.unacknowledged -= 1;
  connection.ack(PACKET.puback, packetId, known.reason, known.refusal?.detail);
}

/** The client may have come back meanwhile and have sent it again: then that connection waits. */
function acknowledgeReceived({ connection, packetId, known }: Arrival): void {
  const unreleased = connection?.admitted?.session.unreleased;
  const waiting = unreleased?.get(packetId);
  if (!unreleased || !waiting) return;
  if (known.refusal === null) unreleased.set(packetId, null);
  else unreleased.delete(packetId);
  if (waiting.isOpen) waiting.ack(PACKET.pubrec, packetId, known.reason, known.refusal?.detail);
}
