import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type Problem, problem } from "../../domain/problem.ts";
import { type Samples, valueAt } from "../../domain/samples.ts";
import { EVER } from "../../domain/time.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Historian, Outbox } from "../historian.ts";
import { readBond, writeBond } from "./bond.ts";
import { copySeries, pagesOf, seriesIn } from "./copy.ts";
import { bind } from "./link.ts";
import { areSameRemains } from "./move-remains.ts";
import type { Target } from "./target.ts";

/*
 * The way of a whole history from a folder into a database, with nothing running.
 */

type MoveParts = {
  readonly local: Historian;
  readonly outbox: Outbox;
  readonly target: Target;
  /** The bond that is made when all is there. */
  readonly file: string;
  readonly nearMs: number;
  readonly now: number;
  /** Told after each series. */
  readonly onProgress: (moved: Moved) => void;
};

export type Moved = {
  readonly series: number;
  /** Of how many. */
  readonly seriesInAll: number;
  readonly samples: number;
  /** Hours, and days without them, of samples that were let go. */
  readonly sums: number;
};

/** How far it came, kept beside the bond so that it goes on there. */
type Progress = { readonly database: string; readonly upTo: number };

/** Before the first series. */
const NONE = -1;
/** Times are kept to the microsecond there. */
const NEAR_MS = 0.001;

/**
 * Brings a folder's history into a database that has none: series after series, each read back and
 * compared before it counts, with what is left of samples that were let go. Broken off, it goes on
 * behind the last series that is done.
 */
export async function moveHistory(parts: MoveParts): Promise<Outcome<Moved, Problem>> {
  const { outbox, target, file, nearMs, now } = parts;
  if (readBond(file)) return failure(problem("database_other", "this folder was moved already"));
  const { database, newestAt } = await target.join("move");
  const progress = readProgress(file);
  const isResumed = progress?.database === database;
  if (newestAt !== null && !isResumed) {
    return failure(problem("database_other", "the database has a history already"));
  }
  const upTo = isResumed ? progress.upTo : NONE;
  // Before anything is there: what is broken off within the first series is ours to go on with.
  noteProgress(file, { database, upTo });
  const moved = await moveAll(parts, database, upTo);
  if (!moved.ok) return moved;
  const { bond } = await bind(outbox, target, { now, nearMs });
  writeBond(file, bond);
  rmSync(progressFile(file), { force: true });
  return moved;
}

async function moveAll(
  { local, target, file, onProgress }: MoveParts,
  database: string,
  upTo: number,
): Promise<Outcome<Moved, Problem>> {
  const retired = new Set(await local.remains?.series());
  const all = await everySeries(local, retired);
  let moved: Moved = { series: 0, seriesInAll: all.length, samples: 0, sums: 0 };
  for (const [series, own] of await local.retentions()) await target.setRetention(series, own);
  for (const series of all) {
    // What is done may have changed since: a server may have run meanwhile.
    if (series > upTo || !(await areSame(local, target, series))) {
      const one = await moveOne(local, target, series, retired.has(series));
      if (!one) {
        const detail = `series ${series} came out differently; nothing here was changed`;
        return failure(problem("database_other", detail));
      }
      moved = { ...moved, samples: moved.samples + one.samples, sums: moved.sums + one.sums };
    }
    moved = { ...moved, series: moved.series + 1 };
    noteProgress(file, { database, upTo: Math.max(upTo, series) });
    onProgress(moved);
  }
  return success(moved);
}

/** Those with samples, and those that only have what is left of them; lowest first. */
async function everySeries(local: Historian, retired: ReadonlySet<number>): Promise<number[]> {
  const all = new Set(retired);
  for await (const series of seriesIn(local)) all.add(series);
  return [...all].toSorted((one, other) => one - other);
}

/** How much there is of it; undefined where it reads differently in the target. */
async function moveOne(
  local: Historian,
  target: Target,
  series: number,
  isRetired: boolean,
): Promise<Pick<Moved, "samples" | "sums"> | undefined> {
  const remains = isRetired ? await local.remains?.of(series) : undefined;
  if (remains) await target.keep(series, remains);
  const samples = await copySeries(local, target, series, EVER);
  if (!(await areSame(local, target, series))) return undefined;
  if (!remains) return { samples, sums: 0 };
  const sums = remains.hours.length + remains.days.length;
  return (await areSameRemains(local, target, series, remains)) ? { samples, sums } : undefined;
}

/** Whether all of a series reads the same in both. */
export async function areSame(
  local: Historian,
  target: Historian,
  series: number,
): Promise<boolean> {
  const there = pagesOf(target, { series, ...EVER });
  for await (const page of pagesOf(local, { series, ...EVER })) {
    const { value: other, done } = await there.next();
    if (done || !isSamePage(page, other)) return false;
  }
  return (await there.next()).done === true;
}

function isSamePage(one: Samples, other: Samples): boolean {
  if (one.count !== other.count) return false;
  for (let row = 0; row < one.count; row += 1) {
    const apart = Math.abs((one.at[row] ?? 0) - (other.at[row] ?? 0));
    const isSame =
      apart < NEAR_MS &&
      one.quality[row] === other.quality[row] &&
      Object.is(valueAt(one, row), valueAt(other, row));
    if (!isSame) return false;
  }
  return true;
}

function readProgress(file: string): Progress | undefined {
  try {
    return JSON.parse(readFileSync(progressFile(file), "utf8")) as Progress;
  } catch {
    return undefined; // Not begun, or not worth going on from.
  }
}

/** The old or the new one is there after a crash, whole. */
function noteProgress(file: string, progress: Progress): void {
  const draft = `${progressFile(file)}.new`;
  writeFileSync(draft, JSON.stringify(progress), { flush: true });
  renameSync(draft, progressFile(file));
}

function progressFile(file: string): string {
  return `${file}.moving`;
}
