import { beginOfDay, DAY_MS, dayOf, MINUTE_MS, type Site } from "./calendar.ts";

/** Moves the state on by one minute, which ends at `t`. */
export type Step = (state: Float64Array, t: number) => void;

type TraceOptions = {
  readonly site: Site;
  readonly begin: readonly number[];
  /** By then the state no longer knows what it began with. */
  readonly settledAfterMs: number;
  /** How many days stay at hand; time mostly goes forward, and a mesh has many rooms. */
  readonly days: number;
  readonly step: Step;
};

/**
 * Quantities that depend on their past, for any moment and in any order of asking. Each day is
 * computed by itself, from a few hours before its begin: the past that it can remember is then the
 * same wherever one starts, so history and live simulation meet without a seam.
 */
export class Trace {
  readonly #options: TraceOptions;
  readonly #days = new Map<number, Float32Array>();

  constructor(options: TraceOptions) {
    this.#options = options;
  }

  /** One of the quantities at `t`, in a straight line between two minutes. */
  at(t: number, index: number): number {
    const { site, begin } = this.#options;
    const day = dayOf(t, site);
    const minutes = this.#days.get(day) ?? this.#compute(day);
    const along = (t - beginOfDay(day, site)) / MINUTE_MS;
    const minute = Math.floor(along);
    const before = minutes[minute * begin.length + index] ?? 0;
    const after = minutes[(minute + 1) * begin.length + index] ?? 0;
    return before + (after - before) * (along - minute);
  }

  #compute(day: number): Float32Array {
    const { site, begin, settledAfterMs, step } = this.#options;
    const start = beginOfDay(day, site);
    const state = Float64Array.from(begin);
    for (let t = start - settledAfterMs + MINUTE_MS; t <= start; t += MINUTE_MS) step(state, t);
    const minutes = new Float32Array((DAY_MS / MINUTE_MS + 1) * begin.length);
    minutes.set(state);
    for (let minute = 1; minute <= DAY_MS / MINUTE_MS; minute += 1) {
      step(state, start + minute * MINUTE_MS);
      minutes.set(state, minute * begin.length);
    }
    this.#days.set(day, minutes);
    for (const known of this.#days.keys()) {
      if (this.#days.size > this.#options.days) this.#days.delete(known);
    }
    return minutes;
  }
}

/** Moves a value towards where it is drawn, as a first-order lag does within one minute. */
export function drawn(value: number, target: number, lagMinutes: number): number {
  return target + (value - target) * Math.exp(-1 / lagMinutes);
}
