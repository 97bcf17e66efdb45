import type { AssetEvent } from "../domain/asset-event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";

export type EventQuery = {
  readonly where: Partial<Omit<AssetEvent, "fields">>;
  /** Of its time, from `from` on and before `to`. */
  readonly from?: number;
  readonly to?: number;
  /** What equal columns cannot say: costs a look at every event that is left. */
  readonly matches?: (event: AssetEvent) => boolean;
  /** Fallback: the newest first. */
  readonly compare?: (one: AssetEvent, other: AssetEvent) => number;
  readonly oldestFirst?: boolean;
  readonly skip?: number;
  readonly limit?: number;
};

export type FoundEvents = { readonly events: readonly AssetEvent[]; readonly total: number };

export async function search(
  store: Store,
  query: EventQuery,
): Promise<Outcome<FoundEvents, Problem>> {
  const { where, from, to, skip = 0, limit = LIMIT.eventsPerScan } = query;
  const within = {
    column: "at",
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  } as const;
  const descending = !query.oldestFirst;
  const total = await store.assetEvents.count(where, within);
  if (!query.matches && !query.compare) {
    const events = await store.assetEvents.find({ where, within, descending, skip, limit });
    return success({ events, total });
  }
  if (total > LIMIT.eventsPerScan) {
    const detail = `${total} events would have to be looked at: narrow time, asset or type`;
    return failure(problem("query_too_large", detail));
  }
  const all = await store.assetEvents.find({ where, within, descending });
  const found = query.matches ? all.filter(query.matches) : all;
  const sorted = query.compare ? found.toSorted(query.compare) : found;
  return success({ events: sorted.slice(skip, skip + limit), total: found.length });
}
