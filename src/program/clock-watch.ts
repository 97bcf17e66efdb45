import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";

type WatchParts = {
  readonly timesSaid: Ingest["timesSaid"];
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly clock: Pick<Clock, "after">;
  readonly log: Log;
};

const EVERY_MS = 10_000;
/** One alone is wrong itself. */
const DEVICES_MIN = 2;

/**
 * Doubts this server's clock while most devices that say a time are more than a day ahead of it:
 * none of their values is stored.
 */
export class ClockWatch {
  readonly #parts: WatchParts;
  /** Why the clock is doubted, in words. */
  #doubt: string | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Why people should look, in words. */
  get reasons(): readonly string[] {
    return this.#doubt === undefined ? [] : [this.#doubt];
  }

  /** Looks now, and again and again until it is closed. */
  async start(): Promise<void> {
    await this.look();
    if (!this.#isClosed) this.#timer = this.#parts.clock.after(EVERY_MS, () => void this.start());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async look(): Promise<void> {
    const before = this.#doubt;
    const { ahead, devices } = this.#parts.timesSaid();
    const isDoubted = ahead >= DEVICES_MIN && ahead * 2 > devices;
    this.#doubt = isDoubted ? doubtOf(ahead, devices) : undefined;
    if ((before !== undefined) === isDoubted) return;
    const detail = this.#doubt === undefined ? {} : { detail: this.#doubt };
    await this.#tell(isDoubted ? "clock.behind" : "clock.fine", detail);
  }

  /** Where the journal cannot be written, the log has it. */
  async #tell(kind: string, detail: NewEvent["detail"]): Promise<void> {
    const { record, log } = this.#parts;
    log.warn("what devices say of this server's clock has changed", { kind, ...detail });
    try {
      await record({ actor: THE_HOUSE, kind, subject: "", detail });
    } catch (reason) {
      log.error("an event of the clock was not recorded", { kind, reason: String(reason) });
    }
  }
}

function doubtOf(ahead: number, devices: number): string {
  const who = `${ahead} of ${devices} devices send times`;
  return `clock: ${who} that are more than a day ahead of this server's clock: check its clock`;
}
