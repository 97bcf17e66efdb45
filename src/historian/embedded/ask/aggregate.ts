import { isTrusted } from "../../durations.ts";
import type { AggregateQuery } from "../../historian.ts";
import type { Summary } from "../../rollup.ts";
import { Sums, type SumTable, sumTable } from "../../sums.ts";
import { countedValue, isCountable } from "../../tally.ts";
import type { Blocks } from "../chunk/chunk.ts";
import { TABLE_CELLS } from "../chunk/chunk-head.ts";
import { type Block, blocksBackward } from "../database/blocks.ts";
import type { Chunks } from "../database/chunks.ts";
import { DAY_MS, type Tier } from "../day/tier.ts";
import type { Memtable } from "../memory/memtable.ts";
import { mergeRuns, Run } from "../run/run.ts";
import { addDurations } from "./duration.ts";
import type { KeptDays } from "./kept-days.ts";
import { QueryTiers } from "./query-tiers.ts";

/*
 * Sums by buckets: of each stretch of time the cheapest that says it exactly, a day, a block of a
 * chunk, or the samples themselves, and over all of them what memory has.
 */

type Span = { readonly since: number; readonly until: number };

/** What of a series is in memory: all before `row` is added. */
type Memory = { readonly run: Run; row: number; readonly end: number };

type Sources = {
  readonly memtable: Memtable;
  readonly chunks: Chunks;
  readonly keptDays: KeptDays;
};

/** Buckets of a series, or one of its days. */
type Target = Pick<Sums, "series" | "addRows" | "addSummary" | "bucketAt" | "endAt"> & {
  canTake(summary: Summary): boolean;
  readonly addColumns?: Sums["addColumns"];
};

/** One row of buckets a series. */
export function aggregate(sources: Sources, query: AggregateQuery): SumTable {
  const { memtable, chunks } = sources;
  const table = sumTable(query);
  const walk = new Walk(sources, query);
  for (let index = 0; index < query.series.length && table.starts.length > 0; index += 1) {
    const sums = new Sums(query, table, index);
    walk.over(sums);
    if (query.state !== undefined) addDurations(memtable, chunks.stored, { query, sums });
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
  readonly #isAll: boolean;
  readonly #tiers: QueryTiers;
  /** What the head says of the chunk that it goes over. */
  readonly #table = new Float64Array(TABLE_CELLS);
  readonly #stored = new Run();
  readonly #part = new Run();
  readonly #merged = new Run();

  constructor(sources: Sources, query: AggregateQuery) {
    this.#sources = sources;
    this.#chunks = sources.chunks;
    this.#query = query;
    this.#isAll = query.quality === "all";
    this.#tiers = new QueryTiers(sources.chunks.days, query);
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
    const day = { series, at, isAll: this.#isAll };
    return keptDays.of(day, arrived, memtable.arrivals(series), (sum) =>
      this.#addRaw(sum, arrived, { since: at, until: at + DAY_MS }),
    ).tier;
  }

  #addRaw(sums: Target, arrived: Run, span: Span): void {
    const { since: from, until: to } = span;
    if (!(from < to)) return;
    const memory = { run: arrived, row: arrived.rowAt(from), end: arrived.rowAt(to) };
    for (const chunk of this.#chunks.stored.forward(sums.series, from, to)) {
      for (const part of this.#chunks.stored.blocksOf(chunk, this.#table))
        this.#addBlocks(sums, part, memory, span);
    }
    sums.addRows(arrived, memory.row, memory.end);
  }

  /** With what memory has of their times, and before. */
  #addBlocks(sums: Target, part: Blocks, memory: Memory, span: Span): void {
    const { since: from, until: to } = span;
    const { run } = memory;
    for (let block = 0; block < part.blocks && part.firstAtOf(block) < to; ) {
      const [firstAt, lastAt] = [part.firstAtOf(block), part.lastAtOf(block)];
      const start = Math.max(memory.row, run.rowAt(firstAt));
      sums.addRows(run, memory.row, start);
      memory.row = start;
      const next = start < memory.end ? (run.at[start] ?? to) : to;
      const summed = firstAt < from ? block : this.#addSums(sums, part, block, next);
      if (summed === block && lastAt >= from) {
        const end = Math.max(start, Math.min(memory.end, run.rowAfter(lastAt)));
        this.#stored.clear();
        part.decode(block, this.#stored);
        const merged = this.#merge(run, start, end);
        sums.addRows(merged, merged.rowAt(from), merged.rowAt(to));
        memory.row = end;
      }
      block = Math.max(summed, block + 1);
    }
  }

  /**
   * Blocks from this one on that lie in one bucket and before a time, as far as what they come to
   * says all that was asked for; returns the one behind.
   */
  #addSums(sums: Target, part: Blocks, first: number, until: number): number {
    const bucket = sums.bucketAt(part.firstAtOf(first));
    const endAt = Math.min(until, sums.endAt(bucket));
    let end = first;
    while (end < part.blocks && part.lastAtOf(end) < endAt) end += 1;
    if (end === first) return first;
    const columns = part.columnsOf?.(this.#isAll);
    if (columns && sums.addColumns?.(bucket, columns, first, end)) return end;
    for (let block = first; block < end; block += 1) {
      const summary = part.sumsOf(block, this.#isAll);
      if (!summary || !sums.canTake(summary)) return block;
      sums.addSummary(summary);
    }
    return end;
  }

  /** What was unpacked last, and these rows of memory. */
  #merge(arrived: Run, start: number, end: number): Run {
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
    for (const block of blocksBackward(this.#chunks.stored, series, from)) {
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
    const summary = start === end && isBefore ? block.sums(this.#isAll) : undefined;
    if (summary) return summary.last;
    this.#stored.clear();
    block.decode(this.#stored);
    const merged = this.#merge(arrived, start, end);
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
