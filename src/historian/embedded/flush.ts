import { type Chunks, openId, type StoredChunk } from "./chunks.ts";
import { DayMaker } from "./day-maker.ts";
import type { Generation } from "./generation.ts";
import { mergeRuns, Run } from "./run.ts";

/**
 * Brings a generation into chunks, a slice at a time, so that appends and reads need not wait. Each
 * slice is one transaction; one that fails is begun again with the series it was at. Chunks of a
 * series never overlap: a sample belongs to the chunk that began last before it.
 */
export class Flush {
  readonly generation: Generation;
  readonly #chunks: Chunks;
  readonly #chunkSamples: number;
  readonly #days: DayMaker;
  readonly #arrived = new Run();
  readonly #stored = new Run();
  readonly #part = new Run();
  readonly #merged = new Run();
  #series = 0;
  /** The newest chunk of the series, as it was before. */
  #tail: StoredChunk | undefined;
  /** The newest time of the series. */
  #end = 0;
  #steps: Generator<void>;

  constructor(generation: Generation, chunks: Chunks, chunkSamples: number) {
    this.generation = generation;
    this.#chunks = chunks;
    this.#chunkSamples = chunkSamples;
    this.#days = new DayMaker(chunks, chunkSamples / 2);
    this.#steps = this.#flushFrom(0);
  }

  /** Works for about `budgetMs`; true when all is in chunks. Throws where the disk fails. */
  slice(budgetMs: number, monotonic: () => number): boolean {
    const end = monotonic() + budgetMs;
    let isDone = false;
    try {
      this.#chunks.together(() => {
        do isDone = this.#steps.next().done === true;
        while (!isDone && monotonic() < end);
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
      yield* this.#flushArrived();
      yield* this.#days.follow(this.#series, this.#arrived, newest);
    }
  }

  *#flushArrived(): Generator<void> {
    const arrived = this.#arrived;
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

  /** The chunks that samples may have to go into, by their time. */
  #owners(): StoredChunk[] {
    const { at, count } = this.#arrived;
    const [first, last] = [at[0] ?? 0, at[count - 1] ?? 0];
    const tail = this.#tail;
    if (!tail || first > tail.lastAt) return tail ? [tail] : [];
    const owners: StoredChunk[] = [];
    const floor = this.#chunks.backward(this.#series, first).next();
    if (floor.done === false) owners.push(floor.value);
    for (const chunk of this.#chunks.forward(this.#series, first, Number.POSITIVE_INFINITY)) {
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
    if (taken > from) {
      this.#rewrite(owner, from, taken);
      yield;
    }
    yield* this.#write(taken, to);
  }

  /** One step, however long: what was stored may not be missing in between. */
  #rewrite(owner: StoredChunk, from: number, to: number): void {
    this.#stored.clear();
    this.#chunks.take(owner, this.#stored);
    this.#part.clear();
    this.#part.copy(this.#arrived, from, to);
    mergeRuns(this.#stored, this.#part, this.#merged);
    const { count } = this.#merged;
    const pieces = Math.max(1, Math.round(count / this.#chunkSamples));
    for (let piece = 0; piece < pieces; piece += 1) {
      const start = Math.floor((count * piece) / pieces);
      const end = Math.floor((count * (piece + 1)) / pieces);
      this.#add(this.#merged, start, end);
    }
  }

  *#write(from: number, to: number): Generator<void> {
    for (let start = from; start < to; start += this.#chunkSamples) {
      const end = Math.min(start + this.#chunkSamples, to);
      this.#add(this.#arrived, start, end);
      yield;
    }
  }

  /** Of those that are not full, the newest is open, unless another one still has that place. */
  #add(run: Run, from: number, to: number): void {
    const { id, samples = 0 } = this.#tail ?? {};
    const isTaken = id === openId(this.#series) && samples >= this.#chunkSamples;
    const isNewest = run.at[to - 1] === this.#end;
    const isOpen = isNewest && to - from < this.#chunkSamples && !isTaken;
    this.#chunks.add(this.#series, run, { from, to, isOpen });
  }
}
