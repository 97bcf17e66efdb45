import type { Samples } from "../../../domain/samples.ts";
import { DIFFERENCE_MAX } from "../bytes/bytes.ts";

/** Of samples that arrive together: what one pass says of them for all who would ask. */
export type Bounds = {
  /** One more than the highest series. */
  readonly seriesEnd: number;
  /** Not a number where a time is none. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Whether all times can be kept as differences, see bytes.ts. */
  readonly isWhole: boolean;
};

export const NO_BOUNDS: Bounds = {
  seriesEnd: 0,
  firstAt: Number.POSITIVE_INFINITY,
  lastAt: Number.NEGATIVE_INFINITY,
  isWhole: true,
};

/** Without branches: what comes in disorder could not be foretold by the processor. */
export function boundsOf({ count, series, at }: Samples): Bounds {
  let { seriesEnd, firstAt, lastAt } = NO_BOUNDS;
  let fractions = 0;
  for (let row = 0; row < count; row += 1) {
    const time = at[row] ?? 0;
    seriesEnd = Math.max(seriesEnd, (series[row] ?? 0) + 1);
    firstAt = Math.min(firstAt, time);
    lastAt = Math.max(lastAt, time);
    fractions += time - Math.floor(time);
  }
  const isNear = count === 0 || (firstAt >= -DIFFERENCE_MAX && lastAt <= DIFFERENCE_MAX);
  return { seriesEnd, firstAt, lastAt, isWhole: isNear && fractions === 0 };
}

/** Of both together. */
export function boundsOfBoth(one: Bounds, other: Bounds): Bounds {
  return {
    seriesEnd: Math.max(one.seriesEnd, other.seriesEnd),
    firstAt: Math.min(one.firstAt, other.firstAt),
    lastAt: Math.max(one.lastAt, other.lastAt),
    isWhole: one.isWhole && other.isWhole,
  };
}
