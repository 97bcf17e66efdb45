/** Time is handed in, so that tests can turn it. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds that only ever grow: for intervals. */
  monotonic(): number;
  /** Calls once after `delayMs`; the timer does not keep the process alive. */
  after(delayMs: number, call: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, call) {
    let handle: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const stepMs = Math.min(leftMs, LONGEST_MS);
      handle = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : call()), stepMs);
      handle.unref();
    };
    wait(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Node takes a longer delay for no delay at all. */
const LONGEST_MS = 2 ** 31 - 1;

type Waiting = { due: number; call: () => void };

/** A clock that stands still until a test advances it, firing timers on the way in order. */
export class TestClock implements Clock {
  #now: number;
  /** How far people have set the machine's clock. */
  #setByMs = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#setByMs;
  }

  monotonic(): number {
    return this.#now;
  }

  after(delayMs: number, call: () => void): Timer {
    const waiting = { due: this.#now + delayMs, call };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#waiting.delete(next);
      this.#now = next.due;
      next.call();
    }
    this.#now = end;
  }

  /** The machine sleeps for so long: what was due meanwhile is called once, when it is awake. */
  sleep(ms: number): void {
    this.#now += ms;
    for (let next = this.#next(this.#now); next; next = this.#next(this.#now)) {
      this.#waiting.delete(next);
      next.call();
    }
  }

  /** Sets the machine's clock forward or back: intervals and timers do not notice. */
  jump(ms: number): void {
    this.#setByMs += ms;
  }

  /** Of those that are due at the same time the one that has waited longest. */
  #next(end: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (waiting.due <= end && (!first || waiting.due < first.due)) first = waiting;
    }
    return first;
  }
}
