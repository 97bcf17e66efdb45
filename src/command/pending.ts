import type { DeviceId } from "../domain/brand.ts";
import type { CommandRow } from "../domain/records.ts";
import type { Clock, Timer } from "../lib/clock.ts";

/** Commands that were sent and whose device will answer, until it does or their time is over. */
export class Pending {
  readonly #clock: Clock;
  readonly #giveUp: (row: CommandRow) => Promise<unknown>;
  readonly #waiting = new Map<string, { row: CommandRow; timer: Timer }>();

  constructor(clock: Clock, giveUp: (row: CommandRow) => Promise<unknown>) {
    this.#clock = clock;
    this.#giveUp = giveUp;
  }

  add(row: CommandRow): void {
    const timer = this.#clock.after(Math.max(0, row.expiresAt - this.#clock.now()), () => {
      this.#waiting.delete(row.id);
      void this.#giveUp(row);
    });
    this.#waiting.set(row.id, { row, timer });
  }

  /** The oldest waiting command of this name is the one that the device speaks of. */
  async confirm(
    device: DeviceId,
    command: string,
    settle: (row: CommandRow) => Promise<unknown>,
  ): Promise<void> {
    for (const [id, { row, timer }] of this.#waiting) {
      if (row.deviceId !== device || row.name !== command) continue;
      timer.cancel();
      this.#waiting.delete(id);
      await settle(row);
      return;
    }
  }
}
