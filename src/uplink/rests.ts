import type { Clock } from "../lib/clock.ts";

/** Pauses that all end at once when there is something to do. */
export class Rests {
  readonly #clock: Clock;
  readonly #ends = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async rest(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        timer.cancel();
        this.#ends.delete(end);
        resolve();
      };
      const timer = this.#clock.after(ms, end);
      this.#ends.add(end);
    });
  }

  wake(): void {
    for (const end of this.#ends) end();
  }
}
