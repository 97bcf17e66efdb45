import { BROKER_FIGURES } from "../../domain/broker-figure.ts";
import type { Core } from "./core.ts";
import { Retained } from "./retained.ts";
import { routeMessage } from "./route.ts";
import { type RoutedMessage, routedMessage } from "./routed-message.ts";

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
    const { clock } = this.#core.parts;
    const seconds = Math.floor((clock.monotonic() - this.#startedAt) / 1000);
    const rows = [...this.#rows(), ["uptime", `${seconds} seconds`]];
    const messages = rows.map(([name, value]) =>
      routedMessage({ topic: `$SYS/broker/${name}`, payload: Buffer.from(`${value}`), qos: 0 }),
    );
    return messages.filter((message) => {
      const [before] = this.#shown.under(message.topic, clock.now());
      this.#shown.keep(message);
      return !before || Buffer.compare(before.payload, message.payload) !== 0;
    });
  }

  /** Each figure, and what it comes to for each value of its label. */
  #rows(): (readonly [topic: string, value: number])[] {
    const { gauges } = this.#core.parts;
    return BROKER_FIGURES.flatMap(({ gauge, topic, rows }) => {
      const all = [topic, gauges.total(gauge)] as const;
      const each = rows ? gauges.byLabel(gauge) : [];
      return [all, ...each.map(({ label, value }) => [`${topic}/${label}`, value] as const)];
    });
  }
}

/** What can be counted stands at zero from the start, for `/metrics` and for `$SYS`. */
export function beginFigures({ gauges }: Core["parts"]): void {
  for (const { gauge, rows } of BROKER_FIGURES) {
    if (rows) for (const row of Object.keys(rows)) gauges.add(`${gauge}{reason="${row}"}`, 0);
    else gauges.add(gauge, 0);
  }
}
