import type { Samples } from "../../../domain/samples.ts";
import { boundsOf } from "../run/bounds.ts";
import { mergeRuns, Run } from "../run/run.ts";
import { Generation } from "./generation.ts";
import { Latest } from "./latest.ts";

/*
 * Memory: the generation that fills, the one that leaves, and the newest sample of each series.
 */

export type MemtableLimits = {
  /** Rows of a generation at first, and at most. */
  readonly rowsFirst: number;
  readonly rowsMax: number;
};

/** What came of a series since memory was last frozen, which it was so often. */
export type Arrivals = { readonly generation: number; readonly rows: number };

/** A generation that fills sooner is made larger next time: larger ones wear the disk less. */
const FILL_MS = 60_000;
/** Rows that a series should have when it is flushed, as long as memory is not so much wider. */
const ROWS_PER_SERIES = 40;
const WIDE = 4;
/** Texts count apart: a few rows may carry much. */
const TEXT_BYTES_MAX = 16 * 1024 * 1024;

/** What arrived and is in the log only: the active generation fills while the frozen one leaves. */
export class Memtable {
  readonly latest = new Latest();
  active: Generation;
  frozen: Generation | undefined;
  /** Kept, so that its memory is taken once. */
  #spare: Generation;
  readonly #limits: MemtableLimits;
  readonly #monotonic: () => number;
  #rows: number;
  #began = 0;
  #generation = 0;
  readonly #older = new Run();
  readonly #newer = new Run();
  readonly #merged = new Run();

  constructor(limits: MemtableLimits, monotonic: () => number) {
    this.#limits = limits;
    this.active = new Generation(limits.rowsMax);
    this.#spare = new Generation(limits.rowsMax);
    this.#rows = limits.rowsFirst;
    this.#monotonic = monotonic;
  }

  /** No more rows at once than this. */
  get rows(): number {
    return this.#rows;
  }

  /** How much of the active generation is filled, 1 when it has to be frozen. */
  get fullness(): number {
    return this.active.count / Math.max(this.#rows, this.#rowsForSeries());
  }

  /** How much of the frozen generation has left; undefined where there is none. */
  get departed(): number | undefined {
    return this.frozen && 1 - this.frozen.remaining / this.frozen.count;
  }

  /** Whether so many rows fit into the active generation, or it has to be frozen before. */
  hasRoom(rows: number): boolean {
    return this.#fits(rows, Math.max(this.#rows, this.#rowsForSeries()));
  }

  /** The same, were the generation as large as it may become. */
  hasRoomAtMost(rows: number): boolean {
    return this.#fits(rows, this.#mostRows());
  }

  #mostRows(): number {
    return Math.max(this.#limits.rowsMax, this.#rowsForSeries());
  }

  /** A flush costs a chunk a series: where there are many, they wait for some rows each. */
  #rowsForSeries(): number {
    return Math.min(this.latest.known * ROWS_PER_SERIES, this.#limits.rowsMax * WIDE);
  }

  #fits(rows: number, rowsMax: number): boolean {
    const { count, textBytes } = this.active;
    return count === 0 || (count + rows <= rowsMax && textBytes < TEXT_BYTES_MAX);
  }

  insert(samples: Samples, bounds = boundsOf(samples)): void {
    const { active } = this;
    if (active.count === 0) this.#began = this.#monotonic();
    const newcomers = active.insert(samples, bounds);
    if (newcomers.length > 0) this.latest.know(newcomers);
    this.latest.newestAt = Math.max(this.latest.newestAt, active.lastAt);
  }

  /** One row for each of these series that has a sample. */
  newest(series: Uint32Array): Samples {
    for (const one of series) this.#note(one);
    return this.latest.of(series);
  }

  #note(series: number): void {
    this.active.newest(series, this.#newer);
    this.latest.note(series, this.#newer);
  }

  /** The generation before has left. */
  freeze(): Generation {
    if (this.#monotonic() - this.#began < FILL_MS) {
      this.#rows = Math.min(this.#rows * 2, this.#limits.rowsMax);
    }
    for (let series = 0; series < this.active.seriesEnd; series += 1) this.#note(series);
    this.frozen = this.active;
    this.active = this.#spare;
    this.#generation += 1;
    return this.frozen;
  }

  arrivals(series: number): Arrivals {
    return { generation: this.#generation, rows: this.active.rowsOf(series) };
  }

  /** The frozen generation has left. */
  drop(): void {
    if (!this.frozen) return;
    this.#spare = this.frozen;
    this.#spare.clear();
    this.frozen = undefined;
  }

  /** What it holds of a series within `[from, to)`; holds until the next call. */
  collect(series: number, from: number, to: number): Run {
    this.active.collect(series, from, to, this.#newer);
    if (!this.frozen) return this.#newer;
    this.frozen.collect(series, from, to, this.#older);
    return this.#together(this.#older, this.#newer);
  }

  /** All that it holds of a series, where any of it may be before `to`; until the next call. */
  whole(series: number, to: number): Run {
    const newer = this.active.whole(series, to, this.#newer);
    return this.frozen ? this.#together(this.frozen.whole(series, to, this.#older), newer) : newer;
  }

  #together(older: Run, newer: Run): Run {
    if (older.count === 0) return newer;
    mergeRuns(older, newer, this.#merged);
    return this.#merged;
  }
}
