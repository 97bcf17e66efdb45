import { LIMIT } from "../domain/limit.ts";
import type { Conversion } from "../domain/unit.ts";
import type { Target } from "./reading.ts";

/** What is known of a row against what is stored: `unknown` where to look would cost too much. */
export type Mark = "fresh" | "same" | "corrected" | "unknown";

/** What a walk over a table has found so far. */
export type Report = {
  /** Rows of the table, without its head. */
  rows: number;
  /** Rows, or cells of them, that say nothing. */
  empty: number;
  /** Those that cannot be read, and the first of them. */
  refused: number;
  readonly faults: Fault[];
  /** Not stored, because raw samples of their times were let go. */
  tooOld: number;
  readonly series: Tally[];
};

export type Fault = { readonly line: number; readonly detail: string };

/** What a table has of one thing that it names. */
export type Tally = Record<Mark, number> & {
  readonly name: string;
  /** Undefined: no point is known for it, or it is left out. */
  readonly target: Target | undefined;
  readonly isLeftOut: boolean;
  /** As the file says it, or people do. */
  readonly unit: string | null;
  /** Undefined where values of that unit are none of the point. */
  readonly conversion: Conversion | undefined;
  samples: number;
  refused: number;
  from: number;
  to: number;
};

export function newReport(): Report {
  return { rows: 0, empty: 0, refused: 0, faults: [], tooOld: 0, series: [] };
}

export function newTally(
  about: Pick<Tally, "name" | "target" | "isLeftOut" | "unit" | "conversion">,
): Tally {
  const counts = { fresh: 0, same: 0, corrected: 0, unknown: 0, samples: 0, refused: 0 };
  const nowhere = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  return { ...about, ...counts, ...nowhere };
}

export function addFault(report: Report, line: number, detail: string): void {
  report.refused += 1;
  if (report.faults.length < LIMIT.importFaults) report.faults.push({ line, detail });
}
