import type { Samples } from "../../domain/samples.ts";
import { isTrusted } from "../durations.ts";
import type { AggregateQuery, Historian } from "../historian.ts";
import { isCountable } from "../tally.ts";

/*
 * Whether the folder alone can answer a question whose first bucket begins with what held before.
 */

/** How far back is looked for what held before: most often the last sample is good. */
const BACK_ROWS = 64;

/**
 * Whether the folder alone can answer: its buckets begin with what held before the first, which
 * must be a number that is there as well, at or after `wholeFrom`.
 */
export async function knowsBefore(
  local: Historian,
  query: AggregateQuery,
  wholeFrom: number,
): Promise<boolean> {
  if (query.from < wholeFrom) return false;
  if (wholeFrom === Number.NEGATIVE_INFINITY) return true;
  for (const series of query.series) {
    const asked = { series, from: wholeFrom, to: query.from, limit: BACK_ROWS };
    if (!hasNumber(await local.range({ ...asked, order: -1 }), query)) return false;
  }
  return true;
}

function hasNumber(samples: Samples, query: AggregateQuery): boolean {
  for (let row = 0; row < samples.count; row += 1) {
    if (isCountable(samples, row) && isTrusted(samples, row, query)) return true;
  }
  return false;
}
