import type { Timestamp } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import type { Problem } from "../domain/problem.ts";
import type { Clock } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";
import type { Log } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import type { Said } from "./speech.ts";

export type DeliveryParts = {
  readonly send: (message: Message) => Promise<Outcome<void, Problem>>;
  readonly clock: Clock;
  readonly gauges: Gauges;
  readonly log: Log;
};

/** Of one batch: a device has a message at least, and the link lets only so many wait. */
const MESSAGES_AT_ONCE = 2_000;
/** A server that takes so long to store a batch needs somebody to look. */
const SILENT_MS = 30_000;

/** Hands batches to the server above, and knows how that goes. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #onWay = new Set<{ readonly since: number }>();
  #acknowledgedAt: Timestamp | null = null;
  #trouble: Problem | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  get acknowledgedAt(): Timestamp | null {
    return this.#acknowledgedAt;
  }

  /** Why nothing goes up; undefined while it does. */
  get why(): string | undefined {
    const now = this.#parts.clock.monotonic();
    const isSilent = Array.from(this.#onWay).some(({ since }) => now - since > SILENT_MS);
    return this.#trouble?.detail ?? (isSilent ? "the server acknowledges nothing" : undefined);
  }

  /** Settles when the server has stored all of them, or one of them was not taken: false. */
  async bring({ messages, samples, heard }: Said): Promise<boolean> {
    const way = { since: this.#parts.clock.monotonic() };
    this.#onWay.add(way);
    const trouble = await this.#send(messages);
    this.#onWay.delete(way);
    if (trouble) this.hear(trouble);
    if (trouble || messages.length === 0) return !trouble;
    heard();
    this.hear(undefined);
    this.#acknowledged(samples);
    return true;
  }

  /** Said once, until it is over. */
  hear(trouble: Problem | undefined): void {
    const { log, gauges } = this.#parts;
    if (trouble && !this.#trouble)
      log.warn("the uplink is down; samples wait here", { ...trouble });
    if (!trouble && this.#trouble) log.warn("the uplink is up again");
    this.#trouble = trouble;
    gauges.set("uplink_up", trouble ? 0 : 1);
  }

  async #send(messages: readonly Message[]): Promise<Problem | undefined> {
    for (let start = 0; start < messages.length; start += MESSAGES_AT_ONCE) {
      const some = messages.slice(start, start + MESSAGES_AT_ONCE);
      for (const outcome of await Promise.all(some.map(this.#parts.send))) {
        if (!outcome.ok) return outcome.problem;
      }
    }
    return undefined;
  }

  #acknowledged(samples: number): void {
    const { gauges, clock } = this.#parts;
    this.#acknowledgedAt = clock.now() as Timestamp;
    gauges.add("uplink_samples_total", samples);
    gauges.set("uplink_acknowledged_timestamp_seconds", this.#acknowledgedAt / 1_000);
  }
}
