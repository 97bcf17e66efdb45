import { LIMIT } from "../../domain/limit.ts";
import { Bucket } from "../../lib/bucket.ts";
import type { Clock } from "../../lib/clock.ts";

/** New connections a second, and how many may come at once after a while without any. */
export type Pace = { readonly all: number; readonly ofAddress: number; readonly burst: number };

/** Begins an entry; `done` says that it is over, well or badly. */
type Entry = (done: () => void) => void;

type Address = {
  readonly bucket: Bucket;
  readonly waiting: Entry[];
  /** Entries that have begun and are not over. */
  inside: number;
};

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
 * An address whose entries are not over waits too: handshakes that are half done take the most
 * memory, and what many at once took is not given back. One that drags on is not waited for.
 */
export class Turnstile {
  readonly #clock: Pick<Clock, "after" | "monotonic">;
  readonly #pace: Pace;
  readonly #all: Bucket;
  readonly #addresses = new Map<string, Address>();
  #waiting = 0;
  #delayed = 0;
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

  /** How many had to wait since the start. */
  get delayed(): number {
    return this.#delayed;
  }

  enter(name: string, entry: Entry): void {
    const address = this.#addresses.get(name) ?? this.#begin(name);
    if (address.waiting.length === 0 && this.#isOpen(address)) {
      this.#letIn(address, entry);
      return;
    }
    address.waiting.push(entry);
    this.#waiting += 1;
    this.#delayed += 1;
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
      for (const address of this.#addresses.values()) {
        if (left === 0 || !this.#letFirstIn(address)) continue;
        hasMoved = true;
        left -= 1;
      }
    }
    if (this.#waiting > 0) this.#turnSoon();
  }

  #letFirstIn(address: Address): boolean {
    const [entry] = address.waiting;
    if (!entry || !this.#isOpen(address)) return false;
    address.waiting.shift();
    this.#waiting -= 1;
    this.#letIn(address, entry);
    return true;
  }

  #letIn(address: Address, entry: Entry): void {
    let isInside = true;
    const done = () => {
      if (isInside) address.inside -= 1;
      isInside = false;
      patience.cancel();
    };
    const patience = this.#clock.after(LIMIT.entryPatienceMs, done);
    address.inside += 1;
    entry(done);
  }

  #isOpen({ bucket, inside }: Address): boolean {
    if (inside >= LIMIT.entriesOfAddress) return false;
    const now = this.#clock.monotonic();
    if (this.#all.waitMs(now) > 0 || bucket.waitMs(now) > 0) return false;
    this.#all.take(1, now);
    bucket.take(1, now);
    return true;
  }

  #begin(name: string): Address {
    const now = this.#clock.monotonic();
    if (this.#addresses.size >= ADDRESSES_MAX) this.#forgetIdle(now);
    const bucket = new Bucket(this.#pace.ofAddress, this.#pace.burst, now);
    const begun = { bucket, waiting: [], inside: 0 };
    this.#addresses.set(name, begun);
    return begun;
  }

  #forgetIdle(now: number): void {
    for (const [name, { bucket, waiting, inside }] of this.#addresses) {
      const isIdle = waiting.length === 0 && inside === 0;
      if (isIdle && bucket.isFull(now)) this.#addresses.delete(name);
    }
  }
}
