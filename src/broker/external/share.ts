import { crc32 } from "node:zlib";
import { matchesFilter } from "../../domain/topic.ts";

export type Share = {
  /** The name of those who share. */
  readonly share: string;
  /** Which worker of how many, from 0. */
  readonly worker: number;
  readonly workers: number;
  /** What any worker may take in. */
  readonly filters: readonly string[];
  /** What only makes sense in its order: one worker, the first, takes all of it in. */
  readonly ordered: readonly string[];
};

/** What a worker subscribes to: shared by the broker where it can do that. */
export function subscriptionsOf(
  { share, worker, filters, ordered }: Share,
  isShared: boolean,
): readonly string[] {
  const shared = isShared ? filters.map((filter) => `$share/${share}/${filter}`) : filters;
  return worker === 0 ? [...shared, ...ordered] : shared;
}

/**
 * Whether a message is for this worker to take in. Where the broker shares nothing, all workers get
 * all of it, and each topic belongs to one of them: so nothing is taken in twice, and what belongs
 * to a worker that is away waits in its session.
 */
export function isForUs({ worker, workers, ordered }: Share, isShared: boolean, topic: string) {
  if (isShared || workers === 1) return true;
  const isOrdered = ordered.some((filter) => matchesFilter(filter, topic));
  return isOrdered || crc32(topic) % workers === worker;
}
