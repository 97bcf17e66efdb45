import type { Timestamp } from "../domain/brand.ts";
import type { Event, NewEvent } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Clock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import { keepable } from "../lib/text.ts";
import type { Query, Store } from "../store/store.ts";
import { BEGINNING, hashOf, type Link } from "./chain.ts";

/** All events in order, with their actor. Append-only; each event carries the hash of the chain. */
export interface Journal {
  /**
   * Settles when the event will survive a power cut. Called within `store.together` it is a part
   * of that: what is done and what is written of it are both there, or neither.
   */
  record(event: NewEvent): Promise<Event>;
  list(query: Query<Event>): Promise<readonly Event[]>;
  /** Walks the chain; `brokenAt` is the first sequence that does not fit. */
  verify(): Promise<{ readonly events: number; readonly brokenAt: number | null }>;
}

type Parts = { readonly store: Store; readonly clock: Clock };

/** The setting that names the newest event, so that cutting off the end is found as well. */
const HEAD = "journal-head";

export async function openJournal(parts: Parts): Promise<Journal> {
  const { store } = parts;
  return {
    record: (event) => store.together(() => append(parts, event)),
    list: (query) => store.events.find(query),
    verify: () => verified(store),
  };
}

async function append({ store, clock }: Parts, { actor, kind, subject, detail }: NewEvent) {
  const previous = latest(await headOf(store), await newestOf(store));
  const event = {
    sequence: previous.sequence + 1,
    at: clock.now() as Timestamp,
    // The hash is of what will be read again: without what JSON and the store do not keep.
    ...asKept({ actor, detail }),
    kind: keepable(kind),
    subject: keepable(subject),
  };
  const whole: Event = { ...event, hash: hashOf(previous.hash, event) };
  await store.events.put(whole);
  await store.settings.put({ name: HEAD, value: linkOf(whole) });
  return whole;
}

async function verified(store: Store) {
  const promised = await headOf(store);
  let link = BEGINNING;
  let events = 0;
  for (let page = await pageAfter(store, link); page.length > 0; ) {
    for (const event of page) {
      const isNext = event.sequence === link.sequence + 1;
      if (!isNext || event.hash !== hashOf(link.hash, event))
        return { events, brokenAt: link.sequence + 1 };
      link = linkOf(event);
      events += 1;
    }
    page = await pageAfter(store, link);
  }
  const cutOff = link.sequence < promised.sequence;
  return { events, brokenAt: cutOff ? link.sequence + 1 : null };
}

function pageAfter(store: Store, { sequence }: Link): Promise<readonly Event[]> {
  return store.events.find({ after: sequence, limit: LIMIT.rowsPerPage });
}

async function headOf(store: Store): Promise<Link> {
  const head = (await store.settings.get(HEAD))?.value;
  return head ? { sequence: Number(head["sequence"]), hash: String(head["hash"]) } : BEGINNING;
}

async function newestOf(store: Store): Promise<Link> {
  const [newest] = await store.events.find({ descending: true, limit: 1 });
  return newest ?? BEGINNING;
}

/** They differ only where somebody else wrote to the database; then `verify` tells. */
function latest(head: Link, newest: Link): Link {
  return newest.sequence >= head.sequence ? newest : head;
}

function linkOf({ sequence, hash }: Event): { sequence: number; hash: string } {
  return { sequence, hash };
}

function asKept<T extends JsonObject>(json: T): T {
  return JSON.parse(JSON.stringify(json));
}
