import type { Clock, Timer } from "../lib/clock.ts";

/** A clock that runs `speed` times as fast as the one it is made from, beginning at the same time. */
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
