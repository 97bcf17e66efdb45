import { LIMIT } from "../domain/limit.ts";
import type { Clock } from "../lib/clock.ts";

type Wait = { readonly isOver: () => boolean; readonly end: (isSo: boolean) => void };

/** Those who wait until something is so, for a while. */
export class Waiting {
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Settles with true as soon as it is so; with false when the time has come, or too many wait. */
  until(isSo: () => boolean, time: number): Promise<boolean> {
    if (isSo()) return Promise.resolve(true);
    if (this.#waits.size >= LIMIT.commandsWaiting) return Promise.resolve(false);
    return new Promise((resolve) => {
      const restMs = Math.max(0, time - this.#clock.now());
      const timer = this.#clock.after(restMs, () => wait.end(false));
      const wait: Wait = {
        isOver: isSo,
        end: (outcome) => {
          timer.cancel();
          this.#waits.delete(wait);
          resolve(outcome);
        },
      };
      this.#waits.add(wait);
    });
  }

  /** Something has changed: those whose wait is over go on, in the order in which they came. */
  look(): void {
    for (const wait of [...this.#waits]) if (wait.isOver()) wait.end(true);
  }

  close(): void {
    for (const wait of [...this.#waits]) wait.end(false);
  }
}
