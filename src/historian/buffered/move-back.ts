import { rmSync } from "node:fs";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Historian, Outbox } from "../historian.ts";
import { readBond, wholeSince } from "./bond.ts";
import { copySeries, seriesIn } from "./copy.ts";
import { FOLLOWER } from "./drain.ts";
import { areSame, type Moved } from "./move.ts";
import type { Target } from "./target.ts";

/*
 * The way back: a database's history into its folder.
 */

type MoveBackParts = {
  readonly local: Historian;
  readonly outbox: Outbox;
  /** Has all that was acknowledged. */
  readonly target: Target;
  /** The bond that ends when all is here. */
  readonly file: string;
  /** Told after each series. */
  readonly onProgress: (moved: Moved) => void;
};

/** Times are epoch milliseconds: nothing is older. */
const FIRST = -8.64e15;

/**
 * Brings the history of a database back into the folder that drains into it: what is older than the
 * folder's own, series after series, each compared as a whole before it counts. Broken off, it is
 * begun anew, and until it is done the folder belongs to the database.
 */
export async function moveHistoryBack(parts: MoveBackParts): Promise<Outcome<Moved, Problem>> {
  const { local, outbox, target, file, onProgress } = parts;
  const bond = readBond(file);
  if (!bond) return failure(problem("database_other", "the folder's history is in no database"));
  if (hasLetGo(target)) {
    const detail = "samples were let go there; what their hours came to cannot be moved back";
    return failure(problem("database_other", detail));
  }
  // What comes is not to be drained again.
  await outbox.unfollow(FOLLOWER);
  const older = { from: Number.NEGATIVE_INFINITY, to: wholeSince(bond) };
  const { series: seriesInAll } = await target.stats();
  let moved: Moved = { series: 0, seriesInAll, samples: 0, sums: 0 };
  for await (const series of seriesIn(target)) {
    const samples = await copySeries(target, local, series, older);
    if (!(await areSame(target, local, series))) {
      return failure(problem("database_other", `series ${series} came out differently`));
    }
    moved = { ...moved, series: moved.series + 1, samples: moved.samples + samples };
    onProgress(moved);
  }
  for (const [series, own] of await target.retentions()) await local.setRetention(series, own);
  rmSync(file);
  return success(moved);
}

function hasLetGo(target: Target): boolean {
  for (let series = 0; series < LIMIT.series; series += 1) {
    if (target.isTooOld(series, FIRST)) return true;
  }
  return false;
}
