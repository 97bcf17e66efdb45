import { parseIsoTime } from "../../lib/iso-time.ts";
import type { ExactJson } from "../../lib/json.ts";

/** Under these names, at the top of an object, a time is a time and no value. */
const NAMES = new Set(["timestamp", "time", "ts", "datetime", "date_time", "measured_at"]);

/** Seconds, milliseconds, microseconds and nanoseconds since the epoch do not overlap: 2001 on. */
const UNITS = [
  { least: 1e18, perMs: 1e6 },
  { least: 1e15, perMs: 1e3 },
  { least: 1e12, perMs: 1 },
  { least: 1e9, perMs: 1e-3 },
] as const;

export function isTimeName(name: string): boolean {
  return NAMES.has(name.toLowerCase());
}

/** Milliseconds since the epoch, of what such names hold in the world; undefined if it is none. */
export function timeIn(json: ExactJson | undefined): number | undefined {
  if (typeof json === "string") return parseIsoTime(json) ?? timeOf(Number(json || Number.NaN));
  if (typeof json === "bigint") return timeOf(Number(json));
  return typeof json === "number" ? timeOf(json) : undefined;
}

function timeOf(number: number): number | undefined {
  const unit = UNITS.find(({ least }) => number >= least);
  return unit && Math.floor(number / unit.perMs);
}
