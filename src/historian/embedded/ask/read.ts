import type { Samples } from "../../../domain/samples.ts";
import type { RangeQuery } from "../../historian.ts";
import { restOf } from "../../paging.ts";
import { type Block, blocksBackward, blocksForward } from "../database/blocks.ts";
import type { StoredChunks } from "../database/stored-chunks.ts";
import type { Memtable } from "../memory/memtable.ts";
import { mergeRuns, Run } from "../run/run.ts";

/**
 * Samples of a series within `[from, to)`: those in chunks, and those in memory, which arrived
 * later. Blocks are read from the asked end on, and no more of them than the limit needs.
 */
export function readRange(memtable: Memtable, chunks: StoredChunks, query: RangeQuery): Samples {
  const { series, order = 1 } = query;
  const { since: from, until: to } = restOf(query);
  const limit = Math.max(0, query.limit);
  const arrived = memtable.collect(series, from, to);
  const stored = new Run();
  const wanted = blocksFor(chunks, { ...query, from, to }, limit);
  stored.reserve(wanted.reduce((sum, { samples }) => sum + samples, 0));
  for (const block of order === 1 ? wanted : wanted.reverse()) block.decode(stored);
  stored.trim(from, to);
  const found = arrived.count === 0 ? stored : merged(stored, arrived);
  const count = Math.min(limit, found.count);
  return order === 1
    ? found.toSamples(series, 0, count)
    : found.toSamples(series, found.count - count, found.count, -1);
}

function merged(stored: Run, arrived: Run): Run {
  const both = new Run();
  mergeRuns(stored, arrived, both);
  return both;
}

/** Those that reach into the range, nearest to the asked end first, until they hold enough. */
function blocksFor(chunks: StoredChunks, query: RangeQuery, limit: number): Block[] {
  const { series, from, to, order = 1 } = query;
  const wanted: Block[] = [];
  if (!(from < to)) return wanted;
  let enough = limit;
  const blocks = order === 1 ? blocksForward(chunks, query) : blocksBackward(chunks, series, to);
  for (const block of blocks) {
    if (enough <= 0 || block.lastAt < from) break;
    wanted.push(block);
    // One that sticks out of the range may have none of its samples inside.
    if (block.firstAt >= from && block.lastAt < to) enough -= block.samples;
  }
  return wanted;
}
