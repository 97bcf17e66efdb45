import type { JsonObject } from "../lib/json.ts";
import type { Timestamp } from "./brand.ts";

/** Who did it: a user, an agent, an API token, or the house itself. */
export type Actor = {
  readonly kind: "user" | "agent" | "token" | "house";
  readonly id: string;
  readonly name: string;
};

export const THE_HOUSE: Actor = { kind: "house", id: "house", name: "Fieldline" };

/** What happened, once. The journal keeps them in order. */
export type Event = {
  /** Position in the journal, from 1, without holes. */
  readonly sequence: number;
  readonly at: Timestamp;
  readonly actor: Actor;
  /** `<room>.<what>`, for example `command.sent` or `agent.revoked`. */
  readonly kind: string;
  /** What it happened to, for example `device:3k2…`; empty where nothing fits. */
  readonly subject: string;
  readonly detail: JsonObject;
  /** SHA-256 over the previous hash and this event: a changed or missing row is found. */
  readonly hash: string;
};

export type NewEvent = Pick<Event, "actor" | "kind" | "subject" | "detail">;
