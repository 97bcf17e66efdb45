import { parseIsoTime } from "../../lib/iso-time.ts";
import type { ExactJson } from "../../lib/json.ts";

/** Under these names, at the top of an object, a time is a time and no value. */
const NAMES = new Set(["timestamp", "time", "ts", "datetime", "date_time", "measured_at"]);

/** Seconds, milliseconds, microseconds and nanoseconds since the epoch do not overlap: 2001 on. */
const UNITS = [
  { least: 1e18, seconds: 1e-9 },
  { least: 1e15, seconds: 1e-6 },
  { least: 1e12, seconds: 1e-3 },
  { least: 1e9, seconds: 1 },
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
  return unit && msOfSeconds(number * unit.seconds);
}

/**
 * What lies below a millisecond is cut. A double that stands for 0.123 may be a little less than
 * that, which must not cost a millisecond: it is rounded to microseconds before.
 */
export function msOfSeconds(seconds: number): number {
  return Math.floor(Math.round(seconds * 1e6) / 1e3);
}
