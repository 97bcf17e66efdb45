import type { Clock } from "../../lib/clock.ts";
import type { Gauges } from "../../lib/gauge.ts";
import type { Log } from "../../lib/log.ts";
import { Retained } from "./retained.ts";
import type { RoutedMessage } from "./routed-message.ts";

type RetainedParts = { readonly clock: Clock; readonly gauges: Gauges; readonly log: Log };

/** Retained messages for those who subscribe later. */
export class RetainedStore {
  readonly #parts: RetainedParts;
  readonly #tree = new Retained();

  constructor(parts: RetainedParts) {
    this.#parts = parts;
  }

  under(filter: string): readonly RoutedMessage[] {
    return this.#tree.under(filter, this.#parts.clock.now());
  }

  /** Settles when they will survive a restart. */
  async keep(messages: readonly RoutedMessage[]): Promise<void> {
    for (const message of messages) this.#put(message);
    this.#parts.gauges.set("mqtt_retained_messages", this.#tree.count);
  }

  #put(message: RoutedMessage): void {
    if (this.#tree.keep(message)) return;
    this.#parts.gauges.add('mqtt_dropped_total{reason="retained_full"}');
    this.#parts.log.warn("no room for a retained message", { topic: message.topic });
  }
}
