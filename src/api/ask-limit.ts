import { LIMIT } from "../domain/limit.ts";
import type { Clock } from "../lib/clock.ts";

type Asker = { tokens: number; at: number; wrong: number; wrongAt: number };

const SECOND_MS = 1_000;

/**
 * How often one address may ask: a bucket of questions that fills again with time, and a pause
 * after a few wrong secrets, so that nobody tries them all.
 */
export class AskLimit {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #askers = new Map<string, Asker>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Counts a question; how long to wait before the next one, 0 where it may be answered. */
  take(address: string): number {
    const now = this.#clock.monotonic();
    const asker = this.#of(address, now);
    const pauseMs = asker.wrongAt + LIMIT.signInPauseMs - now;
    if (asker.wrong >= LIMIT.signInTries && pauseMs > 0) return pauseMs;
    if (pauseMs <= 0) asker.wrong = 0;
    const { brokerAsksPerSecond: rate } = LIMIT;
    asker.tokens = Math.min(rate, asker.tokens + ((now - asker.at) / SECOND_MS) * rate);
    asker.at = now;
    if (asker.tokens < 1) return SECOND_MS / rate;
    asker.tokens -= 1;
    return 0;
  }

  wrong(address: string): void {
    const now = this.#clock.monotonic();
    const asker = this.#of(address, now);
    asker.wrong += 1;
    asker.wrongAt = now;
  }

  #of(address: string, now: number): Asker {
    const known = this.#askers.get(address);
    if (known) return known;
    const [oldest] = this.#askers.keys();
    if (this.#askers.size >= LIMIT.signInKeys && oldest !== undefined) this.#askers.delete(oldest);
    const wrongAt = Number.NEGATIVE_INFINITY;
    const asker = { tokens: LIMIT.brokerAsksPerSecond, at: now, wrong: 0, wrongAt };
    this.#askers.set(address, asker);
    return asker;
  }
}
