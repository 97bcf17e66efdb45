import { isTrusted } from "../durations.ts";
import type { AggregateQuery, Buckets } from "../historian.ts";
import type { Summary } from "../rollup.ts";
import { bucketStarts, SUM_COLUMNS, Sums } from "../sums.ts";
import { countedValue, isCountable } from "../tally.ts";
import { blocksBackward, blocksForward } from "./blocks.ts";
import type { Block } from "./chunk.ts";
import type { Chunks } from "./chunks.ts";
import { addDurations } from "./duration.ts";
import type { Memtable } from "./memtable.ts";
import { mergeRuns, Run } from "./run.ts";
import { DAY_MS } from "./tier.ts";
import { Tiers } from "./tiers.ts";

type Span = { readonly from: number; readonly to: number };

/** One row of buckets a series; all their columns lie in one buffer, to cross as one. */
export function aggregate(
  memtable: Memtable,
  chunks: Chunks,
  query: AggregateQuery,
): readonly Buckets[] {
  const starts = bucketStarts(query);
  const size = starts.length * SUM_COLUMNS;
  const columns = new Float64Array(query.series.length * size);
  const walk = new Walk(memtable, chunks, query);
  return Array.from(query.series, (series, index) => {
    const own = columns.subarray(index * size, (index + 1) * size);
    const sums = new Sums(series, query, starts, own);
    if (size > 0) {
      walk.over(sums);
      if (query.state !== undefined) addDurations(memtable, chunks, { query, sums });
    }
    return sums.buckets();
  });
}

/**
 * Goes over a series in order of time. A day that lies in one bucket, with nothing of memory in
 * it, is answered by what it comes to; else a chunk that does; others are read.
 */
class Walk {
  readonly #memtable: Memtable;
  readonly #chunks: Chunks;
  readonly #query: AggregateQuery;
  readonly #tiers: Tiers;
  readonly #stored = new Run();
  readonly #part = new Run();
  readonly #merged = new Run();

  constructor(memtable: Memtable, chunks: Chunks, query: AggregateQuery) {
    this.#memtable = memtable;
    this.#chunks = chunks;
    this.#query = query;
    this.#tiers = new Tiers(chunks.days, query);
  }

  over(sums: Sums): void {
    const { series } = sums;
    const { from, to } = this.#query;
    const arrived = this.#memtable.whole(series, to);
    sums.begin(this.#valueBefore(series, arrived));
    for (const tier of this.#tiers.retired(sums)) sums.addSummary(tier);
    let start = from;
    for (const day of this.#tiers.made(sums, arrived)) {
      this.#addRaw(sums, arrived, { from: start, to: day.at });
      sums.addSummary(day);
      start = day.at + DAY_MS;
    }
    this.#addRaw(sums, arrived, { from: start, to });
    sums.end();
  }

  #addRaw(sums: Sums, arrived: Run, { from, to }: Span): void {
    if (!(from < to)) return;
    let row = arrived.rowAt(from);
    const last = arrived.rowAt(to);
    for (const block of blocksForward(this.#chunks, { series: sums.series, from, to })) {
      const start = Math.max(row, arrived.rowAt(block.firstAt));
      const end = Math.max(start, Math.min(last, arrived.rowAfter(block.lastAt)));
      sums.addRows(arrived, row, start);
      const isInside = block.firstAt >= from && block.lastAt < to;
      const summary = start === end && isInside ? this.#answerOf(block, sums) : undefined;
      if (summary) sums.addSummary(summary);
      else {
        const merged = this.#merge(block, arrived, start, end);
        sums.addRows(merged, merged.rowAt(from), merged.rowAt(to));
      }
      row = end;
    }
    sums.addRows(arrived, row, last);
  }

  /** What it comes to, where it lies in one bucket and that says all that was asked for. */
  #answerOf(block: Block, sums: Sums): Summary | undefined {
    if (sums.bucketAt(block.firstAt) !== sums.bucketAt(block.lastAt)) return undefined;
    const summary = block.sums(this.#query.quality === "all");
    return summary && this.#isEnough(summary) ? summary : undefined;
  }

  #isEnough({ good, samples, first, last, increase }: Summary): boolean {
    const { weighted, rollover } = this.#query;
    // Its area begins and ends with the first and last of its samples that count.
    if (weighted && good > 0 && good < samples) return false;
    // A chunk without a reset knows nothing of rollovers.
    return rollover === undefined || good === 0 || increase === last - first;
  }

  #merge(block: Block, arrived: Run, start: number, end: number): Run {
    this.#stored.clear();
    block.decode(this.#stored);
    if (start === end) return this.#stored;
    this.#part.clear();
    this.#part.copy(arrived, start, end);
    mergeRuns(this.#stored, this.#part, this.#merged);
    return this.#merged;
  }

  /** The value of the last sample before `from` that counts, or NaN. */
  #valueBefore(series: number, arrived: Run): number {
    const { from } = this.#query;
    let end = arrived.rowAt(from);
    for (const block of blocksBackward(this.#chunks, series, from)) {
      const behind = Math.min(end, arrived.rowAfter(block.lastAt));
      const start = Math.min(behind, arrived.rowAt(block.firstAt));
      const newer = this.#lastOf(arrived, behind, end);
      if (!Number.isNaN(newer)) return newer;
      const value = this.#lastOfBlock(block, arrived, start, behind);
      if (!Number.isNaN(value)) return value;
      end = start;
    }
    const first = this.#lastOf(arrived, 0, end);
    return Number.isNaN(first) ? this.#chunks.days.valueBefore(series, from) : first;
  }

  #lastOfBlock(block: Block, arrived: Run, start: number, end: number): number {
    const isBefore = block.lastAt < this.#query.from;
    const isAll = this.#query.quality === "all";
    const summary = start === end && isBefore ? block.sums(isAll) : undefined;
    if (summary) return summary.last;
    const merged = this.#merge(block, arrived, start, end);
    return this.#lastOf(merged, 0, merged.rowAt(this.#query.from));
  }

  #lastOf(run: Run, from: number, to: number): number {
    for (let row = to - 1; row >= from; row -= 1) {
      if (isCountable(run, row) && isTrusted(run, row, this.#query)) {
        return countedValue(run, row);
      }
    }
    return Number.NaN;
  }
}
