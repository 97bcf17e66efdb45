import type { Timestamp } from "../domain/brand.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Store } from "../store/store.ts";
import type { EventTypes } from "./types.ts";

export type Room = {
  readonly store: Store;
  readonly types: EventTypes;
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly now: () => Timestamp;
};

/** Of an event or a type, as somebody read it; `null` takes whichever is there. */
export type Version = { readonly id: string; readonly etag: number | null };
