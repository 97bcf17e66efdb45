import type { EventField, EventType } from "../domain/asset-event.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { wrongFields } from "./fields.ts";
import type { Version } from "./room.ts";
import { AGENT_TYPE, BUILT_IN, STANDARD_TYPE, TTL_DAYS } from "./standard.ts";

export type NewEventType = Pick<EventType, "id" | "name"> &
  Partial<Pick<EventType, "parentId" | "ttlDays" | "scope" | "fields">>;

/** Fields are only added, so that what was told before is still of its type. */
export type EventTypeChange = {
  readonly ttlDays?: number;
  readonly scope?: EventType["scope"];
  readonly added?: readonly EventField[];
};

/** The types of events: Insights Hub's standard ones, which stay, and those that people make. */
export class EventTypes {
  readonly #store: Store;
  readonly #record: (event: NewEvent) => Promise<unknown>;

  constructor(store: Store, record: (event: NewEvent) => Promise<unknown>) {
    this.#store = store;
    this.#record = record;
  }

  async all(): Promise<readonly EventType[]> {
    return [...BUILT_IN, ...(await this.#store.eventTypes.find())];
  }

  async get(id: string): Promise<Outcome<EventType, Problem>> {
    const type = BUILT_IN.find((one) => one.id === id) ?? (await this.#store.eventTypes.get(id));
    return type ? success(type) : failure(problem("event_type_unknown", `no event type '${id}'`));
  }

  /** The one that an agent means by this name: its own, or the one that all agents share. */
  async named(name: string): Promise<EventType> {
    const types = await this.all();
    return types.find((type) => type.id === name || type.name === name) ?? AGENT_TYPE;
  }

  /** Its own, and those of the types that it comes from. */
  async fieldsOf(id: string): Promise<Outcome<readonly EventField[], Problem>> {
    const fields: EventField[] = [];
    for (let next: string | null = id; next !== null; ) {
      const type: Outcome<EventType, Problem> = await this.get(next);
      if (!type.ok) return type;
      fields.unshift(...type.value.fields);
      next = type.value.parentId;
    }
    return success(fields);
  }

  add(by: Actor, wish: NewEventType): Promise<Outcome<EventType, Problem>> {
    return this.#store.together(async () => {
      const { id, name, fields = [], parentId = STANDARD_TYPE.id } = wish;
      const { ttlDays = TTL_DAYS, scope = "LOCAL" } = wish;
      if ((await this.get(id)).ok) return failure(problem("event_type_exists", id));
      if ((await this.#store.eventTypes.count()) >= LIMIT.eventTypes) {
        return failure(problem("event_limit", `at most ${LIMIT.eventTypes} event types`));
      }
      const inherited = parentId === null ? success([]) : await this.fieldsOf(parentId);
      if (!inherited.ok) return inherited;
      const wrong = wrongFields(fields, inherited.value) ?? wrongTtl(ttlDays);
      if (wrong) return failure(problem("event_invalid", wrong));
      return this.#keep(by, "added", { id, name, parentId, ttlDays, scope, fields, etag: 0 });
    });
  }

  change(
    by: Actor,
    { id, etag }: Version,
    { added = [], ...rest }: EventTypeChange,
  ): Promise<Outcome<EventType, Problem>> {
    return this.#store.together(async () => {
      const before = await this.#own({ id, etag });
      if (!before.ok) return before;
      const inherited = await this.fieldsOf(id);
      if (!inherited.ok) return inherited;
      const type = { ...before.value, ...rest, etag: before.value.etag + 1 };
      const wrong = wrongFields(added, inherited.value) ?? wrongTtl(type.ttlDays);
      if (wrong) return failure(problem("event_invalid", wrong));
      return this.#keep(by, "changed", { ...type, fields: [...type.fields, ...added] });
    });
  }

  remove(by: Actor, { id, etag }: Version): Promise<Outcome<void, Problem>> {
    return this.#store.together(async () => {
      const type = await this.#own({ id, etag });
      if (!type.ok) return type;
      const heirs = await this.#store.eventTypes.count({ parentId: id });
      const events = await this.#store.assetEvents.count({ typeId: id });
      if (heirs + events > 0) {
        const detail = `${heirs} types and ${events} events are of '${id}'`;
        return failure(problem("event_type_in_use", detail));
      }
      await this.#store.eventTypes.remove({ id });
      await this.#tell(by, "removed", id, {});
      return success(undefined);
    });
  }

  /** One that can be changed, and is as it was at `etag`. */
  async #own({ id, etag }: Version): Promise<Outcome<EventType, Problem>> {
    const type = await this.get(id);
    if (!type.ok) return type;
    if (BUILT_IN.some((one) => one.id === id)) {
      return failure(problem("event_type_in_use", `'${id}' is one of the standard types`));
    }
    if (etag === null || etag === type.value.etag) return type;
    return failure(problem("version_changed", `'${id}' is at ${type.value.etag}, not ${etag}`));
  }

  async #keep(by: Actor, what: string, type: EventType): Promise<Outcome<EventType, Problem>> {
    await this.#store.eventTypes.put(type);
    await this.#tell(by, what, type.id, { name: type.name, fields: type.fields.length });
    return success(type);
  }

  async #tell(actor: Actor, what: string, id: string, detail: JsonObject): Promise<void> {
    const kind = `event-type.${what}`;
    await this.#record({ actor, kind, subject: `event-type:${id}`, detail });
  }
}

function wrongTtl(days: number): string | undefined {
  if (Number.isInteger(days) && days >= 1 && days <= LIMIT.eventTtlDays) return undefined;
  return `ttl: between 1 and ${LIMIT.eventTtlDays} days`;
}
