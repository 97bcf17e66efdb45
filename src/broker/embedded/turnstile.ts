import { LIMIT } from "../../domain/limit.ts";
import { Bucket } from "../../lib/bucket.ts";
import type { Clock } from "../../lib/clock.ts";

/** New connections a second, and how many may come at once after a while without any. */
export type Pace = { readonly all: number; readonly ofAddress: number; readonly burst: number };

type Waiting = { readonly bucket: Bucket; readonly calls: (() => void)[] };

const STEP_MS = 10;
/** Let in at one step; one alone where the step comes late, for then handshakes fill the loop. */
const STEP_MAX = 4;
const LATE_MS = 20;
const ADDRESSES_MAX = 1_000;
const PACE: Pace = {
  all: LIMIT.connectsPerSecond,
  ofAddress: LIMIT.connectsPerSecondOfAddress,
  burst: LIMIT.connectsPerBurst,
};

/**
 * Lets new connections in one by one: after a power cut all devices come at once, and whoever is
 * connected is to be served meanwhile. Addresses take turns, so a flood from one holds up itself.
 */
export class Turnstile {
  readonly #clock: Pick<Clock, "after" | "monotonic">;
  readonly #pace: Pace;
  readonly #all: Bucket;
  readonly #addresses = new Map<string, Waiting>();
  #waiting = 0;
  #dueAt = 0;

  constructor(clock: Pick<Clock, "after" | "monotonic">, pace: Pace = PACE) {
    this.#clock = clock;
    this.#pace = pace;
    this.#all = new Bucket(pace.all, pace.burst, clock.monotonic());
  }

  /** How many wait; open sockets bound them. */
  get waiting(): number {
    return this.#waiting;
  }

  enter(address: string, call: () => void): void {
    const from = this.#addresses.get(address) ?? this.#begin(address);
    if (from.calls.length === 0 && this.#isOpen(from.bucket)) {
      call();
      return;
    }
    from.calls.push(call);
    this.#waiting += 1;
    if (this.#waiting === 1) this.#turnSoon();
  }

  #turnSoon(): void {
    this.#dueAt = this.#clock.monotonic() + STEP_MS;
    this.#clock.after(STEP_MS, () => this.#turn());
  }

  /** One of each address, round and round, while there is room. */
  #turn(): void {
    let left = this.#clock.monotonic() - this.#dueAt > LATE_MS ? 1 : STEP_MAX;
    let hasMoved = true;
    while (hasMoved && left > 0 && this.#waiting > 0) {
      hasMoved = false;
      for (const { bucket, calls } of this.#addresses.values()) {
        if (left === 0 || calls.length === 0 || !this.#isOpen(bucket)) continue;
        hasMoved = true;
        left -= 1;
        this.#waiting -= 1;
        calls.shift()?.();
      }
    }
    if (this.#waiting > 0) this.#turnSoon();
  }

  #isOpen(bucket: Bucket): boolean {
    const now = this.#clock.monotonic();
    if (this.#all.waitMs(now) > 0 || bucket.waitMs(now) > 0) return false;
    this.#all.take(1, now);
    bucket.take(1, now);
    return true;
  }

  #begin(address: string): Waiting {
    const now = this.#clock.monotonic();
    if (this.#addresses.size >= ADDRESSES_MAX) this.#forgetIdle(now);
    const bucket = new Bucket(this.#pace.ofAddress, this.#pace.burst, now);
    const begun = { bucket, calls: [] };
    this.#addresses.set(address, begun);
    return begun;
  }

  #forgetIdle(now: number): void {
    for (const [address, { bucket, calls }] of this.#addresses) {
      if (calls.length === 0 && bucket.isFull(now)) this.#addresses.delete(address);
    }
  }
}
