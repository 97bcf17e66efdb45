import type { Value } from "../domain/reading.ts";
import type { Json } from "../lib/json.ts";

const SHOWN_CHARS = 60;

/** Whether a device may say this, in any protocol that speaks JSON. None is null. */
export function isValue(json: Json | undefined): json is Value | null {
  switch (typeof json) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(json); // JSON may say 1e999
    default:
      return json === null;
  }
}

/** What was found, for a warning or a problem. */
export function shorten(json: Json | undefined): string {
  const text = JSON.stringify(json) ?? "nothing";
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
