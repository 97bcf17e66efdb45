import type { Cell } from "./trend-window.ts";

/** What a line comes to where it is drawn. */
type TrendSum = { readonly min: number; readonly max: number; readonly mean: number };

type SummedPen = {
  readonly avg: readonly Cell[];
  readonly min: readonly Cell[];
  readonly max: readonly Cell[];
  /** Samples of good quality in each bucket. */
  readonly good: readonly number[];
};

/** Of the good samples that are drawn; null where there are none. */
export function trendSum({ avg, min, max, good }: SummedPen): TrendSum | null {
  let samples = 0;
  const sum = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, mean: 0 };
  for (const [row, count] of good.entries()) {
    const mean = avg[row];
    if (count === 0 || typeof mean !== "number") continue;
    samples += count;
    sum.mean += ((mean - sum.mean) * count) / samples;
    sum.min = Math.min(sum.min, min[row] ?? mean);
    sum.max = Math.max(sum.max, max[row] ?? mean);
  }
  return samples === 0 ? null : sum;
}

type JudgedPen = Pick<SummedPen, "good"> & { readonly all: readonly number[] };

/** Samples that are not drawn, for their quality is not good. */
export function badCount({ good, all }: JudgedPen): number {
  return all.reduce((sum, count, row) => sum + count - (good[row] ?? 0), 0);
}

/** In which buckets there were samples of some pen, and none of them good. */
export function badRows(pens: readonly JudgedPen[]): readonly boolean[] {
  const rows = pens[0]?.all ?? [];
  return rows.map((_, row) =>
    pens.some(({ good, all }) => (all[row] ?? 0) > 0 && (good[row] ?? 0) === 0),
  );
}

type DrawnPen = Pick<SummedPen, "avg"> & {
  readonly all: readonly number[];
  readonly last: readonly Cell[];
  readonly before: number | null;
};

/** Whether nothing at all is known of the time that is drawn. */
export function isBlank(pens: readonly DrawnPen[]): boolean {
  return pens.every(
    ({ all, last, before }) =>
      before === null && all.every((count) => count === 0) && !last.some(isNumber),
  );
}

function isNumber(cell: Cell): boolean {
  return typeof cell === "number";
}
