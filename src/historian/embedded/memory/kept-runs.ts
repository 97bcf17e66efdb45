import { Run } from "../run/run.ts";

/*
 * Samples of memory in order of time, kept from one question to the next.
 */

/** Samples of a series in order of time, and how many had arrived when they were put so. */
type KeptRun = { readonly run: Run; arrived: number };

/** Fewer are brought into order as fast as they are found. */
const ROWS_MIN = 256;

/**
 * Whoever asks for sums gets memory in order of time: that of a series is put so once, and what has
 * arrived since is put to it. It takes 18 bytes a row once more, so there is room for some series
 * only, those that were asked for first; all others are gathered each time.
 */
export class KeptRuns {
  readonly #runs = new Map<number, KeptRun>();
  readonly #rowsMax: number;
  #rows = 0;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** With room for so many rows; undefined where there is none. */
  of(series: number, rows: number): KeptRun | undefined {
    const kept = this.#runs.get(series) ?? { run: new Run(0), arrived: 0 };
    const { run } = kept;
    const held = run.at.length;
    if (rows <= held) return kept;
    const capacity = rows + (rows >> 2);
    if (rows < ROWS_MIN || this.#rows + capacity - held > this.#rowsMax) return undefined;
    run.reserve(capacity - run.count);
    this.#rows += run.at.length - held;
    this.#runs.set(series, kept);
    return kept;
  }

  clear(): void {
    this.#runs.clear();
    this.#rows = 0;
  }
}
