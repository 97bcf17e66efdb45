import type { Timestamp } from "../domain/brand.ts";
import type { Arrivals } from "../historian/historian.ts";

/** What the server above has not acknowledged. */
export type Waiting = {
  /** About how many. */
  readonly samples: number;
  readonly bytes: number;
  readonly oldestAt: Timestamp | null;
};

export const NOTHING: Waiting = { samples: 0, bytes: 0, oldestAt: null };

/** About what one takes in the log, where nothing else says it. */
const SAMPLE_BYTES = 12;
/** So much is looked back on; from less than the least nobody could tell how long it takes. */
const LOOK_BACK_MS = 60_000;
const LEAST_MS = 10_000;
const STEP_MS = 1_000;

/** With what is on its way: it is not acknowledged either. */
export function waitingWith({ samples, waitingSamples, waitingBytes }: Arrivals): Waiting {
  if (samples.count === 0) return NOTHING;
  const oldestAt = samples.at.reduce((oldest, at) => Math.min(oldest, at)) as Timestamp;
  const each = waitingSamples > 0 ? waitingBytes / waitingSamples : SAMPLE_BYTES;
  return {
    samples: samples.count + waitingSamples,
    bytes: Math.round(samples.count * each + waitingBytes),
    oldestAt,
  };
}

/** How long it takes until nothing waits, as fast as it went lately. */
export class TimeLeft {
  #seen: { readonly at: number; readonly samples: number }[] = [];

  /** `at` counts milliseconds. */
  note(at: number, samples: number): void {
    const newest = this.#seen.at(-1);
    if (newest && at - newest.at < STEP_MS) return;
    this.#seen = [...this.#seen.filter((one) => at - one.at <= LOOK_BACK_MS), { at, samples }];
  }

  forget(): void {
    this.#seen = [];
  }

  /** Null where it cannot be told, or what waits does not get less. */
  get ms(): number | null {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (!first || !last || last.at - first.at < LEAST_MS) return null;
    const perMs = (first.samples - last.samples) / (last.at - first.at);
    return perMs > 0 ? last.samples / perMs : null;
  }
}
