import type { SeriesRange } from "../../historian.ts";
import type { Summary } from "../../rollup.ts";
import type { Blocks } from "../chunk/chunk.ts";
import type { Ends } from "../chunk/chunk-head.ts";
import type { Run } from "../run/run.ts";
import type { StoredChunk, StoredChunks } from "./stored-chunks.ts";

/** One block, for whoever wants some of them, and later. */
export class Block implements Ends {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly samples: number;
  readonly #blocks: Blocks;
  readonly #index: number;

  constructor(blocks: Blocks, index: number) {
    this.firstAt = blocks.firstAtOf(index);
    this.lastAt = blocks.lastAtOf(index);
    this.samples = blocks.samplesOf(index);
    this.#blocks = blocks;
    this.#index = index;
  }

  /** As `sumsOf` of its blocks. */
  sums(isAll: boolean): Summary | undefined {
    return this.#blocks.sumsOf(this.#index, isAll);
  }

  decode(into: Run): void {
    this.#blocks.decode(this.#index, into);
  }
}

/** All blocks of a chunk, in order of time. */
export function blocksIn(stored: StoredChunks, chunk: StoredChunk): Block[] {
  return stored
    .blocksOf(chunk)
    .flatMap((part) => Array.from({ length: part.blocks }, (_, index) => new Block(part, index)));
}

/** Blocks that reach into `[from, to)`, in order of time. */
export function* blocksForward(stored: StoredChunks, range: SeriesRange): Generator<Block> {
  const { series, from, to } = range;
  for (const chunk of stored.forward(series, from, to)) {
    for (const block of blocksIn(stored, chunk)) {
      if (block.firstAt >= to) return;
      if (block.lastAt >= from) yield block;
    }
  }
}

/** Blocks that begin before `to`, the newest first. */
export function* blocksBackward(
  stored: StoredChunks,
  series: number,
  to: number,
): Generator<Block> {
  for (const chunk of stored.backward(series, to)) {
    for (const block of blocksIn(stored, chunk).reverse()) {
      if (block.firstAt < to) yield block;
    }
  }
}
