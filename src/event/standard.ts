import type { EventField, EventType } from "../domain/asset-event.ts";

/** How long an event is kept where its type does not say. */
export const TTL_DAYS = 35;

const PLATFORM = "com.siemens.mindsphere.eventmgmt.event.type";

const FIELDS = [
  field("severity", "INTEGER", true),
  field("description", "STRING", true),
  field("code", "STRING"),
  field("source", "STRING"),
  field("acknowledged", "BOOLEAN", true),
];

/** What every event has is not a field: time, asset, correlation. */
const BASE_TYPE = builtIn(`${PLATFORM}.BaseEvent`, null, []);
/** Of events that name no type, and of types that name no parent. */
export const STANDARD_TYPE = builtIn(`${PLATFORM}.MindSphereStandardEvent`, BASE_TYPE.id, FIELDS);
/** Of what an agent tells whose type nobody has made. */
export const AGENT_TYPE = builtIn(
  "core.connectivity.event.type.AgentBaseEvent",
  BASE_TYPE.id,
  FIELDS,
);

/** Insights Hub's own types: software that is written for it takes them for granted. */
export const BUILT_IN: readonly EventType[] = [BASE_TYPE, STANDARD_TYPE, AGENT_TYPE];

function field(name: string, type: EventField["type"], updatable = false): EventField {
  return { name, type, filterable: true, required: false, updatable };
}

function builtIn(id: string, parentId: string | null, fields: readonly EventField[]): EventType {
  const name = id.slice(id.lastIndexOf(".") + 1);
  return { id, name, parentId, ttlDays: TTL_DAYS, scope: "GLOBAL", fields, etag: 0 };
}
