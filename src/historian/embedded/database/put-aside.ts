import { decodeChunk } from "../chunk/chunk.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import { Run } from "../run/run.ts";
import type { Chunks } from "./chunks.ts";
import type { StoredChunk } from "./stored-chunks.ts";

/** Puts aside what is damaged of a series, so that the rest of it can be read: whether any is. */
export function putDamagedAside(chunks: Chunks, series: number): boolean {
  const run = new Run();
  const damaged = [...damagedOf(chunks, series, run)];
  for (const chunk of damaged) {
    run.clear();
    chunks.takeOut(chunk, run);
  }
  return damaged.length > 0;
}

function* damagedOf(chunks: Chunks, series: number, run: Run): Generator<StoredChunk> {
  for (const chunk of chunks.stored.forward(series, Number.NEGATIVE_INFINITY, Number.MAX_VALUE)) {
    run.clear();
    try {
      decodeChunk(chunk.data, run);
    } catch (reason) {
      if (!(reason instanceof DamagedChunkError)) throw reason;
      yield chunk;
    }
  }
}
