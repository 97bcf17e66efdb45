import { isTrusted } from "../durations.ts";
import type { AggregateQuery } from "../historian.ts";
import type { Summary } from "../rollup.ts";
import { Sums, type SumTable, sumTable } from "../sums.ts";
import { countedValue, isCountable } from "../tally.ts";
import { blocksBackward, blocksForward } from "./blocks.ts";
import type { Block } from "./chunk.ts";
import type { Chunks } from "./chunks.ts";
import { addDurations } from "./duration.ts";
import type { KeptDays } from "./kept-days.ts";
import type { Memtable } from "./memtable.ts";
import { mergeRuns, Run } from "./run.ts";
import { DAY_MS, type Tier } from "./tier.ts";
import { Tiers } from "./tiers.ts";

/*
 * Sums by buckets: of each stretch of time the cheapest that says it exactly, a day, a block of a
 * chunk, or the samples themselves, and over all of them what memory has.
 */

type Span = { readonly since: number; readonly until: number };

type Sources = {
  readonly memtable: Memtable;
  readonly chunks: Chunks;
  readonly keptDays: KeptDays;
};

/** Buckets of a series, or one of its days. */
type Target = Pick<Sums, "series" | "addRows" | "addSummary" | "bucketAt"> & {
  canTake(summary: Summary): boolean;
};

/** One row of buckets a series. */
export function aggregate(sources: Sources, query: AggregateQuery): SumTable {
  const { memtable, chunks } = sources;
  const table = sumTable(query);
  const walk = new Walk(sources, query);
  for (let index = 0; index < query.series.length && table.starts.length > 0; index += 1) {
    const sums = new Sums(query, table, index);
    walk.over(sums);
    if (query.state !== undefined) addDurations(memtable, chunks, { query, sums });
  }
  return table;
}

/**
 * Goes over a series in order of time. A day that lies in one bucket is answered by what it comes
 * to; else a block that does, with nothing of memory in it; others are read.
 */
class Walk {
  readonly #sources: Sources;
  readonly #chunks: Chunks;
  readonly #query: AggregateQuery;
  readonly #tiers: Tiers;
  readonly #stored = new Run();
  readonly #part = new Run();
  readonly #merged = new Run();

  constructor(sources: Sources, query: AggregateQuery) {
    this.#sources = sources;
    this.#chunks = sources.chunks;
    this.#query = query;
    this.#tiers = new Tiers(sources.chunks.days, query);
  }

  over(sums: Sums): void {
    const { series } = sums;
    const { from, to } = this.#query;
    const arrived = this.#sources.memtable.whole(series, to);
    sums.begin(this.#valueBefore(series, arrived));
    for (const tier of this.#tiers.retired(sums)) sums.addSummary(tier);
    let start = from;
    for (const day of this.#tiers.days(sums, arrived, (at) => this.#sumUp(series, at, arrived))) {
      this.#addRaw(sums, arrived, { since: start, until: day.at });
      sums.addSummary(day);
      start = day.at + DAY_MS;
    }
    this.#addRaw(sums, arrived, { since: start, until: to });
    sums.end();
  }

  /** A day that memory reaches into. */
  #sumUp(series: number, at: number, arrived: Run): Tier | undefined {
    const { memtable, keptDays } = this.#sources;
    const day = { series, at, isAll: this.#query.quality === "all" };
    return keptDays.of(day, arrived, memtable.arrivals(series), (sum) =>
      this.#addRaw(sum, arrived, { since: at, until: at + DAY_MS }),
    ).tier;
  }

  #addRaw(sums: Target, arrived: Run, { since: from, until: to }: Span): void {
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
  #answerOf(block: Block, sums: Target): Summary | undefined {
    if (sums.bucketAt(block.firstAt) !== sums.bucketAt(block.lastAt)) return undefined;
    const summary = block.sums(this.#query.quality === "all");
    return summary && sums.canTake(summary) ? summary : undefined;
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
