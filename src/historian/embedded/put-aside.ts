import type { Damaged } from "../historian.ts";
import { decodeChunk } from "./chunk.ts";
import type { Chunks, StoredChunk } from "./chunks.ts";
import { DamagedChunkError } from "./damage.ts";
import { Run } from "./run.ts";

/** Puts aside what is damaged of a series, so that the rest of it can be read. */
export function putDamagedAside(chunks: Chunks, series: number): readonly Damaged[] {
  const run = new Run();
  const damaged = [...damagedOf(chunks, series, run)];
  for (const chunk of damaged) {
    run.clear();
    chunks.takeOut(chunk, run);
  }
  return damaged.map(({ samples, firstAt: from, lastAt: to }) => ({ series, samples, from, to }));
}

function* damagedOf(chunks: Chunks, series: number, run: Run): Generator<StoredChunk> {
  for (const chunk of chunks.forward(series, Number.NEGATIVE_INFINITY, Number.MAX_VALUE)) {
    run.clear();
    try {
      decodeChunk(chunk.data, run);
    } catch (reason) {
      if (!(reason instanceof DamagedChunkError)) throw reason;
      yield chunk;
    }
  }
}
