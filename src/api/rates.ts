import type { Clock, Timer } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";

const STEP_MS = 1_000;
/** Long enough to stand still, short enough to see a device fall silent. */
const STEPS = 10;

const COUNTERS = {
  messages: "messages_total",
  values: "samples_stored_total",
  received: "mqtt_messages_received_total",
  sent: "mqtt_messages_sent_total",
} as const;

type Counts = Readonly<Record<keyof typeof COUNTERS, number>>;
type Reading = { readonly at: number; readonly counts: Counts };

/** How much came in lately, from counters that only grow. */
export class Rates {
  readonly #gauges: Gauges;
  readonly #clock: Clock;
  readonly #readings: Reading[] = [];
  #timer: Timer | undefined;

  constructor(gauges: Gauges, clock: Clock) {
    this.#gauges = gauges;
    this.#clock = clock;
    this.#step();
  }

  get perSecond(): Counts {
    const [first, last] = [this.#readings[0], this.#now()];
    const seconds = Math.max(STEP_MS, last.at - (first?.at ?? last.at)) / 1000;
    return each((name) => (last.counts[name] - (first ?? last).counts[name]) / seconds);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #step(): void {
    this.#readings.push(this.#now());
    if (this.#readings.length > STEPS) this.#readings.shift();
    this.#timer = this.#clock.after(STEP_MS, () => this.#step());
  }

  #now(): Reading {
    const counts = each((name) => this.#gauges.total(COUNTERS[name]));
    return { at: this.#clock.monotonic(), counts };
  }
}

function each(count: (name: keyof Counts) => number): Counts {
  return {
    messages: count("messages"),
    values: count("values"),
    received: count("received"),
    sent: count("sent"),
  };
}
