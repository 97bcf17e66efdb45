import { decodeChunk } from "../chunk/chunk.ts";
import type { Ends } from "../chunk/chunk-head.ts";
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

/** Puts the chunk aside where its bytes are damaged, or has its row say what they say. */
export function setRight(chunks: Chunks, id: number): void {
  const chunk = chunks.stored.chunk(id);
  const run = new Run();
  if (!chunk) return; // Others were here before.
  const ends = endsOf(chunk, run);
  if (!ends) chunks.takeOut(chunk, new Run());
  else if (!isSame(chunk, ends)) chunks.correct(chunk, ends);
}

/** Of its samples; undefined where there are none that can be read. */
function endsOf({ data }: StoredChunk, run: Run): Ends | undefined {
  try {
    decodeChunk(data, run);
  } catch (reason) {
    if (!(reason instanceof DamagedChunkError)) throw reason;
    return undefined;
  }
  const { at, count } = run;
  const [firstAt, lastAt] = [at[0], at[count - 1]];
  if (count === 0 || firstAt === undefined || lastAt === undefined) return undefined;
  return { firstAt, lastAt, samples: count };
}

function isSame(one: Ends, other: Ends): boolean {
  const isThen = one.firstAt === other.firstAt && one.lastAt === other.lastAt;
  return isThen && one.samples === other.samples;
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
