import { doFiltersMeet } from "../../domain/topic.ts";
import { widest } from "./widest.ts";

export type Share = {
  /** The name of those who share. */
  readonly share: string;
  /** Which worker it is, from 0. */
  readonly worker: number;
  /** What any worker may take in. */
  readonly filters: readonly string[];
  /** What only makes sense in its order: one worker, the first, takes all of it in. */
  readonly ordered: readonly string[];
};

/**
 * What a worker subscribes to: shared by the broker where it can do that. Where it cannot, the
 * first worker takes in everything and the others nothing. A session for each of them would do as
 * well, but a cluster of NATS 2.9 that has lost a node does not give each of two sessions that want
 * the same all that it has acknowledged (docs/decisions/0041). Who is first may change (0052).
 */
export function subscriptionsOf(
  { share, worker, filters, ordered }: Share,
  isShared: boolean,
): readonly string[] {
  const shared = isShared ? filters.map((filter) => `$share/${share}/${filter}`) : filters;
  if (worker === 0) return [...shared, ...ordered];
  return isShared ? shared : [];
}

/**
 * The share with more topics in it. A broker that shares sends a message once for each filter that
 * names it: so what a wider filter takes in is not asked for beside it, and a filter that meets
 * what keeps its order goes to the same worker.
 */
export function withMore(share: Share, more: readonly string[]): Share {
  const meetsOrdered = (filter: string) =>
    share.ordered.some((ordered) => doFiltersMeet(filter, ordered));
  const ordered = widest([...share.ordered, ...more.filter(meetsOrdered)]);
  const others = more.filter((filter) => !meetsOrdered(filter));
  const all = new Set(widest([...ordered, ...share.filters, ...others]));
  for (const filter of ordered) all.delete(filter);
  return { ...share, ordered, filters: [...all] };
}
