import type { Clock, Timer } from "../lib/clock.ts";

/** A clock that begins with another one and runs `speed` times as fast. */
export type VirtualClock = Clock & {
  readonly real: Clock;
  /** When the clock it is made from shows what this one shows at `virtual`. */
  realAt(virtual: number): number;
};

export function virtualClock(real: Clock, speed: number): VirtualClock {
  const begin = real.now();
  const monotonicBegin = real.monotonic();
  const now = () => begin + Math.floor((real.monotonic() - monotonicBegin) * speed);
  return {
    real,
    now,
    monotonic: now,
    after: (delayMs: number, call: () => void): Timer => real.after(delayMs / speed, call),
    realAt: (virtual: number) => begin + (virtual - begin) / speed,
  };
}
