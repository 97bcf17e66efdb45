import { type Actor, type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Historian, Waiting } from "../historian/historian.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";

type WatchParts = {
  readonly historian: Pick<Historian, "stats" | "outbox">;
  /** Targets that samples are brought to since this start. */
  readonly targets: readonly string[];
  /** More is not kept for any of them. Fallback: the house's limit. */
  readonly bytesMax?: number;
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
};

/** What is asked is asked of a database as well, where there is one. */
const EVERY_MS = 60_000;
const MIB = 2 ** 20;

/**
 * Looks at what the history's log keeps for its targets: says so before anything is dropped, and
 * where nobody brings it anywhere any more.
 */
export class OutboxWatch {
  readonly #parts: WatchParts;
  #waiting: readonly Waiting[] = [];
  /** Of which it was said that little more is kept for them. */
  readonly #low = new Set<string>();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Why people should look, in words. */
  get reasons(): readonly string[] {
    return this.#waiting.flatMap((one) =>
      [this.#forsaken(one) ?? [], this.#scarce(one) ?? []].flat(),
    );
  }

  /** Looks now, and again and again until it is closed. */
  async start(): Promise<void> {
    const { log, clock } = this.#parts;
    await this.look().catch((reason) => {
      if (!this.#isClosed)
        log.error("the outbox could not be looked at", { reason: String(reason) });
    });
    if (!this.#isClosed) this.#timer = clock.after(EVERY_MS, () => void this.start());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async look(): Promise<void> {
    this.#waiting = (await this.#parts.historian.stats()).waiting;
    for (const one of this.#waiting) {
      const { target, bytes } = one;
      const detail = this.#scarce(one);
      if (detail === undefined) this.#low.delete(target);
      else if (!this.#low.has(target)) {
        this.#low.add(target);
        this.#parts.log.warn("little more is kept in the outbox", { target, bytes });
        const event = { actor: THE_HOUSE, kind: "outbox.low", subject: `outbox:${target}` };
        await this.#parts.record({ ...event, detail: { detail } });
      }
    }
  }

  isFollowed(target: string): boolean {
    return this.#parts.targets.includes(target);
  }

  /** Nothing is kept any more for a target that nobody brings anything to. */
  async letGo(target: string, actor: Actor): Promise<Outcome<void, Problem>> {
    const { historian, record } = this.#parts;
    const found = (await historian.stats()).waiting.find((one) => one.target === target);
    if (!found) return failure(problem("target_unknown", `nothing is kept for '${target}'`));
    if (this.isFollowed(target)) {
      const detail = `samples are brought to '${target}': start the server without it first`;
      return failure(problem("target_in_use", detail));
    }
    const { records, bytes } = found;
    await historian.outbox?.unfollow(target);
    const event = { actor, kind: "outbox.let_go", subject: `outbox:${target}` };
    await record({ ...event, detail: { records, bytes } });
    await this.look();
    return success(undefined);
  }

  #forsaken({ target, records, bytes }: Waiting): string | undefined {
    if (this.isFollowed(target)) return undefined;
    const kept = `${records} records in ${mib(bytes)} MiB of the log`;
    const next = `give --${target} again, or let it go on the page of the server`;
    return `outbox: ${kept} are kept for '${target}', and nothing brings them there: ${next}`;
  }

  #scarce({ target, bytes, dropped }: Waiting): string | undefined {
    const { bytesMax = LIMIT.outboxBytes } = this.#parts;
    if (bytes < bytesMax * LIMIT.outboxLow) return undefined;
    const kept = `${mib(bytes)} of at most ${mib(bytesMax)} MiB are kept for '${target}'`;
    const soFar = dropped > 0 ? `, ${dropped} so far` : "";
    return `outbox: ${kept}; beyond that the oldest samples are dropped${soFar}`;
  }
}

function mib(bytes: number): number {
  return Math.ceil(bytes / MIB);
}
