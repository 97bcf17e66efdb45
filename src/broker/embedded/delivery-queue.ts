import { LIMIT } from "../../domain/limit.ts";
import type { Delivery } from "./routed-message.ts";

/** What a delivery costs beside its topic and payload. */
const OVERHEAD_BYTES = 100;
/** Places at the front that were emptied are given back when there are this many. */
const EMPTIED_MAX = 1024;
const NONE: readonly Delivery[] = [];

/** Bytes of all queues together. */
export type Backlog = { bytes: number };

/** What waits for a client that is slow or away: bounded by number and bytes, oldest out first. */
export class DeliveryQueue {
  readonly #backlog: Backlog;
  #waiting: (Delivery | undefined)[] = [];
  /** When each began to wait. */
  #since: number[] = [];
  #front = 0;
  #bytes = 0;

  constructor(backlog: Backlog = { bytes: 0 }) {
    this.#backlog = backlog;
  }

  get size(): number {
    return this.#waiting.length - this.#front;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** More than half of what it may hold. */
  get isHalfFull(): boolean {
    return this.size > LIMIT.queuedPerSession / 2 || this.#bytes > LIMIT.queuedBytesPerSession / 2;
  }

  /** Returns those that had to go to make room. */
  push(delivery: Delivery, now: number): readonly Delivery[] {
    this.#waiting.push(delivery);
    this.#since.push(delivery.written?.record.at ?? now);
    this.#count(bytesOf(delivery));
    return this.#isTooFull() ? this.#shiftWhile(() => this.#isTooFull()) : NONE;
  }

  shift(): Delivery | undefined {
    const delivery = this.#waiting[this.#front];
    if (delivery === undefined) return undefined;
    this.#waiting[this.#front] = undefined;
    this.#front += 1;
    this.#count(-bytesOf(delivery));
    if (this.#front === this.#waiting.length || this.#front > EMPTIED_MAX) {
      this.#waiting = this.#waiting.slice(this.#front);
      this.#since = this.#since.slice(this.#front);
      this.#front = 0;
    }
    return delivery;
  }

  /** Drops the older half, and returns it. */
  halve(): readonly Delivery[] {
    const half = Math.floor(this.size / 2);
    return this.#shiftWhile(() => this.size > half);
  }

  /** Drops what has waited since before then, and returns it. */
  dropOlder(than: number): readonly Delivery[] {
    return this.#shiftWhile(() => (this.#since[this.#front] ?? than) < than);
  }

  /** What waits, oldest first. */
  *all(): Generator<Delivery> {
    for (const delivery of this.#waiting) if (delivery) yield delivery;
  }

  /** Drops what is no longer wanted, and returns it. */
  keepOnly(isWanted: (delivery: Delivery) => boolean): readonly Delivery[] {
    const all = [...this.all()];
    const since = this.#since.slice(this.#front);
    const wanted = all.map(isWanted);
    const gone = all.filter((_, index) => !wanted[index]);
    this.#waiting = all.filter((_, index) => wanted[index]);
    this.#since = since.filter((_, index) => wanted[index]);
    this.#front = 0;
    for (const each of gone) this.#count(-bytesOf(each));
    return gone;
  }

  /** Nobody waits any more. */
  clear(): void {
    this.keepOnly(() => false);
  }

  #shiftWhile(isDue: () => boolean): readonly Delivery[] {
    const gone: Delivery[] = [];
    while (this.size > 0 && isDue()) {
      const oldest = this.shift();
      if (oldest) gone.push(oldest);
    }
    return gone;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#backlog.bytes += bytes;
  }

  #isTooFull(): boolean {
    return this.size > LIMIT.queuedPerSession || this.#bytes > LIMIT.queuedBytesPerSession;
  }
}

function bytesOf({ message }: Delivery): number {
  return OVERHEAD_BYTES + message.topic.length + message.payload.length + message.properties.length;
}
