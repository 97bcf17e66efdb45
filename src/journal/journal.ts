import type { Event, NewEvent } from "../domain/event.ts";
import type { Query } from "../store/store.ts";

/** All events in order, with their actor. Append-only; each event carries the hash of the chain. */
export interface Journal {
  /** Settles when the event will survive a power cut. */
  record(event: NewEvent): Promise<Event>;
  list(query: Query<Event>): Promise<readonly Event[]>;
  /** Walks the chain; `brokenAt` is the first sequence that does not fit. */
  verify(): Promise<{ readonly events: number; readonly brokenAt: number | null }>;
}
