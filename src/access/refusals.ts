import { type Actor, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Room } from "./room.ts";

const HOUR_MS = 60 * 60_000;

/** Puts refused sign-ins into the journal: all of them, up to so many an hour, then their number. */
export class Refusals {
  readonly #room: Room;
  #since = 0;
  #recorded = 0;
  #unrecorded = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  /** A name that nobody has is not written down: people type passwords into the wrong field. */
  async record(what: { reason: string; remote: string; user?: { id: string } | undefined }) {
    const { journal, clock, log } = this.#room;
    const { reason, remote, user } = what;
    if (clock.monotonic() - this.#since >= HOUR_MS) {
      this.#since = clock.monotonic();
      this.#recorded = 0;
    }
    if (this.#recorded >= LIMIT.refusalsPerHour) {
      if (this.#unrecorded === 0) log.warn("refused sign-ins are only counted now", { remote });
      this.#unrecorded += 1;
      return;
    }
    this.#recorded += 1;
    const unrecorded = this.#unrecorded;
    this.#unrecorded = 0;
    await journal.record({
      actor: THE_HOUSE satisfies Actor,
      kind: "access.refused",
      subject: user ? `user:${user.id}` : "",
      detail: { reason, remote, ...(unrecorded > 0 && { unrecorded }) },
    });
  }
}
