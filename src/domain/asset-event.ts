import type { JsonObject } from "../lib/json.ts";
import type { AssetId, DeviceId, Timestamp } from "./brand.ts";

/**
 * What an agent or a program says has happened to an asset: Insights Hub's word for it is event.
 * The journal's events are the house's own; these come from outside and go after a while.
 */
export type AssetEvent = {
  /** The sender's own (a UUID) where it gave one: what is sent twice is one event. */
  readonly id: string;
  /** When it happened; with `id` the key, so that events lie in their order. */
  readonly at: Timestamp;
  readonly typeId: string;
  /** Null while the device that told it waits in the inbox. */
  readonly assetId: AssetId | null;
  /** Who told it, where a device did. */
  readonly deviceId: DeviceId | null;
  /** What belongs together, such as an alarm's coming and going. */
  readonly correlationId: string;
  /** The newest of its correlation, asset and type: the only one that lists show. */
  readonly isLatest: boolean;
  /** 20 error, 30 warning, 40 information, or another number of the sender's. */
  readonly severity: number | null;
  readonly acknowledged: boolean;
  /** Of its type: `description`, `source`, `code` of a standard event, and the type's own. */
  readonly fields: JsonObject;
  /** One more with each change. */
  readonly etag: number;
  readonly expiresAt: Timestamp;
};

export type EventField = {
  readonly name: string;
  readonly type:
    | "STRING"
    | "INTEGER"
    | "DOUBLE"
    | "BOOLEAN"
    | "LINK"
    | "TIMESTAMP"
    | "UUID"
    | "ENUM";
  readonly filterable: boolean;
  readonly required: boolean;
  readonly updatable: boolean;
  /** Of an ENUM only. */
  readonly values?: readonly string[];
};

/** Which fields an event has besides those of its parent type, and how long it is kept. */
export type EventType = {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
  readonly ttlDays: number;
  readonly scope: "LOCAL" | "GLOBAL";
  readonly fields: readonly EventField[];
  readonly etag: number;
};
