import type { Samples } from "../../domain/samples.ts";
import type { RangeQuery } from "../historian.ts";
import type { ChunkSummary, Chunks } from "./chunks.ts";
import type { Memtable } from "./memtable.ts";
import { mergeRuns, Run } from "./run.ts";

const stored = new Run();
const merged = new Run();

/**
 * Samples of a series within `[from, to)`: those in chunks, and those in memory, which arrived
 * later. Chunks are read from the asked end on, and no more of them than the limit needs.
 */
export function readRange(memtable: Memtable, chunks: Chunks, query: RangeQuery): Samples {
  const { series, from, to, order = 1 } = query;
  const limit = Math.max(0, query.limit);
  const arrived = memtable.collect(series, from, to);
  const wanted = chunksFor(chunks, query, limit);
  stored.clear();
  for (const chunk of order === 1 ? wanted : wanted.reverse()) chunks.read(chunk, stored);
  trim(stored, from, to);
  mergeRuns(stored, arrived, merged);
  const count = Math.min(limit, merged.count);
  return order === 1
    ? merged.toSamples(series, 0, count)
    : merged.toSamples(series, merged.count - count, merged.count, -1);
}

/** Those that reach into the range, nearest to the asked end first, until they hold enough. */
function chunksFor(chunks: Chunks, query: RangeQuery, limit: number): ChunkSummary[] {
  const { series, from, to, order = 1 } = query;
  const wanted: ChunkSummary[] = [];
  if (!(from < to)) return wanted;
  let enough = limit;
  for (const chunk of order === 1
    ? chunks.forward(series, from, to)
    : chunks.backward(series, to)) {
    if (enough <= 0 || chunk.lastAt < from) break;
    wanted.push(chunk);
    // One that sticks out of the range may have none of its samples inside.
    if (chunk.firstAt >= from && chunk.lastAt < to) enough -= chunk.samples;
  }
  return wanted;
}

function trim(run: Run, from: number, to: number): void {
  const first = run.rowAt(from);
  run.count = run.rowAt(to);
  if (first > 0) run.dropFirst(first);
}
