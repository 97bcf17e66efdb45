import type { SeriesRange } from "../historian.ts";

/*
 * What was deleted in the database lately. A standby that takes over may not have heard of it:
 * then the samples are there again, and it is done once more. The database notes the number of the
 * last one in the same transaction, so that what it has is not deleted twice: something else may
 * have come into its range since.
 */

/** A range, and the number of its deletion; the first is 1. */
type Deletion = SeriesRange & { readonly number: number };

export type Deletions = {
  /** Of the last one. */
  readonly number: number;
  readonly kept: readonly (Deletion & { readonly doneAt: number })[];
};

/** A bond, as far as it matters here. */
type Noting = { readonly deletions?: Deletions };

/** For as long as samples are kept here, who may have to be sent again, at the least. */
const KEPT_MS = 2 * 86_400_000;
/** Longer than anybody types. */
const KEPT_MAX = 1_000;
const NONE: Deletions = { number: 0, kept: [] };

export function nextDeletion(bond: Noting, range: SeriesRange): Deletion {
  const { number } = bond.deletions ?? NONE;
  return { ...range, number: number + 1 };
}

/** It is done here and there. */
export function withDeletion<T extends Noting>(bond: T, deletion: Deletion, doneAt: number): T {
  const { kept } = bond.deletions ?? NONE;
  const young = kept.filter((one) => one.doneAt >= doneAt - KEPT_MS);
  const { number } = deletion;
  const all = [...young, { ...deletion, doneAt }].slice(-KEPT_MAX);
  return { ...bond, deletions: { number, kept: all } };
}

/** A database may know of one that was not noted here before the process ended. */
export function knowing<T extends Noting>(bond: T, number: number): T {
  const { kept, number: last } = bond.deletions ?? NONE;
  return number > last ? { ...bond, deletions: { number, kept } } : bond;
}

/** What a database that knows them up to this number has lost; `forgotten`: so many more. */
export function lostDeletions(
  bond: Noting,
  number: number,
): { readonly lost: readonly Deletion[]; readonly forgotten: number } {
  const { kept, number: last } = bond.deletions ?? NONE;
  const lost = kept.filter((one) => one.number > number);
  return { lost, forgotten: Math.max(0, last - number) - lost.length };
}
