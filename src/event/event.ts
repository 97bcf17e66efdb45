import type { AssetEvent, EventField, EventType } from "../domain/asset-event.ts";
import type { Timestamp } from "../domain/brand.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import type { Problem } from "../domain/problem.ts";
import type { ToldEvent } from "../domain/told.ts";
import type { Clock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { change, type NewAssetEvent, remove, write } from "./keep.ts";
import type { Version } from "./room.ts";
import { type EventQuery, type FoundEvents, search } from "./search.ts";
import { STANDARD_TYPE } from "./standard.ts";
import { Sweep } from "./sweep.ts";
import { type Teller, take } from "./told.ts";
import { type EventTypeChange, EventTypes, type NewEventType } from "./types.ts";

/** What agents and programs say has happened to assets: kept, found, changed, and let go. */
export interface AssetEvents {
  /**
   * What a device told, as far as it can be kept: a field that is not of its type is a text. The
   * same event told again is kept once. Safe when it settles.
   */
  take(device: Teller, told: readonly ToldEvent[]): Promise<void>;

  /** What a program says: it must be of its type. All of them or none. */
  add(wishes: readonly NewAssetEvent[]): Promise<Outcome<readonly AssetEvent[], Problem>>;
  get(id: string): Promise<AssetEvent | undefined>;
  search(query: EventQuery): Promise<FoundEvents>;
  /** Refused where the event is not as it was at `etag` any more. */
  change(version: Version, fields: JsonObject): Promise<Outcome<AssetEvent, Problem>>;
  /** Gives how many there were. */
  remove(by: Actor, ids: readonly string[]): Promise<number>;

  types(): Promise<readonly EventType[]>;
  type(id: string): Promise<Outcome<EventType, Problem>>;
  /** Its own, and those of the types that it comes from. */
  fieldsOf(id: string): Promise<Outcome<readonly EventField[], Problem>>;
  addType(by: Actor, type: NewEventType): Promise<Outcome<EventType, Problem>>;
  changeType(
    by: Actor,
    version: Version,
    wish: EventTypeChange,
  ): Promise<Outcome<EventType, Problem>>;
  removeType(by: Actor, version: Version): Promise<Outcome<void, Problem>>;

  close(): void;
}

export type { EventQuery, EventTypeChange, NewAssetEvent };

type AssetEventsParts = {
  readonly store: Store;
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
};

/** The type of an event that names none. */
export const STANDARD_EVENT = STANDARD_TYPE.id;

export function openAssetEvents(parts: AssetEventsParts): AssetEvents {
  const { store, record, clock } = parts;
  const now = () => clock.now() as Timestamp;
  const types = new EventTypes(store, record);
  const sweep = new Sweep(parts);
  const room = { store, types, record, now };
  const counted = <T>(work: Promise<T>, many: number) => {
    sweep.added(many);
    return work;
  };
  return {
    take: (device, told) => counted(take(room, device, told), told.length),
    add: (wishes) => counted(write(room, wishes), wishes.length),
    async get(id) {
      const [event] = await store.assetEvents.find({ where: { id }, limit: 1 });
      return event && event.expiresAt > clock.now() ? event : undefined;
    },
    search: (query) => search(store, query),
    change: (version, fields) => change(room, version, fields),
    remove: (by, ids) => remove(room, by, ids),
    types: () => types.all(),
    type: (id) => types.get(id),
    fieldsOf: (id) => types.fieldsOf(id),
    addType: (by, type) => types.add(by, type),
    changeType: (by, version, wish) => types.change(by, version, wish),
    removeType: (by, version) => types.remove(by, version),
    close: () => sweep.close(),
  };
}
