import { LIMIT } from "../domain/limit.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Store } from "../store/store.ts";

type Parts = { readonly store: Store; readonly clock: Clock; readonly log: Log };

/** Lets events go whose time is over, and the oldest where there are more than may be. */
export class Sweep {
  readonly #parts: Parts;
  #timer: Timer | undefined;
  #added = 0;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#wait();
  }

  /** A device that tells too much must not fill the disk until the hour is over. */
  added(many: number): void {
    this.#added += many;
    if (this.#added >= LIMIT.eventsPerSweep) void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer?.cancel();
    if (!this.#isClosed) this.#timer = this.#parts.clock.after(SWEEP_MS, () => void this.#run());
  }

  async #run(): Promise<void> {
    const { store, clock, log } = this.#parts;
    this.#added = 0;
    try {
      await store.assetEvents.remove({}, { column: "expiresAt", to: clock.now() });
      const [tooMany] = await store.assetEvents.find({
        descending: true,
        skip: LIMIT.assetEvents,
        limit: 1,
      });
      if (tooMany) await store.assetEvents.remove({}, { column: "at", to: tooMany.at + 1 });
    } catch (reason) {
      log.error("events could not be let go of", { reason: String(reason) });
    }
    this.#wait();
  }
}

const SWEEP_MS = 60 * 60_000;
