import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { csvRows } from "../lib/csv.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Remote } from "./remote.ts";
import { once, sound } from "./remote-table.ts";
import type { Span } from "./table-place.ts";

/** As the API asks for them: either milliseconds, or a unit of a place's calendar. */
export type SumsWish = {
  readonly every?: number;
  readonly calendar?: string;
  readonly tz?: string;
  readonly fns?: string;
};

type Options = Readonly<Record<"every" | "calendar" | "tz" | "fns", string | undefined>>;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Undefined where samples are asked for, not sums of them. */
export function sumsWishOf(options: Options): Outcome<SumsWish | undefined, Problem> {
  const { every, calendar, tz, fns } = options;
  if (every === undefined && calendar === undefined) return success(undefined);
  const [, count = "", unit = "ms"] = /^(\d+)(ms|s|m|h|d)?$/.exec(every ?? "") ?? [];
  const everyMs = Number(count) * (UNITS[unit] ?? 0);
  if ((every === undefined) === (calendar === undefined) || (every !== undefined && everyMs < 1)) {
    const detail = "say either --every 15m (ms, s, m, h, d) or --calendar hour|day|month";
    return failure(problem("request_invalid", detail));
  }
  return success({
    ...(every === undefined ? {} : { every: everyMs }),
    ...(calendar !== undefined && { calendar }),
    ...(tz !== undefined && { tz }),
    ...(fns !== undefined && { fns }),
  });
}

/** Point after point: its head, then its rows, as many a time as the server gives. */
export async function* sumsOf(
  remote: Remote,
  points: readonly string[],
  { from, to }: Span,
  wish: SumsWish,
): AsyncGenerator<readonly (readonly string[])[]> {
  const stepMs = wish.every === undefined ? to - from : wish.every * LIMIT.bucketsPerReply;
  for (const point of points) {
    for (let start = from; start < to; start += stepMs) {
      const span = { from: String(start), to: String(Math.min(to, start + stepMs)) };
      const words = Object.entries(wish).map(([name, value]) => [name, String(value)]);
      const query = new URLSearchParams({ ...Object.fromEntries(words), ...span, points: point });
      const path = `/history/aggregate?${query}`;
      const response = sound(await remote.patient({ method: "GET", path, accept: "text/csv" }));
      yield await cellsIn(await response.text());
    }
  }
}

async function cellsIn(text: string): Promise<(readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for await (const { cells } of csvRows(once(text))) rows.push(cells);
  return rows;
}
