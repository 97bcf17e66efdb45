import type { Clock } from "./clock.ts";

/** What one turn of the event loop may do before the others have waited for long enough. */
const BUDGET_MS = 20;

/** Tells when the work of one turn of the event loop has lasted long enough. */
export class TurnBudget {
  readonly #clock: Pick<Clock, "monotonic">;
  #begunAt = 0;
  #isRunning = false;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** The first to ask in a turn begins it. */
  get isSpent(): boolean {
    const now = this.#clock.monotonic();
    if (this.#isRunning) return now - this.#begunAt >= BUDGET_MS;
    this.#isRunning = true;
    this.#begunAt = now;
    setImmediate(() => {
      this.#isRunning = false;
    });
    return false;
  }
}
