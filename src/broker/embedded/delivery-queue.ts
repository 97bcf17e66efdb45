import { LIMIT } from "../../domain/limit.ts";
import type { Delivery } from "./routed-message.ts";

/** What a delivery costs beside its topic and payload. */
const OVERHEAD_BYTES = 100;
/** Places at the front that were emptied are given back when there are this many. */
const EMPTIED_MAX = 1024;

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

  /** Returns how many had to go to make room. */
  push(delivery: Delivery): number {
    this.#waiting.push(delivery);
    this.#bytes += bytesOf(delivery);
    let gone = 0;
    while (this.size > LIMIT.queuedPerSession || this.#bytes > LIMIT.queuedBytesPerSession) {
      this.shift();
      gone += 1;
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

  /** Drops what is no longer wanted. */
  keepOnly(isWanted: (delivery: Delivery) => boolean): void {
    const wanted = this.#waiting.filter((each) => each !== undefined && isWanted(each));
    this.#waiting = wanted;
    this.#front = 0;
    this.#bytes = wanted.reduce((sum, each) => sum + (each ? bytesOf(each) : 0), 0);
  }
}

function bytesOf({ message }: Delivery): number {
  return OVERHEAD_BYTES + message.topic.length + message.payload.length + message.properties.length;
}
