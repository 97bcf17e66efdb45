import { LIMIT } from "../../domain/limit.ts";
import { Bucket } from "../../lib/bucket.ts";

/** What one client may send: messages and bytes, each by the second. */
export class Throttle {
  readonly #messages: Bucket;
  readonly #bytes: Bucket;

  constructor(now: number) {
    this.#messages = new Bucket(LIMIT.messagesPerSecond, LIMIT.messagesPerBurst, now);
    this.#bytes = new Bucket(LIMIT.bytesPerSecond, LIMIT.bytesPerBurst, now);
  }

  /** Counts what came, and gives the milliseconds for which no more may. */
  spend(messages: number, bytes: number, now: number): number {
    this.#messages.take(messages, now);
    this.#bytes.take(bytes, now);
    return Math.max(this.#messages.waitMs(now), this.#bytes.waitMs(now));
  }
}
