import { Type } from "typebox";
import type { AssetEvent } from "../../domain/asset-event.ts";
import { assetOfKey, keyOfAsset, ROOT_KEY } from "../../domain/asset-key.ts";
import type { Timestamp } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { latestOf, timeFault } from "../../domain/time.ts";
import { type NewAssetEvent, STANDARD_EVENT } from "../../event/event.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import type { JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { mayTouch } from "./agent-assets.ts";
import { readBody } from "./body.ts";
import { checkMatch, versioned } from "./etag.ts";
import { type EventFilter, readEventFilter } from "./event-filter.ts";
import { withoutRows } from "./event-types.ts";
import { select } from "./filter.ts";
import { cutOf, halCut, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";

export const EVENTS = "/api/eventmanagement/v3/events";

/** Events per page where the caller does not say; and the most. */
const ROWS = 20;
const ROWS_MAX = 100;

export const eventRoutes: Routes = {
  "GET /api/eventmanagement/v3/": {
    permission: "view",
    summary: "What there is",
    handle: async (_, { origin }) => success({ status: 200, body: billboard(origin) }),
  },
  [`GET ${EVENTS}`]: {
    permission: "view",
    agents: true,
    summary: "Events, the newest of each correlation; of the last 7 days unless told otherwise",
    handle: listEvents,
  },
  [`POST ${EVENTS}`]: {
    permission: "push-samples",
    agents: true,
    summary: "An event of an asset; agents: of their own",
    handle: addEvent,
  },
  [`GET ${EVENTS}/:id`]: {
    permission: "view",
    agents: true,
    summary: "One event",
    handle: getEvent,
  },
  [`PUT ${EVENTS}/:id`]: {
    permission: "push-samples",
    summary: "Changes what may be changed of an event, such as acknowledged; needs If-Match",
    handle: changeEvent,
  },
};

async function listEvents(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const size = String(Math.min(Number(ask.query["size"] || ROWS) || ROWS, ROWS_MAX));
  const cut = cutOf({ ...ask, query: { ...ask.query, size } }, ROWS);
  if (!cut.ok) return cut;
  const filter = readEventFilter(ask.query["filter"], house.clock.now());
  if (!filter.ok) return filter;
  const order = orderOf(ask.query["sort"]);
  const onlyLatest = ask.query["history"] === "true" ? {} : { isLatest: true };
  const where = { ...filter.value.where, ...onlyLatest };
  const isPlain = Object.keys(filter.value.rest).length === 0 && order !== undefined;
  if (!isPlain) {
    const rows = await selectEvents(house, ask, { ...filter.value, where });
    if (!rows.ok) return rows;
    return success(halPage(ask, cut.value, "events", rows.value));
  }
  const { page, size: limit } = cut.value;
  const { from, to } = filter.value;
  const found = await house.assetEvents.search({
    ...{ where, oldestFirst: order === "asc", skip: page * limit, limit },
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });
  const rows = found.events.map((event) => replyOf(ask, event));
  const answer = halCut(ask, cut.value, "events", { rows, total: found.total });
  return success(found.total > 0 ? answer : withoutRows(answer));
}

/** By time is how the store has them. Undefined: in another order. */
function orderOf(sort: string | undefined): "asc" | "desc" | undefined {
  if (sort === undefined || sort === "") return "desc";
  const [, direction = "asc"] = /^timestamp(?:,(asc|desc))?$/i.exec(sort) ?? [undefined, ""];
  return direction === "" ? undefined : (direction.toLowerCase() as "asc" | "desc");
}

/** Looks at one after the other, which goes for so many only. */
export async function selectEvents(
  house: House,
  ask: Ask,
  { rest, ...query }: EventFilter,
): Promise<Outcome<readonly (JsonObject & { id: string })[], Problem>> {
  const found = await house.assetEvents.search({ ...query, limit: LIMIT.eventsPerScan });
  if (found.total > LIMIT.eventsPerScan) {
    const detail = `${found.total} events would have to be looked at: narrow time, asset or type`;
    return failure(problem("query_too_large", detail));
  }
  const rows = found.events.map((event) => replyOf(ask, event));
  const filter = Object.keys(rest).length > 0 ? JSON.stringify(rest) : undefined;
  return select(rows, { filter, sort: ask.query["sort"] });
}

async function addEvent(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const wish = await readEvent(house, ask, ask.body);
  if (!wish.ok) return wish;
  const added = await house.assetEvents.add([wish.value]);
  if (!added.ok) return added;
  const [event] = added.value;
  return success(event ? answerOf(ask, event, 201) : { status: 204 });
}

const NewEvent = Type.Object({
  timestamp: Type.String(),
  entityId: Type.String(),
  typeId: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
});

/** The event of a body: what it names beside the four is a field of its type. */
export async function readEvent(
  house: House,
  ask: Ask,
  body: Uint8Array,
): Promise<Outcome<NewAssetEvent, Problem>> {
  const read = readBody(body, NewEvent);
  if (!read.ok) return read;
  const { timestamp, entityId, typeId, correlationId, ...given } = read.value;
  const at = parseIsoTime(timestamp);
  if (at === undefined) {
    return failure(problem("request_invalid", "timestamp: expected a time like 2026-01-01T00:00Z"));
  }
  const fault = timeFault(at, latestOf(house.clock.now()), "timestamp");
  if (fault) return failure(fault);
  const assetId = assetOfKey(entityId);
  const asset = await house.store.assets.get(assetId);
  if (!asset) return failure(problem("asset_unknown", `no asset '${entityId}'`));
  const allowed = await mayTouch(house, ask.by, assetId);
  if (!allowed.ok) return allowed;
  return success({
    ...{ at: at as Timestamp, typeId: typeId ?? STANDARD_EVENT, assetId, deviceId: null },
    ...(correlationId !== undefined && { correlationId }),
    fields: ownFields(given as JsonObject),
  });
}

/** What we say of an event is not a field of it, where a caller sends it back. */
function ownFields({ id, etag, _links, sharing, ...fields }: JsonObject): JsonObject {
  return fields;
}

async function getEvent(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const event = await found(house, ask);
  return event.ok ? success(answerOf(ask, event.value)) : event;
}

async function changeEvent(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const event = await found(house, ask);
  if (!event.ok) return event;
  const { id, etag } = event.value;
  const match = checkMatch(ask.headers, etag);
  if (!match.ok) return match;
  const body = readBody(ask.body, Type.Object({}));
  if (!body.ok) return body;
  const { timestamp, entityId, typeId, correlationId, ...given } = body.value as JsonObject;
  const before = replyOf(ask, event.value);
  const fixed = Object.entries({ entityId, typeId, correlationId }).find(
    ([name, value]) => value !== undefined && value !== before[name],
  );
  const isMoved = timestamp !== undefined && parseIsoTime(String(timestamp)) !== event.value.at;
  if (fixed || isMoved) {
    return failure(problem("event_invalid", `'${fixed?.[0] ?? "timestamp"}' cannot be changed`));
  }
  const changed = await house.assetEvents.change({ id, etag }, ownFields(given));
  return changed.ok ? success(answerOf(ask, changed.value)) : changed;
}

async function found(house: House, { params }: Ask): Promise<Outcome<AssetEvent, Problem>> {
  const event = await house.assetEvents.get(params["id"] ?? "");
  return event ? success(event) : failure(problem("event_unknown", `no event '${params["id"]}'`));
}

function answerOf(ask: Ask, event: AssetEvent, status = 200): Answer {
  return versioned(ask.headers, event.etag, replyOf(ask, event), status);
}

function replyOf({ origin }: Ask, event: AssetEvent): JsonObject & { id: string } {
  const { id, typeId, correlationId, at, assetId, severity, acknowledged, fields, etag } = event;
  return {
    ...fields,
    ...(severity !== null && { severity }),
    ...{ id, typeId, correlationId, acknowledged, etag },
    timestamp: new Date(at).toISOString(),
    entityId: assetId === null ? ROOT_KEY : keyOfAsset(assetId),
    _links: { self: { href: `${origin}${EVENTS}/${id}` } },
  };
}

function billboard(origin: string) {
  const names = ["events", "eventTypes", "createEventsJobs", "deleteEventsJobs"];
  const links = names.map((name) => {
    return [name, { href: `${origin}/api/eventmanagement/v3/${name}`, templated: false }];
  });
  const self = { href: `${origin}/api/eventmanagement/v3` };
  return { _links: { self, ...Object.fromEntries(links) } };
}
