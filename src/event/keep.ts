import { randomUUID } from "node:crypto";
import type { AssetEvent } from "../domain/asset-event.ts";
import type { AssetId, DeviceId, Timestamp } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { wrongChange, wrongValues } from "./fields.ts";
import type { Room, Version } from "./room.ts";

export type NewAssetEvent = {
  /** Fallback: one is made. */
  readonly id?: string;
  readonly at: Timestamp;
  readonly typeId: string;
  readonly assetId: AssetId | null;
  readonly deviceId: DeviceId | null;
  /** Fallback: one of its own, so it belongs to no other. */
  readonly correlationId?: string;
  /** `severity` and `acknowledged` among them. */
  readonly fields: JsonObject;
};

const DAY_MS = 24 * 60 * 60_000;

/** All of them, or none and what is wrong with the first that is. */
export function write(
  room: Room,
  wishes: readonly NewAssetEvent[],
): Promise<Outcome<readonly AssetEvent[], Problem>> {
  return room.store.together(async () => {
    for (const wish of wishes) {
      const refusal = await refusalOf(room, wish);
      if (refusal) return failure(refusal);
    }
    const events: AssetEvent[] = [];
    for (const wish of wishes) events.push(await put(room, wish));
    return success(events);
  });
}

async function refusalOf(
  { store, types }: Room,
  wish: NewAssetEvent,
): Promise<Problem | undefined> {
  const { id, typeId } = wish;
  const fields = await types.fieldsOf(typeId);
  if (!fields.ok) return fields.problem;
  const wrong = wrongValues(wish.fields, fields.value);
  if (wrong) return problem("event_invalid", wrong);
  const isTaken = id !== undefined && (await store.assetEvents.count({ id })) > 0;
  return isTaken ? problem("event_exists", `there is an event '${id}' already`) : undefined;
}

/** Only the newest of what belongs together is shown in lists. */
export async function put(room: Room, wish: NewAssetEvent): Promise<AssetEvent> {
  const { store, types, now } = room;
  const { at, typeId, assetId, deviceId } = wish;
  const id = wish.id ?? randomUUID();
  const correlationId = wish.correlationId ?? id;
  const type = await types.get(typeId);
  const ttlDays = type.ok ? type.value.ttlDays : 0;
  const same = { correlationId, assetId, typeId, isLatest: true };
  const [latest] = await store.assetEvents.find({ where: same, limit: 1 });
  const isLatest = !latest || latest.at <= at;
  if (latest && isLatest) await store.assetEvents.put({ ...latest, isLatest: false });
  const event: AssetEvent = {
    ...{ id, at, typeId, assetId, deviceId, correlationId, isLatest },
    ...columnsOf(wish.fields),
    etag: 0,
    expiresAt: (now() + ttlDays * DAY_MS) as Timestamp,
  };
  await store.assetEvents.put(event);
  return event;
}

/** The fields that are named stay or change; those that are not stay. */
export function change(
  { store, types }: Room,
  { id, etag }: Version,
  fields: JsonObject,
): Promise<Outcome<AssetEvent, Problem>> {
  return store.together(async () => {
    const [before] = await store.assetEvents.find({ where: { id }, limit: 1 });
    if (!before) return failure(problem("event_unknown", `no event '${id}'`));
    if (etag !== null && etag !== before.etag) {
      const detail = `event '${id}' is at ${before.etag}, not ${etag}`;
      return failure(problem("version_changed", detail));
    }
    const known = await types.fieldsOf(before.typeId);
    if (!known.ok) return known;
    const kept = fieldsOf(before);
    const wrong = wrongChange(fields, kept, known.value) ?? wrongValues(fields, known.value);
    if (wrong) return failure(problem("event_invalid", wrong));
    const columns = columnsOf({ ...kept, ...fields });
    const event = { ...before, ...columns, etag: before.etag + 1 };
    await store.assetEvents.put(event);
    return success(event);
  });
}

/** Gives how many there were. */
export function remove(
  { store, record }: Room,
  by: Actor,
  ids: readonly string[],
): Promise<number> {
  return store.together(async () => {
    let events = 0;
    for (const id of ids) events += await store.assetEvents.remove({ id });
    await record({ actor: by, kind: "asset-event.removed", subject: "", detail: { events } });
    return events;
  });
}

/** Everything that its type says of an event, in one object. */
export function fieldsOf({ severity, acknowledged, fields }: AssetEvent): JsonObject {
  return { ...(severity !== null && { severity }), acknowledged, ...fields };
}

function columnsOf(all: JsonObject): Pick<AssetEvent, "severity" | "acknowledged" | "fields"> {
  const { severity, acknowledged, ...fields } = all;
  return {
    severity: typeof severity === "number" ? severity : null,
    acknowledged: acknowledged === true,
    fields,
  };
}
