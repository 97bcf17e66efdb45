import { LIMIT } from "../../domain/limit.ts";
import type { Delivery } from "./routed-message.ts";

/** What a delivery costs beside its topic and payload. */
const OVERHEAD_BYTES = 100;
/** Places at the front that were emptied are given back when there are this many. */
const EMPTIED_MAX = 1024;
const NONE: readonly Delivery[] = [];

/** What waits for a client that is slow or away: bounded by number and bytes, oldest out first. */
export class DeliveryQueue {
  #waiting: (Delivery | undefined)[] = [];
  #front = 0;
  #bytes = 0;

  get size(): number {
    return this.#waiting.length - this.#front;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Returns those that had to go to make room. */
  push(delivery: Delivery): readonly Delivery[] {
    this.#waiting.push(delivery);
    this.#bytes += bytesOf(delivery);
    if (!this.#isTooFull()) return NONE;
    const gone: Delivery[] = [];
    while (this.#isTooFull()) {
      const oldest = this.shift();
      if (oldest) gone.push(oldest);
    }
    return gone;
  }

  shift(): Delivery | undefined {
    const delivery = this.#waiting[this.#front];
    if (delivery === undefined) return undefined;
    this.#waiting[this.#front] = undefined;
    this.#front += 1;
    this.#bytes -= bytesOf(delivery);
    if (this.#front === this.#waiting.length || this.#front > EMPTIED_MAX) {
      this.#waiting = this.#waiting.slice(this.#front);
      this.#front = 0;
    }
    return delivery;
  }

  /** What waits, oldest first. */
  *all(): Generator<Delivery> {
    for (const delivery of this.#waiting) if (delivery) yield delivery;
  }

  /** Drops what is no longer wanted, and returns it. */
  keepOnly(isWanted: (delivery: Delivery) => boolean): readonly Delivery[] {
    const all = [...this.all()];
    this.#waiting = all.filter(isWanted);
    this.#front = 0;
    this.#bytes = [...this.all()].reduce((sum, each) => sum + bytesOf(each), 0);
    return all.filter((each) => !isWanted(each));
  }

  #isTooFull(): boolean {
    return this.size > LIMIT.queuedPerSession || this.#bytes > LIMIT.queuedBytesPerSession;
  }
}

function bytesOf({ message }: Delivery): number {
  return OVERHEAD_BYTES + message.topic.length + message.payload.length + message.properties.length;
}
