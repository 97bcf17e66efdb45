/**
 * Lets so many pass a second; what was not used is saved up for a burst. Whoever takes more than
 * there is goes into debt, and waits until it is paid. Times are milliseconds that only grow.
 */
export class Bucket {
  readonly #perMs: number;
  readonly #burst: number;
  #level: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#level = burst;
    this.#at = now;
  }

  take(amount: number, now: number): void {
    this.#level = this.#levelAt(now) - amount;
    this.#at = now;
  }

  /** Milliseconds until one may pass; 0: now. */
  waitMs(now: number): number {
    const level = this.#levelAt(now);
    return level > 0 ? 0 : Math.max(1, Math.ceil(-level / this.#perMs));
  }

  isFull(now: number): boolean {
    return this.#levelAt(now) === this.#burst;
  }

  #levelAt(now: number): number {
    return Math.min(this.#burst, this.#level + (now - this.#at) * this.#perMs);
  }
}
