import type { Value } from "../domain/reading.ts";
import type { ExactJson } from "../lib/json.ts";

const SHOWN_CHARS = 60;

/** Whether a device may say this, in any protocol that speaks JSON. None is null. */
export function isValue(json: ExactJson | undefined): json is Value | null {
  switch (typeof json) {
    case "string":
    case "boolean":
    case "bigint":
      return true;
    case "number":
      return Number.isFinite(json); // JSON may say 1e999
    default:
      return json === null;
  }
}

/** As a device writes it: an integer beyond 2^53 as a text of its digits, for JSON has no other. */
export function writable(value: Value | null): Exclude<Value, bigint> | null {
  return typeof value === "bigint" ? String(value) : value;
}

/** What was found, for a warning or a problem. */
export function shorten(json: ExactJson | undefined): string {
  const text = JSON.stringify(json, (_, part) => writable(part)) ?? "nothing";
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
