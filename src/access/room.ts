import type { NewEvent } from "../domain/event.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Store } from "../store/store.ts";
import type { Passwords } from "./password.ts";

/** What the room is given at its door. */
export type AccessParts = {
  readonly store: Store;
  readonly journal: { record(event: NewEvent): Promise<unknown> };
  /** Where the key that signs tokens is kept. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How passwords are hashed. Fallback: at the full cost. */
  readonly passwords?: Passwords;
};

export type Room = AccessParts & {
  /** Tells those who asked that this actor may no longer do what he could. */
  readonly lost: (actorId: string) => void;
};
