import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { User } from "../domain/records.ts";
import type { AccessParts } from "./room.ts";

type Parts = Pick<AccessParts, "journal" | "clock" | "log">;
type Refusal = {
  readonly reason: string;
  readonly remote: string;
  readonly user?: User | undefined;
};

const HOUR_MS = 60 * 60_000;

/** Puts refused sign-ins into the journal: each, up to so many an hour, then their number. */
export class Refusals {
  readonly #parts: Parts;
  #since = 0;
  #recorded = 0;
  #unrecorded = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A name that nobody has is not written down: people type passwords into the wrong field. */
  async record({ reason, remote, user }: Refusal) {
    const { journal, clock, log } = this.#parts;
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
      actor: THE_HOUSE,
      kind: "access.refused",
      subject: user ? `user:${user.id}` : "",
      detail: { reason, remote, ...(unrecorded > 0 && { unrecorded }) },
    });
  }
}
