import { LIMIT } from "../../domain/limit.ts";
import { Bucket } from "../../lib/bucket.ts";

type Recent = { readonly bucket: Bucket; warnedAt: number };

const MINUTE_MS = 60_000;
const NAMES_MAX = 1_000;

/** Tells two clients that fight over one name from one that lost its connection. */
export class TakeOvers {
  readonly #recent = new Map<string, Recent>();

  /** Milliseconds for which whoever comes under this name has to wait. */
  waitMs(name: string, now: number): number {
    const waitMs = this.#recent.get(name)?.bucket.waitMs(now) ?? 0;
    return Math.min(waitMs, LIMIT.takeOverPauseMs);
  }

  note(name: string, now: number): void {
    const recent = this.#recent.get(name) ?? this.#begin(name, now);
    recent.bucket.take(1, now);
  }

  /** Whether somebody should hear of it: once a minute for a name. */
  isNews(name: string, now: number): boolean {
    const recent = this.#recent.get(name);
    if (!recent || now - recent.warnedAt < MINUTE_MS) return false;
    recent.warnedAt = now;
    return true;
  }

  #begin(name: string, now: number): Recent {
    if (this.#recent.size >= NAMES_MAX) this.#recent.clear();
    const perMinute = LIMIT.takeOversPerMinute;
    const bucket = new Bucket(perMinute / 60, perMinute, now);
    const recent = { bucket, warnedAt: Number.NEGATIVE_INFINITY };
    this.#recent.set(name, recent);
    return recent;
  }
}
