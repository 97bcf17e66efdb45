/** How a stretch of the arrivals was taken in; what was put off until after the last is in it. */
export type Pace = {
  readonly arrivals: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly ackP99Ms: number;
};

/** Measures from now on. */
export class Stretch {
  arrivals = 0;
  readonly #cpuSeconds: () => number;
  readonly #start = performance.now();
  readonly #cpuBefore: number;
  readonly #waits: number[] = [];

  constructor(cpuSeconds: () => number) {
    this.#cpuSeconds = cpuSeconds;
    this.#cpuBefore = cpuSeconds();
  }

  note(arrivals: number, waitedMs: number): void {
    this.arrivals += arrivals;
    this.#waits.push(waitedMs);
  }

  /** `end`: when the last was acknowledged. */
  pace(end: number): Pace {
    const waits = this.#waits.toSorted((a, b) => a - b);
    return {
      arrivals: this.arrivals,
      seconds: (end - this.#start) / 1_000,
      cpuSeconds: this.#cpuSeconds() - this.#cpuBefore,
      ackP99Ms: waits[Math.floor(waits.length * 0.99)] ?? Number.NaN,
    };
  }
}
