import { type ChunkEnd, isOpen } from "../database/chunk-ends.ts";
import type { Chunks } from "../database/chunks.ts";
import type { StoredChunk } from "../database/stored-chunks.ts";
import { HOUR_MS } from "../day/tier.ts";
import type { Generation } from "../memory/generation.ts";
import { mergeRuns, Run } from "../run/run.ts";
import { DayMaker } from "./day-maker.ts";

/*
 * From memory into chunks: which samples go into which chunk, and which chunks are written anew for
 * them. How samples become bytes: chunk.ts.
 */

/**
 * Samples that come in numbers make chunks of so many times those that are enough for one, for to
 * hand out a chunk costs more than its bytes; but not of more than these hours, for a chunk is let
 * go as a whole.
 */
const LARGE = 8;
const LARGE_MS = 6 * HOUR_MS;
/** More make the reading of an open chunk slow: then they become one. A byte counts them. */
const PIECES_MAX = 64;

/** What one flush leaves to the next: made anew each time, it would be garbage of some MB. */
export class FlushTools {
  readonly chunks: Chunks;
  readonly chunkSamples: number;
  readonly days: DayMaker;
  readonly arrived = new Run();
  readonly stored = new Run();
  readonly part = new Run();
  readonly merged = new Run();

  constructor(chunks: Chunks, chunkSamples: number) {
    this.chunks = chunks;
    this.chunkSamples = chunkSamples;
    this.days = new DayMaker(chunks, chunkSamples / 2);
  }
}

/**
 * Brings a generation into chunks, a slice at a time, so that appends and reads need not wait. Each
 * slice is one transaction; one that fails is begun again with the series it was at. Chunks of a
 * series never overlap: a sample belongs to the chunk that began last before it.
 *
 * What comes in order of time, and in numbers, makes chunks of its own. A few samples are put
 * behind the chunk that is open, as a piece, and become a whole chunk with those before them when
 * they are enough. So most samples are packed once and the others twice, however slowly they come.
 */
export class Flush {
  readonly generation: Generation;
  readonly #chunks: Chunks;
  readonly #chunkSamples: number;
  readonly #days: DayMaker;
  readonly #arrived: Run;
  readonly #stored: Run;
  readonly #part: Run;
  readonly #merged: Run;
  #series = 0;
  /** The newest chunk of the series, as it was before. */
  #tail: ChunkEnd | undefined;
  /** The newest time of the series. */
  #end = Number.NaN;
  #steps: Generator<void>;

  /** One at a time works with the same tools. */
  constructor(generation: Generation, tools: FlushTools) {
    this.generation = generation;
    this.#chunks = tools.chunks;
    this.#chunkSamples = tools.chunkSamples;
    this.#days = tools.days;
    this.#arrived = tools.arrived;
    this.#stored = tools.stored;
    this.#part = tools.part;
    this.#merged = tools.merged;
    this.#steps = this.#flushFrom(0);
  }

