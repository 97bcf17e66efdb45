import type { Core } from "./core.ts";
import { Retained } from "./retained.ts";
import { routeMessage } from "./route.ts";
import { type RoutedMessage, routedMessage } from "./routed-message.ts";

/** What other brokers call these too, so that dashboards made for them work. */
const COUNTERS: Readonly<Record<string, string>> = {
  "bytes/received": "mqtt_bytes_received_total",
  "bytes/sent": "mqtt_bytes_sent_total",
  "clients/connected": "mqtt_connections",
  "clients/total": "mqtt_sessions",
  "messages/received": "mqtt_messages_received_total",
  "messages/sent": "mqtt_messages_sent_total",
  "publish/messages/dropped": "mqtt_dropped_total",
  "retained messages/count": "mqtt_retained_messages",
  "store/messages/bytes": "mqtt_queued_bytes",
  "subscriptions/count": "mqtt_subscriptions",
};

/**
 * `$SYS/broker/…`: the broker's own figures, said when they change and to whoever comes. Only
 * those see them whose rights name `$SYS`: a grant of `#` does not (MQTT 5.0 section 4.7.2).
 */
export class SystemTopics {
  readonly #core: Core;
  readonly #startedAt: number;
  /** Never on disk: they are true only while this process runs. */
  readonly #shown = new Retained();

  constructor(core: Core) {
    this.#core = core;
    this.#startedAt = core.parts.clock.monotonic();
  }

  under(filter: string): readonly RoutedMessage[] {
    if (!filter.startsWith("$SYS/")) return [];
    this.#refresh();
    return this.#shown.under(filter, this.#core.parts.clock.now());
  }

  /** Tells those who have subscribed what changed. */
  say(): void {
    for (const message of this.#refresh()) void routeMessage(this.#core, message, false);
  }

  /** Gives what changed since it was looked at before. */
  #refresh(): readonly RoutedMessage[] {
    const { clock, gauges } = this.#core.parts;
    const seconds = Math.floor((clock.monotonic() - this.#startedAt) / 1000);
    const rows = Object.entries(COUNTERS).map(([name, counter]) => [name, gauges.total(counter)]);
    const messages = [...rows, ["uptime", `${seconds} seconds`]].map(([name, value]) =>
      routedMessage({ topic: `$SYS/broker/${name}`, payload: Buffer.from(`${value}`), qos: 0 }),
    );
    return messages.filter((message) => {
      const [before] = this.#shown.under(message.topic, clock.now());
      this.#shown.keep(message);
      return !before || Buffer.compare(before.payload, message.payload) !== 0;
    });
  }
}
