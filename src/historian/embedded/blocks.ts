import type { SeriesRange } from "../historian.ts";
import type { Block } from "./chunk.ts";
import type { Chunks } from "./chunks.ts";

/** Blocks that reach into `[from, to)`, in order of time. */
export function* blocksForward(chunks: Chunks, range: SeriesRange): Generator<Block> {
  const { series, from, to } = range;
  for (const chunk of chunks.forward(series, from, to)) {
    for (const block of chunks.blocksOf(chunk)) {
      if (block.firstAt >= to) return;
      if (block.lastAt >= from) yield block;
    }
  }
}

/** Blocks that begin before `to`, the newest first. */
export function* blocksBackward(chunks: Chunks, series: number, to: number): Generator<Block> {
  for (const chunk of chunks.backward(series, to)) {
    const blocks = chunks.blocksOf(chunk);
    for (let index = blocks.length - 1; index >= 0; index -= 1) {
      const block = blocks[index];
      if (block && block.firstAt < to) yield block;
    }
  }
}
