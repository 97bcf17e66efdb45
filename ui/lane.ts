import type { Cell } from "./trend-window.ts";

/** A stretch of time in which a state held. */
export type Run = {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly value: number;
  /** It changed so often that only a closer look can tell. */
  readonly isMixed: boolean;
  /** Nobody said it any more: what was said last, for want of better. */
  readonly isOld: boolean;
};

type LaneColumns = {
  /** The middle of each bucket, in seconds. */
  readonly at: readonly number[];
  readonly widthMs: number;
  readonly last: readonly Cell[];
  readonly min: readonly Cell[];
  readonly max: readonly Cell[];
  /** What was said last before the first bucket. */
  readonly before: number | null;
};

/** What a lane draws within [from, to): the states one after the other. */
export function runsOf(lane: LaneColumns, from: number, to: number): Run[] {
  const runs: Run[] = [];
  let value = lane.before;
  for (const [row, middle] of lane.at.entries()) {
    const cell = lane.last[row];
    value = cell ?? value;
    if (value === null) continue;
    const run = {
      from: Math.max(from, middle * 1000 - lane.widthMs / 2),
      to: Math.min(to, middle * 1000 + lane.widthMs / 2),
      value,
      isMixed: typeof cell === "number" && lane.min[row] !== lane.max[row],
      isOld: cell === null,
    };
    const open = runs.at(-1);
    if (open && isSame(open, run)) runs[runs.length - 1] = { ...open, to: run.to };
    else if (run.to > run.from) runs.push(run);
  }
  return runs;
}

/** How much of the time that is known each state held, the longest first. */
export function sharesOf(
  runs: readonly Run[],
): readonly (readonly [value: number, share: number])[] {
  const held = new Map<number, number>();
  for (const { from, to, value, isOld } of runs) {
    if (!isOld) held.set(value, (held.get(value) ?? 0) + to - from);
  }
  const known = [...held.values()].reduce((sum, ms) => sum + ms, 0);
  return [...held].map(([value, ms]) => [value, ms / known] as const).sort(([, a], [, b]) => b - a);
}

function isSame(open: Run, { value, isMixed, isOld }: Run): boolean {
  return open.value === value && open.isMixed === isMixed && open.isOld === isOld;
}
