/*
 * How many blocks of a generation (row-blocks.ts) lie side by side.
 */

/** A series that has more blocks gets strips of 4, then of 16 that lie side by side. */
const STRIPS_FROM = 8;
const LONG_FROM = 32;
const STRIP = 4;
const STRIP_MAX = 16;

/** How many blocks a series that has so many begins at once: busy ones may leave some empty. */
export function stripOf(blocks: number): number {
  if (blocks < STRIPS_FROM) return 1;
  return blocks < LONG_FROM ? STRIP : STRIP_MAX;
}
