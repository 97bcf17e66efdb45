/** Left of a plot stands its scale, right of it room for its newest value. In pixels. */
export const PLOT_LEFT = 46;
export const PLOT_RIGHT = 20;

/** The moment at `x` of a plot that is `width` wide with its scale; null beside the plot. */
export function momentAt(x: number, width: number, [from, to]: readonly [number, number]) {
  const share = (x - PLOT_LEFT) / (width - PLOT_LEFT - PLOT_RIGHT);
  return share >= 0 && share <= 1 ? from + share * (to - from) : null;
}

/** The other way round: where it stands. */
export function placeOfMoment(at: number, width: number, [from, to]: readonly [number, number]) {
  return PLOT_LEFT + ((at - from) / (to - from)) * (width - PLOT_LEFT - PLOT_RIGHT);
}
