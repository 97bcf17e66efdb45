import { type Problem, problem } from "../domain/problem.ts";
import { DATE_MAX } from "../domain/time.ts";
import { parseIsoTime } from "../lib/iso-time.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";

const MINUTE_MS = 60_000;

/** Milliseconds since the epoch as ISO 8601, the only form in which the API says a time. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Many times of one column, which lie close together: what they share is made once. */
export function isoColumn(times: Float64Array): string[] {
  let minute = Number.NaN;
  let start = "";
  return Array.from(times, (at) => {
    const its = Math.floor(at / MINUTE_MS);
    if (its !== minute) {
      minute = its;
      start = iso(minute * MINUTE_MS).slice(0, -"00.000Z".length);
    }
    const text = String(Math.floor(at - minute * MINUTE_MS)).padStart(5, "0");
    return `${start}${text.slice(0, 2)}.${text.slice(2)}Z`;
  });
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

/** Understands what the API takes for a time: ISO 8601 with its offset, or epoch milliseconds. */
export function timeOf(given: string | number, name: string): Outcome<number, Problem> {
  const at = typeof given === "string" && /^-?\d{1,16}$/.test(given) ? Number(given) : given;
  const time = typeof at === "number" ? at : parseIsoTime(at);
  if (time !== undefined && Math.abs(time) <= DATE_MAX) return success(time);
  return failure(problem("request_invalid", `${name}: neither ISO 8601 with offset nor epoch ms`));
}

export type Span = { readonly from: number; readonly to: number };

/** A half-open range of time, `[from, to)`. */
export function spanOf(query: {
  readonly from: string | number;
  readonly to: string | number;
}): Outcome<Span, Problem> {
  const from = timeOf(query.from, "from");
  if (!from.ok) return from;
  const to = timeOf(query.to, "to");
  if (!to.ok) return to;
  if (to.value > from.value) return success({ from: from.value, to: to.value });
  return failure(problem("request_invalid", "to: must be later than from"));
}
