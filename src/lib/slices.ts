import type { Clock } from "./clock.ts";

/** One turn lasts so long; between two turns the event loop serves all others. */
const TURN_MS = 5;

/** Does what comes in heaps a little at a time, in the order in which it came. */
export class Slices<T> {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #work: (item: T) => void;
  #waiting: T[] = [];
  #next = 0;
  #isTurning = false;

  constructor(clock: Pick<Clock, "monotonic">, work: (item: T) => void) {
    this.#clock = clock;
    this.#work = work;
  }

  /** Something waits, or is being done. */
  get isBusy(): boolean {
    return this.#isTurning;
  }

  add(item: T): void {
    this.#waiting.push(item);
    if (!this.#isTurning) this.#turnSoon();
  }

  #turnSoon(): void {
    this.#isTurning = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    const end = this.#clock.monotonic() + TURN_MS;
    do {
      const item = this.#waiting[this.#next] as T;
      this.#next += 1;
      this.#work(item);
    } while (this.#next < this.#waiting.length && this.#clock.monotonic() < end);
    // What was done is let go: the rest may grow for as long as more comes than is done.
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
    if (this.#waiting.length > 0) this.#turnSoon();
    else this.#isTurning = false;
  }
}
