import type { Point } from "./model.ts";

/** What a bucket of samples can be asked for. */
export const AGGREGATE_FUNCTIONS = [
  "count",
  "min",
  "max",
  "avg",
  "sum",
  "first",
  "last",
  "increase",
  "all",
  "twa",
  "duration",
] as const;
export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

type Sums = Readonly<
  Record<Exclude<AggregateFunction, "avg" | "twa"> | "area" | "known", Float64Array>
>;

/** A number a bucket; null where there is none to tell. */
export function columnOf(buckets: Sums, name: AggregateFunction): (number | null)[] {
  return Array.from(cellsOf(buckets, name), (value) => (Number.isFinite(value) ? value : null));
}

/** The functions of these names, in our order; undefined where one of them is none. */
export function functionsIn(list = "count,min,max,avg"): AggregateFunction[] | undefined {
  const names = new Set(list.split(","));
  const functions = AGGREGATE_FUNCTIONS.filter((name) => names.has(name));
  return functions.length === names.size ? functions : undefined;
}

/** A question to the historian: what some series come to, with the rollover of their counters. */
type Ask<Sums> = (of: {
  readonly series: Uint32Array;
  readonly rollover?: number;
}) => Promise<readonly Sums[]>;

/**
 * What points come to, by their series: one question for each rollover that their counters have, or
 * with `rollover` for all of them, where somebody says it.
 */
export async function summedUp<Sums extends { readonly series: number }>(
  points: readonly Pick<Point, "series" | "variable">[],
  rollover: number | undefined,
  ask: Ask<Sums>,
): Promise<ReadonlyMap<number, Sums>> {
  const groups = new Map<number | undefined, number[]>();
  for (const { series, variable } of points) {
    const own = rollover ?? variable.rollover;
    groups.set(own, [...(groups.get(own) ?? []), series]);
  }
  const found = new Map<number, Sums>();
  for (const [own, series] of groups) {
    const declared = own === undefined ? {} : { rollover: own };
    const sums = await ask({ series: Uint32Array.from(series), ...declared });
    for (const one of sums) found.set(one.series, one);
  }
  return found;
}

function cellsOf(buckets: Sums, name: AggregateFunction): Float64Array {
  const { sum, count, area, known } = buckets;
  if (name === "avg") return sum.map((total, row) => total / (count[row] ?? 0));
  if (name === "twa") return area.map((total, row) => total / (known[row] ?? 0));
  return buckets[name];
}
