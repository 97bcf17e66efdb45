import { createHash } from "node:crypto";
import type { Event } from "../domain/event.ts";
import type { Json } from "../lib/json.ts";

/** Where the chain stands: the newest event's place and hash. */
export type Link = Pick<Event, "sequence" | "hash">;

export const BEGINNING: Link = { sequence: 0, hash: "" };

/** SHA-256 of the previous hash and the event without its own, as canonical JSON. */
export function hashOf(previous: string, event: Omit<Event, "hash">): string {
  const { sequence, at, actor, kind, subject, detail } = event;
  const text = canonical({ sequence, at, actor, kind, subject, detail });
  return createHash("sha256").update(previous).update(text).digest("hex");
}

/** One text for equal values, whatever the order of their members (RFC 8785's idea). */
function canonical(json: Json): string {
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  if (isList(json)) return `[${json.map(canonical)}]`;
  const members = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`)}}`;
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
