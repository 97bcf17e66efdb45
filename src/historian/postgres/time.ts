import { EVER } from "../../domain/time.ts";

/*
 * Times as PostgreSQL has them, and back.
 */

/** PostgreSQL counts microseconds from the start of the year 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const EPOCH_MICROS = EPOCH_MS * 1_000;
/** From 1716 to 2223 a double counts microseconds; elsewhere it tells a 16th of a millisecond. */
const EXACT_MS = 8e12;
const FAR_PARTS = 16;

/** Milliseconds since 1970 as PostgreSQL keeps them: finer than a microsecond it does not. */
export function microsOf(at: number): number {
  return Math.round(at * 1_000) - EPOCH_MICROS;
}

/** Far from now a double is some microseconds off: whole milliseconds stay whole. */
export function timeOfMicros(micros: number): number {
  const at = (micros + EPOCH_MICROS) / 1_000;
  return Math.abs(at) < EXACT_MS ? at : Math.round(at * FAR_PARTS) / FAR_PARTS;
}

/** As SQL, a time that is there in microseconds. */
export function timeOf(micros: string): string {
  return `'2000-01-01Z'::timestamptz + ${micros} * interval '1 microsecond'`;
}

/** As SQL says it. Rounded up, so that `at >= x` and `at < x` mean here what they mean there. */
export function timeLiteral(at: number): string {
  if (at < EVER.from) return "'-infinity'";
  if (at >= EVER.to) return "'infinity'";
  const micros = Math.ceil(at * 1_000);
  const ms = Math.floor(micros / 1_000);
  const rest = String(micros - ms * 1_000).padStart(3, "0");
  return `'${new Date(ms).toISOString().replace("Z", `${rest}Z`)}'`;
}

/** The condition on rows from `first_at` to `last_at` that they have a part in `[from, to)`. */
export function touching(from: number, to: number): string {
  const end = within("last_at", from, Number.POSITIVE_INFINITY);
  return `${end} AND ${within("first_at", Number.NEGATIVE_INFINITY, to)}`;
}

/** The condition on a column that it lies in `[from, to)`. */
export function within(column: string, from: number, to: number): string {
  const bounds = [
    ...(from > EVER.from ? [`${column} >= ${timeLiteral(from)}`] : []),
    ...(to < EVER.to ? [`${column} < ${timeLiteral(to)}`] : []),
  ];
  return bounds.length > 0 ? bounds.join(" AND ") : "true";
}
