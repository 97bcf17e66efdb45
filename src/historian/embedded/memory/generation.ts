import type { Samples } from "../../../domain/samples.ts";
import type { Bounds } from "../run/bounds.ts";
import type { Run } from "../run/run.ts";
import { KeptRuns } from "./kept-runs.ts";
import { NewestTimes } from "./newest-times.ts";
import { EVER, NEVER, RowBlocks, type SharedBlocks } from "./row-blocks.ts";

/*
 * Memory that fills, is frozen and leaves as a whole: where its rows lie, row-blocks.ts says.
 */

/** Of so many of its rows one may be kept in order of time for those who ask. */
const KEPT_SHARE = 3;

/** What another thread needs to read one that is frozen. */
export type SharedGeneration = {
  readonly count: number;
  readonly sequence: number;
  readonly flushedBelow: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly blocks: SharedBlocks;
};

/**
 * At first the generation that fills, then the one that leaves: samples that are in the log, and
 * not yet in chunks.
 */
export class Generation {
  count = 0;
  /** The last record that is in here, or in a generation before. */
  sequence = 0;
  /** Of the log; not to be used again before all that is in here is in the database. */
  segments: number[] = [];
  /** Rows that are not in the database. */
  remaining = 0;
  /** Series below this one are in the database, and no longer read from here. */
  #flushedBelow = 0;
  #firstAt = Number.POSITIVE_INFINITY;
  #lastAt = NEVER;
  readonly #blocks: RowBlocks;
  readonly #newestTimes = new NewestTimes();
  readonly #kept: KeptRuns;

  /** `rows` is what it will most often hold at most. */
  constructor(rows = 0, blocks = new RowBlocks(rows)) {
    this.#blocks = blocks;
    this.#kept = new KeptRuns(rows / KEPT_SHARE);
  }

  static of(shared: SharedGeneration): Generation {
    const one = new Generation(0, RowBlocks.of(shared.blocks));
    one.count = shared.count;
    one.remaining = shared.count;
    one.sequence = shared.sequence;
    one.#firstAt = shared.firstAt;
    one.#lastAt = shared.lastAt;
    one.flushed(shared.flushedBelow);
    return one;
  }

  share(): SharedGeneration {
    return {
      count: this.count,
      sequence: this.sequence,
      flushedBelow: this.#flushedBelow,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      blocks: this.#blocks.share(),
    };
  }

  get seriesEnd(): number {
    return this.#blocks.seriesEnd;
  }

  get textBytes(): number {
    return this.#blocks.textBytes;
  }

  /** Returns the series of which nothing was in here before. */
  insert(samples: Samples, { seriesEnd, firstAt, lastAt }: Bounds): readonly number[] {
    const newcomers = this.#blocks.insert(samples, seriesEnd);
    this.#newestTimes.reserve(this.#blocks.seriesEnd);
    this.#newestTimes.note(samples);
    this.#firstAt = Math.min(this.#firstAt, firstAt);
    this.#lastAt = Math.max(this.#lastAt, lastAt);
    this.count += samples.count;
    this.remaining = this.count;
    return newcomers;
  }

  /** Series below this one are in the database. */
  flushed(below: number): void {
    for (let one = this.#flushedBelow; one < below; one += 1) this.remaining -= this.rowsOf(one);
    this.#flushedBelow = below;
  }

  get flushedBelow(): number {
    return this.#flushedBelow;
  }

  get lastAt(): number {
    return this.#lastAt;
  }

  has(series: number): boolean {
    return this.#blocks.has(series);
  }

  rowsOf(series: number): number {
    return this.#blocks.rowsOf(series);
  }

  clear(): void {
    this.count = 0;
    this.segments = [];
    this.remaining = 0;
    this.#flushedBelow = 0;
    this.#firstAt = Number.POSITIVE_INFINITY;
    this.#lastAt = NEVER;
    this.#blocks.clear();
    this.#newestTimes.clear();
    this.#kept.clear();
  }

  /**
   * The newest sample of a series that was not told afterwards, and of two of the same time the
   * later one; also where it is in the database meanwhile.
   */
  newest(series: number, into: Run): void {
    into.clear();
    const time = this.#newestTimes.of(series);
    if (time === undefined) return;
    this.#blocks.newest(series, time, into);
    into.texts = this.#blocks.texts;
  }

  /** What it holds of a series within `[from, to)`, as a run, unless that is in the database. */
  collect(series: number, from: number, to: number, into: Run): void {
    into.clear();
    if (!this.#holds(series, from, to)) return;
    this.#blocks.gather(series, { since: from, until: to }, into);
    const { texts } = this.#blocks;
    if (texts.length > 0) into.adoptTexts(texts, 0);
  }

  /**
   * All that it holds of a series, where any of it may be before `to`: as it is kept, and not to be
   * changed, or in `into`.
   */
  whole(series: number, to: number, into: Run): Run {
    const rows = this.rowsOf(series);
    const kept = this.#holds(series, NEVER, to) ? this.#kept.of(series, rows) : undefined;
    if (!kept) {
      this.collect(series, NEVER, to, into);
      return into;
    }
    if (kept.arrived < rows) this.#blocks.gather(series, EVER, kept.run, kept.arrived);
    kept.arrived = rows;
    kept.run.texts = this.#blocks.texts;
    return kept.run;
  }

  /** Whether it may: of late samples nobody knows without looking. */
  #holds(series: number, from: number, to: number): boolean {
    if (series < this.#flushedBelow || !this.has(series)) return false;
    return to > this.#firstAt && from <= this.#lastAt;
  }
}
