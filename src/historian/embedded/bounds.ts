import type { Samples } from "../../domain/samples.ts";

/** Of samples that arrive together. */
type Bounds = {
  /** One more than the highest series. */
  readonly seriesEnd: number;
  readonly firstAt: number;
  readonly lastAt: number;
};

/** Without branches: what comes in disorder could not be foretold by the processor. */
export function boundsOf({ count, series, at }: Samples): Bounds {
  let seriesEnd = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < count; row += 1) {
    const time = at[row] ?? 0;
    seriesEnd = Math.max(seriesEnd, (series[row] ?? 0) + 1);
    firstAt = Math.min(firstAt, time);
    lastAt = Math.max(lastAt, time);
  }
  return { seriesEnd, firstAt, lastAt };
}
