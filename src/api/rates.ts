import type { Clock, Timer } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";

const STEP_MS = 1_000;
/** Long enough to stand still, short enough to see a device fall silent. */
const STEPS = 10;

type Reading = { readonly at: number; readonly messages: number; readonly values: number };

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

  get perSecond(): { readonly messages: number; readonly values: number } {
    const [first, last] = [this.#readings[0], this.#now()];
    if (!first) return { messages: 0, values: 0 };
    const seconds = Math.max(STEP_MS, last.at - first.at) / 1000;
    return {
      messages: (last.messages - first.messages) / seconds,
      values: (last.values - first.values) / seconds,
    };
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
    return {
      at: this.#clock.monotonic(),
      messages: this.#gauges.total("messages_total"),
      values: this.#gauges.total("samples_stored_total"),
    };
  }
}
