import type { Bearer } from "../access/access.ts";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { JsonObject } from "../lib/json.ts";
import type { ApiParts } from "./house.ts";

const HOUR_MS = 60 * 60_000;

/**
 * Puts into the journal what somebody tried whose role does not allow it: each try, up to so many
 * an hour. A token that tries all day long must not fill the disk.
 */
export class Refusals {
  readonly #parts: Pick<ApiParts, "journal" | "clock" | "log">;
  #since = Number.NEGATIVE_INFINITY;
  #tries = 0;

  constructor(parts: Pick<ApiParts, "journal" | "clock" | "log">) {
    this.#parts = parts;
  }

  async record({ actor, role }: Bearer, route: string, remote: string): Promise<void> {
    await this.#write({ actor, kind: "api.refused", subject: route, detail: { role, remote } });
  }

  /** Somebody tried at another broker what the house does not allow. */
  async recordByBroker(detail: JsonObject): Promise<void> {
    await this.#write({ actor: THE_HOUSE, kind: "broker.refused", subject: "broker", detail });
  }

  async #write(event: NewEvent): Promise<void> {
    const { journal, clock, log } = this.#parts;
    if (clock.monotonic() - this.#since >= HOUR_MS) {
      this.#since = clock.monotonic();
      this.#tries = 0;
    }
    this.#tries += 1;
    if (this.#tries === LIMIT.refusalsPerHour) {
      log.warn("further refusals of this hour are not in the journal", { subject: event.subject });
    }
    if (this.#tries <= LIMIT.refusalsPerHour) await journal.record(event);
  }
}
