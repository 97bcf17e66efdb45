import type { CommandId } from "../domain/brand.ts";
import type { CommandRow } from "../domain/records.ts";
import type { Clock, Timer } from "../lib/clock.ts";

/** Commands that were sent and whose device will answer, until it does or their time is over. */
export class Pending {
  readonly #clock: Clock;
  readonly #giveUp: (row: CommandRow) => Promise<unknown>;
  readonly #waiting = new Map<CommandId, { row: CommandRow; timer: Timer }>();

  constructor(clock: Clock, giveUp: (row: CommandRow) => Promise<unknown>) {
    this.#clock = clock;
    this.#giveUp = giveUp;
  }

  add(row: CommandRow, until: number): void {
    const timer = this.#clock.after(Math.max(0, until - this.#clock.now()), () => {
      const entry = this.#waiting.get(row.id);
      this.#waiting.delete(row.id);
      void this.#giveUp(entry?.row ?? row);
    });
    this.#waiting.set(row.id, { row, timer });
  }

  /** The device has said something of it, and will say more. */
  note(row: CommandRow): void {
    const entry = this.#waiting.get(row.id);
    if (entry) entry.row = row;
  }

  /** Its device has said how it ended. */
  end(id: CommandId): void {
    this.#waiting.get(id)?.timer.cancel();
    this.#waiting.delete(id);
  }

  close(): void {
    for (const { timer } of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }
}
