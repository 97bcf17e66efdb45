import type { Log } from "../../../lib/log.ts";
import { decodeChunk } from "../chunk/chunk.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import type { StoredChunks } from "../database/stored-chunks.ts";
import { presentRow } from "../memory/latest.ts";
import type { Run } from "../run/run.ts";

/**
 * The newest chunk with a sample that was not told afterwards, or the first one of all. One that is
 * damaged is said once and leaves the others readable.
 */
export function readTail(chunks: StoredChunks, series: number, tail: Run, log: Log): void {
  tail.clear();
  for (const chunk of chunks.backward(series, Number.POSITIVE_INFINITY)) {
    tail.clear();
    try {
      decodeChunk(chunk.data, tail);
    } catch (reason) {
      if (!(reason instanceof DamagedChunkError)) throw reason;
      tail.clear();
      log.error("the newest chunk is damaged", { series });
      return;
    }
    if (presentRow(tail) >= 0) return;
  }
}
