import type { EventType } from "../../domain/asset-event.ts";
import { THE_HOUSE } from "../../domain/event.ts";
import type { Problem } from "../../domain/problem.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { readBody } from "./body.ts";
import { checkMatch, versioned } from "./etag.ts";
import { fieldOf, NewEventTypeBody, readTypePatch } from "./event-type-body.ts";
import { select } from "./filter.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";

const BASE = "/api/eventmanagement/v3/eventTypes";

export const eventTypeRoutes: Routes = {
  [`GET ${BASE}`]: {
    permission: "view",
    agents: true,
    summary: "Types of events, the standard ones among them",
    handle: listTypes,
  },
  [`POST ${BASE}`]: { permission: "engineer", summary: "A new type of event", handle: addType },
  [`GET ${BASE}/:id`]: {
    permission: "view",
    agents: true,
    summary: "One type with its own fields",
    handle: getType,
  },
  [`PATCH ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Adds fields, or changes ttl or scope (JSON patch); needs If-Match",
    handle: patchType,
  },
  [`PUT ${BASE}/:id`]: {
    permission: "engineer",
    summary: "The same: Siemens' SDK sends its patches so",
    handle: patchType,
  },
  [`DELETE ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Removes a type that no event is of; needs If-Match",
    handle: removeType,
  },
};

async function listTypes(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const tenant = await tenantOf(house);
  const rows = (await house.assetEvents.types()).map((type) => replyOf(ask, type, tenant));
  const found = select(rows, ask.query);
  if (!found.ok) return found;
  const page = halPage(ask, cut.value, "eventTypes", found.value);
  return success(found.value.length > 0 ? page : withoutRows(page));
}

/** Siemens' own tests take a list that has `_embedded` for one that has rows. */
export function withoutRows({ body, ...answer }: Answer): Answer {
  const { _embedded, ...rest } = body as Record<string, unknown>;
  return { ...answer, body: rest };
}

async function getType(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const type = await house.assetEvents.type(ask.params["id"] ?? "");
  return type.ok ? success(await answer(house, ask, type.value)) : type;
}

async function addType(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewEventTypeBody);
  if (!body.ok) return body;
  const { name, ttl, parentId, scope, fields = [] } = body.value;
  const id = body.value.id ?? `${await tenantOf(house)}.${name}`;
  const added = await house.assetEvents.addType(actorOf(ask), {
    ...{ id, name, fields: fields.map(fieldOf) },
    ...(ttl !== undefined && { ttlDays: ttl }),
    ...(parentId !== undefined && { parentId }),
    ...(scope !== undefined && { scope: scope as EventType["scope"] }),
  });
  return added.ok ? success(await answer(house, ask, added.value, 201)) : added;
}

async function patchType(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await versionOf(house, ask);
  if (!known.ok) return known;
  const wish = readTypePatch(ask.body);
  if (!wish.ok) return wish;
  const changed = await house.assetEvents.changeType(actorOf(ask), known.value, wish.value);
  return changed.ok ? success(await answer(house, ask, changed.value)) : changed;
}

async function removeType(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await versionOf(house, ask);
  if (!known.ok) return known;
  const removed = await house.assetEvents.removeType(actorOf(ask), known.value);
  return removed.ok ? success({ status: 204 }) : removed;
}

type Version = { readonly id: string; readonly etag: number };

/** The type that is meant, in the version that the caller knows. */
async function versionOf(
  house: House,
  { params, headers }: Ask,
): Promise<Outcome<Version, Problem>> {
  const { id = "" } = params;
  const type = await house.assetEvents.type(id);
  if (!type.ok) return type;
  const { etag } = type.value;
  const match = checkMatch(headers, etag);
  return match.ok ? success({ id, etag }) : match;
}

async function answer(house: House, ask: Ask, type: EventType, status = 200): Promise<Answer> {
  return versioned(ask.headers, type.etag, replyOf(ask, type, await tenantOf(house)), status);
}

function replyOf({ origin }: Ask, type: EventType, owner: string) {
  const { id, name, parentId, ttlDays: ttl, scope, fields, etag } = type;
  const events = `${origin}/api/eventmanagement/v3/events?filter=${filterOf(id)}`;
  const links = { self: { href: `${origin}${BASE}/${id}` }, events: { href: events } };
  return { id, name, parentId, ttl, etag, owner, scope, fields, _links: links };
}

function filterOf(typeId: string): string {
  return encodeURIComponent(JSON.stringify({ typeId }));
}

function actorOf({ by }: Ask) {
  return by?.actor ?? THE_HOUSE;
}
