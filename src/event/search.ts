import type { AssetEvent } from "../domain/asset-event.ts";
import type { Store } from "../store/store.ts";

export type EventQuery = {
  readonly where: Partial<Omit<AssetEvent, "fields">>;
  /** Of its time, from `from` on and before `to`. */
  readonly from?: number;
  readonly to?: number;
  /** Fallback: the newest first. */
  readonly oldestFirst?: boolean;
  readonly skip?: number;
  readonly limit: number;
};

/** A page of them, and how many there are in all. */
export type FoundEvents = { readonly events: readonly AssetEvent[]; readonly total: number };

export async function search(store: Store, query: EventQuery): Promise<FoundEvents> {
  const { where, from, to, oldestFirst = false, skip = 0, limit } = query;
  const bounds = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  const within = { column: "at", ...bounds } as const;
  const total = await store.assetEvents.count(where, within);
  const order = { descending: !oldestFirst, skip, limit };
  return { events: await store.assetEvents.find({ where, within, ...order }), total };
}
