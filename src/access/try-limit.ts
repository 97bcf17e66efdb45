import { LIMIT } from "../domain/limit.ts";
import type { Clock } from "../lib/clock.ts";

type Tries = { readonly count: number; readonly latestAt: number };

/**
 * Wrong tries, by account and by address. After a few there is a pause; it is short, and nobody is
 * ever locked out for good, or a stranger could keep an operator from his plant.
 */
export class TryLimit {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #tries = new Map<string, Tries>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /**
   * Counts a try before it is looked at, so that tries side by side count as well. Where one of
   * the keys has had its tries, nothing is counted, and the answer is how long to wait.
   */
  take(...keys: readonly string[]): { readonly waitMs: number } {
    const waitMs = Math.max(...keys.map((key) => this.#waitOf(key)));
    if (waitMs === 0) for (const key of keys) this.#count(key, 1);
    return { waitMs };
  }

  /** The try was right: it does not count against this key. */
  giveBack(key: string): void {
    this.#count(key, -1);
  }

  /** The account's owner is here: earlier tries do not matter any more. */
  forget(key: string): void {
    this.#tries.delete(key);
  }

  #waitOf(key: string): number {
    const tries = this.#current(key);
    if (tries === undefined || tries.count < LIMIT.signInTries) return 0;
    return tries.latestAt + LIMIT.signInPauseMs - this.#clock.monotonic();
  }

  #count(key: string, change: number): void {
    const count = (this.#current(key)?.count ?? 0) + change;
    this.#tries.delete(key); // The map keeps its order: the newest are last.
    if (count > 0) this.#tries.set(key, { count, latestAt: this.#clock.monotonic() });
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > LIMIT.signInKeys && oldest !== undefined) this.#tries.delete(oldest);
  }

  #current(key: string): Tries | undefined {
    const tries = this.#tries.get(key);
    if (!tries) return undefined;
    return this.#clock.monotonic() - tries.latestAt < LIMIT.signInPauseMs ? tries : undefined;
  }
}

/** Whoever has one IPv6 address has 2^64 of them; an IPv4 address may come dressed as IPv6. */
export function addressKey(remote: string): string {
  const bare = remote.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!bare.includes(":")) return bare;
  const [front = "", back = ""] = bare.split("::");
  const head = front === "" ? [] : front.split(":");
  const tail = back === "" ? [] : back.split(":");
  const zeros = Math.max(0, 8 - head.length - tail.length);
  return [...head, ...Array<string>(zeros).fill("0"), ...tail].slice(0, 4).join(":");
}
