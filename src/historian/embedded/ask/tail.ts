import type { Log } from "../../../lib/log.ts";
import { isMalformed } from "../../../lib/sqlite.ts";
import { decodeChunk } from "../chunk/chunk.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import type { StoredChunks } from "../database/stored-chunks.ts";
import { presentRow } from "../memory/latest.ts";
import type { Run } from "../run/run.ts";

/** Who hears of damage. */
type Told = { readonly log: Log; readonly onMalformed: (reason: string) => void };

/**
 * The newest chunk with a sample that was not told afterwards, or the first one of all. One that is
 * damaged, or lies in a page that is, is said once and leaves the others readable.
 */
export function readTail(
  chunks: StoredChunks,
  series: number,
  tail: Run,
  { log, onMalformed }: Told,
): void {
  try {
    readBackward(chunks, series, tail);
  } catch (reason) {
    const isOfPages = isMalformed(reason);
    if (!isOfPages && !(reason instanceof DamagedChunkError)) throw reason;
    tail.clear();
    log.error("the newest chunk is damaged", { series });
    if (isOfPages) onMalformed(reason.message);
  }
}

function readBackward(chunks: StoredChunks, series: number, tail: Run): void {
  tail.clear();
  for (const chunk of chunks.backward(series, Number.POSITIVE_INFINITY)) {
    tail.clear();
    decodeChunk(chunk.data, tail);
    if (presentRow(tail) >= 0) return;
  }
}
