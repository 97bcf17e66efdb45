import { printTable, rounded } from "./measure.ts";

/** What was measured beside what was wanted; exactly one of the bounds is given. */
export type Figure = {
  readonly figure: string;
  readonly measured: number;
  readonly atLeast?: number;
  readonly atMost?: number;
};

/** One row a figure, so that nobody has to look for what a table was made for. */
export function printFigures(figures: readonly Figure[]): void {
  console.log("");
  printTable(
    figures.map(({ figure, measured, atLeast, atMost }) => ({
      figure,
      measured: Number.isFinite(measured) ? rounded(measured) : "not measured",
      wanted: atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`,
      reached:
        measured >= (atLeast ?? -Infinity) && measured <= (atMost ?? Infinity) ? "yes" : "no",
    })),
  );
}
