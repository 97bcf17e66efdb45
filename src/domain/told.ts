import type { JsonObject } from "../lib/json.ts";
import type { Timestamp } from "./brand.ts";

/** What a device says has happened; kept as an `AssetEvent`. */
export type ToldEvent = {
  /** The sender's own: the same event said again has the same one. Null where it gave none. */
  readonly id: string | null;
  /** Events that belong together have the same one. */
  readonly correlationId: string | null;
  readonly at: Timestamp;
  /** 20 error, 30 warning, 40 information, or another number of the sender's. */
  readonly severity: number | null;
  /** The name of its type, in the sender's words; "" where it has none. */
  readonly type: string;
  readonly description: string;
  /** Fields of its type. */
  readonly details: JsonObject;
};

/** A file that a device hands in. */
export type ToldFile = {
  readonly name: string;
  /** When it was made, by the device's own clock; null where it does not say. */
  readonly createdAt: Timestamp | null;
  /** Its bytes in base64, padded. */
  readonly content: string;
};
