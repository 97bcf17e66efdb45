import type { Cell } from "./trend-window.ts";

/** A stretch of time in which a state held. */
export type Run = {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly value: number;
  /** It changed so often that only a closer look can tell. */
  readonly isMixed: boolean;
};

type LaneColumns = {
  /** The middle of each bucket, in seconds. */
  readonly at: readonly number[];
  readonly widthMs: number;
  readonly last: readonly Cell[];
  readonly min: readonly Cell[];
  readonly max: readonly Cell[];
};

/** What a lane draws within [from, to): the states one after the other, with holes for silence. */
export function runsOf(lane: LaneColumns, from: number, to: number): Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  for (const [row, middle] of lane.at.entries()) {
    const start = Math.max(from, middle * 1000 - lane.widthMs / 2);
    const end = Math.min(to, middle * 1000 + lane.widthMs / 2);
    const next = nextRun(open, lane, row);
    if (next && next === open) {
      open = { ...next, to: end };
      runs[runs.length - 1] = open;
    } else {
      open = next && { ...next, from: start, to: end };
      if (open) runs.push(open);
    }
  }
  return runs.filter((run) => run.to > run.from);
}

/** How much of the known time each state held, the longest first. */
export function sharesOf(
  runs: readonly Run[],
): readonly (readonly [value: number, share: number])[] {
  const held = new Map<number, number>();
  for (const { from, to, value } of runs) held.set(value, (held.get(value) ?? 0) + to - from);
  const known = [...held.values()].reduce((sum, ms) => sum + ms, 0);
  return [...held].map(([value, ms]) => [value, ms / known] as const).sort(([, a], [, b]) => b - a);
}

/** The open run where it goes on in this row; else what begins there, if anything does. */
function nextRun(open: Run | undefined, { last, min, max }: LaneColumns, row: number) {
  const value = last[row];
  if (value === null || (value === undefined && !open)) return undefined;
  const held = value ?? open?.value ?? 0;
  const isMixed = value !== undefined && min[row] !== max[row];
  const isSame = open?.value === held && open.isMixed === isMixed;
  return isSame ? open : { from: 0, to: 0, value: held, isMixed };
}
