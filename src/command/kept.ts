import type { CommandId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { CommandRow } from "../domain/records.ts";
import type { Clock, Timer } from "../lib/clock.ts";

type KeptParts = {
  readonly clock: Clock;
  /** Whether somebody is there to take a message of this topic. */
  readonly isHeard: (topic: string) => boolean;
  /** Settles when it is known what became of it. */
  readonly send: (row: CommandRow) => Promise<unknown>;
  readonly expire: (row: CommandRow) => Promise<unknown>;
  readonly onTrouble: (reason: unknown) => void;
};

type Entry = { readonly row: CommandRow; readonly timer: Timer };

/**
 * Commands that wait for a device to come back: one line a topic, each sent when the one before it
 * is, until its time is over.
 */
export class Kept {
  readonly #parts: KeptParts;
  readonly #lines = new Map<string, Entry[]>();
  readonly #busy = new Set<string>();

  constructor(parts: KeptParts) {
    this.#parts = parts;
  }

  /** Whether one more may wait there. */
  hasRoom(topic: string): boolean {
    return (this.#lines.get(topic)?.length ?? 0) < LIMIT.commandsKept;
  }

  /** Settles when it was sent, or is to wait. */
  async add(topic: string, row: CommandRow): Promise<void> {
    const { clock, expire, onTrouble } = this.#parts;
    const timer = clock.after(Math.max(0, row.expiresAt - clock.now()), () => {
      if (this.#take(topic, row)) expire(row).catch(onTrouble);
    });
    const line = this.#lines.get(topic) ?? [];
    this.#lines.set(topic, line);
    line.push({ row, timer });
    await this.#drain(topic);
  }

  /** Somebody has come or subscribed. */
  look(): void {
    for (const topic of this.#lines.keys()) {
      this.#drain(topic).catch(this.#parts.onTrouble);
    }
  }

  /** Whether it was still waiting: it waits no more. */
  remove(topic: string, id: CommandId): boolean {
    const entry = this.#lines.get(topic)?.find(({ row }) => row.id === id);
    return entry !== undefined && this.#take(topic, entry.row);
  }

  close(): void {
    for (const { timer } of [...this.#lines.values()].flat()) timer.cancel();
    this.#lines.clear();
  }

  async #drain(topic: string): Promise<void> {
    if (this.#busy.has(topic)) return;
    this.#busy.add(topic);
    try {
      for (;;) {
        const [first] = this.#lines.get(topic) ?? [];
        if (!first || !this.#parts.isHeard(topic)) return;
        this.#take(topic, first.row);
        await this.#parts.send(first.row);
      }
    } finally {
      this.#busy.delete(topic);
    }
  }

  #take(topic: string, row: CommandRow): boolean {
    const line = this.#lines.get(topic) ?? [];
    const index = line.findIndex((entry) => entry.row === row);
    const [entry] = index < 0 ? [] : line.splice(index, 1);
    entry?.timer.cancel();
    if (line.length === 0) this.#lines.delete(topic);
    return entry !== undefined;
  }
}