  /**
   * Works until `isEnough`; true when all is in chunks, and the database says that the log need not
   * be replayed up to here. Throws where the disk fails.
   */
  slice(isEnough: () => boolean): boolean {
    let isDone = false;
    try {
      this.#chunks.together(() => {
        do isDone = this.#steps.next().done === true;
        while (!isDone && !isEnough());
        if (isDone) this.#chunks.totals.sequence = this.generation.sequence;
      });
    } catch (reason) {
      this.#steps = this.#flushFrom(this.generation.flushedBelow);
      throw reason;
    }
    this.generation.flushed(this.#series);
    return isDone;
  }

  /** Every step leaves each series whole, with or without what is still to come. */
  *#flushFrom(start: number): Generator<void> {
    const { generation } = this;
    const [all, end] = [Number.POSITIVE_INFINITY, generation.seriesEnd];
    for (this.#series = start; this.#series < end; this.#series += 1) {
      if (!generation.has(this.#series)) continue;
      generation.collect(this.#series, -all, all, this.#arrived);
      this.#tail = this.#chunks.end(this.#series);
      const newest = this.#tail?.lastAt ?? Number.NEGATIVE_INFINITY;
      this.#end = Math.max(newest, this.#arrived.at[this.#arrived.count - 1] ?? newest);
      this.#days.forgetLate(this.#series, this.#arrived, newest);
      yield* this.#flushArrived();
      yield* this.#days.follow(this.#series, this.#arrived, newest);
    }
  }

  *#flushArrived(): Generator<void> {
    const arrived = this.#arrived;
    const tail = this.#tail;
    if (!tail || (arrived.at[0] ?? 0) > tail.lastAt) {
      yield* this.#follow(tail);
      return;
    }
    let row = 0;
    const owners = this.#owners();
    for (const [index, owner] of owners.entries()) {
      const next = owners[index + 1];
      const end = next ? arrived.rowAt(next.firstAt) : arrived.count;
      if (end > row) yield* this.#extend(owner, row, end);
      row = end;
    }
    if (row < arrived.count) yield* this.#write(row, arrived.count);
  }

  /** Everything is behind what is stored. */
  *#follow(tail: ChunkEnd | undefined): Generator<void> {
    const { count } = this.#arrived;
    if (!tail || !isOpen(tail)) {
      yield* this.#write(0, count);
      return;
    }
    const isWhole = tail.samples + count >= this.#chunkSamples;
    const mayGrow = tail.pieces > 0 && tail.pieces < PIECES_MAX;
    if (mayGrow && !isWhole) this.#chunks.grow(tail, this.#arrived);
    else this.#rewrite(tail, 0, count);
    yield;
  }

  /** The chunks that samples may have to go into, by their time. */
  #owners(): StoredChunk[] {
    const { at, count } = this.#arrived;
    const [first, last] = [at[0] ?? 0, at[count - 1] ?? 0];
    const owners: StoredChunk[] = [];
    const floor = this.#chunks.stored.backward(this.#series, first).next();
    if (floor.done === false) owners.push(floor.value);
    for (const chunk of this.#chunks.stored.forward(
      this.#series,
      first,
      Number.POSITIVE_INFINITY,
    )) {
      if (chunk.id === owners[0]?.id) continue;
      owners.push(chunk);
      if (chunk.firstAt > last) break;
    }
    return owners;
  }

  /** Rows that lie within the chunk go into it, rows behind it as far as there is room. */
  *#extend(owner: StoredChunk, from: number, to: number): Generator<void> {
    const arrived = this.#arrived;
    const isBefore = (arrived.at[to - 1] ?? 0) < owner.firstAt;
    const isFull = owner.samples >= this.#chunkSamples;
    const behind = Math.max(from, Math.min(to, arrived.rowAfter(owner.lastAt)));
    const inside = isBefore && isFull ? from : behind;
    const room = Math.max(0, this.#chunkSamples - owner.samples - (inside - from));
    const taken = isBefore ? inside : Math.min(to, inside + room);
    const rewritten = isOpen(owner) ? to : taken;
    if (rewritten > from) {
      this.#rewrite(owner, from, rewritten);
      yield;
    }
    yield* this.#write(rewritten, to);
  }

  /** One step, however long: what was stored may not be missing in between. */
  #rewrite(owner: StoredChunk | ChunkEnd, from: number, to: number): void {
    this.#stored.clear();
    this.#chunks.take(owner, this.#stored);
    this.#part.clear();
    this.#part.copy(this.#arrived, from, to);
    mergeRuns(this.#stored, this.#part, this.#merged);
    const { count } = this.#merged;
    const grows = count < this.#chunkSamples && this.#isNewest(this.#merged, count);
    for (const [start, end] of this.#portions(this.#merged, 0, count)) {
      this.#chunks.add(this.#series, this.#merged, { from: start, to: end, isOpen: grows });
    }
  }

  *#write(from: number, to: number): Generator<void> {
    const isFew = to - from < this.#chunkSamples / 2;
    const grows = isFew && this.#isNewest(this.#arrived, to);
    for (const [start, end] of this.#portions(this.#arrived, from, to)) {
      this.#chunks.add(this.#series, this.#arrived, { from: start, to: end, isOpen: grows });
      yield;
    }
  }

  #isNewest(run: Run, to: number): boolean {
    return run.at[to - 1] === this.#end;
  }

  /** As even as they can be, and about as large as a chunk is to be. */
  *#portions({ at }: Run, from: number, to: number): Generator<readonly [number, number]> {
    const count = to - from;
    const enough = this.#chunkSamples;
    const spanMs = (at[to - 1] ?? 0) - (at[from] ?? 0);
    const within = (count * LARGE_MS) / Math.max(1, spanMs);
    const wanted = Math.max(enough, Math.min(within, enough * LARGE));
    const portions = Math.max(1, Math.round(count / wanted));
    for (let portion = 0; portion < portions && count > 0; portion += 1) {
      const start = from + Math.floor((count * portion) / portions);
      yield [start, from + Math.floor((count * (portion + 1)) / portions)];
    }
  }
}
