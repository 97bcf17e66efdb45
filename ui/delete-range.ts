/** Half open, `[from, to)`, in milliseconds since the epoch. */
export type DeleteRange = { readonly from: number; readonly to: number };

/** As the browser's own fields for a date and a time have it, in this place's zone. */
export type TypedRange = { readonly from: string; readonly to: string };

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Whole seconds that hold all of it, and nothing that has not happened yet. */
export function wholeSeconds({ from, to }: DeleteRange, now: number): DeleteRange {
  const end = Math.min(Math.ceil(to / SECOND_MS), Math.floor(now / SECOND_MS)) * SECOND_MS;
  return { from: Math.floor(from / SECOND_MS) * SECOND_MS, to: end };
}

export function typedRange({ from, to }: DeleteRange): TypedRange {
  return { from: localTime(from), to: localTime(to) };
}

/**
 * What was typed; undefined where it is no range. What was left as it stood is what it stood for:
 * in the hour that comes twice a year, two times are written alike.
 */
export function rangeIn(typed: TypedRange, shown: DeleteRange): DeleteRange | undefined {
  const was = typedRange(shown);
  const from = typed.from === was.from ? shown.from : Date.parse(typed.from);
  const to = typed.to === was.to ? shown.to : Date.parse(typed.to);
  return to > from ? { from, to } : undefined;
}

/** Which sums are made anew: `3 hours and 1 day`, as they are kept, of UTC. */
export function sumsIn({ from, to }: DeleteRange): { hours: number; days: number } {
  return { hours: touched(from, to, HOUR_MS), days: touched(from, to, DAY_MS) };
}

/** Whether raw samples of its beginning may have been let go, so that only sums are left there. */
export function isBeyond({ from }: DeleteRange, rawDays: number | null, now: number): boolean {
  return rawDays !== null && from < now - rawDays * DAY_MS;
}

function touched(from: number, to: number, widthMs: number): number {
  return Math.ceil(to / widthMs) - Math.floor(from / widthMs);
}

/** `2026-03-03T14:22:08`. */
function localTime(at: number): string {
  const time = new Date(at);
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return `${date.map(twoDigits).join("-")}T${clock.map(twoDigits).join(":")}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
