import { join } from "node:path";
import type { Problem } from "../../domain/problem.ts";
import { silentLog } from "../../lib/log.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import { openSqlite } from "../../lib/sqlite.ts";
import { rollupOf } from "../rollup.ts";
import { DamagedChunkError } from "./chunk.ts";
import { type ChunkSummary, Chunks, prepareDatabase } from "./chunks.ts";
import { diskFiles } from "./files.ts";
import { lockFolder } from "./lock.ts";
import { SegmentLog } from "./log.ts";
import { Run } from "./run.ts";

export type HistoryCheck = {
  readonly chunks: number;
  readonly samples: number;
  /** Records of the log that are not in chunks yet. */
  readonly records: number;
  /** What is wrong, a sentence each; empty where all is well. */
  readonly faults: readonly string[];
};

/** Reads all of a folder that nobody has open: each chunk, what it comes to, and the log. */
export function checkFolder(folder: string): Outcome<HistoryCheck, Problem> {
  const lock = lockFolder(folder);
  if (!lock.ok) return lock;
  const database = openSqlite(join(folder, "history.db"));
  try {
    const prepared = prepareDatabase(database);
    return prepared.ok ? success(checked(folder, new Chunks(database, silentLog))) : prepared;
  } finally {
    database.close();
    lock.value.release();
  }
}

function checked(folder: string, chunks: Chunks): HistoryCheck {
  const faults: string[] = [];
  const found = { chunks: 0, samples: 0 };
  for (const series of chunks.series()) {
    let before = Number.NEGATIVE_INFINITY;
    for (const chunk of chunks.forward(series, Number.NEGATIVE_INFINITY, Number.MAX_VALUE)) {
      const fault = chunk.firstAt > before ? faultOf(chunks, chunk) : "overlaps the one before";
      if (fault) faults.push(`series ${series}, chunk from ${chunk.firstAt}: ${fault}`);
      before = chunk.lastAt;
      found.chunks += 1;
      found.samples += chunk.samples;
    }
  }
  const parts = { segmentBytes: 0, files: diskFiles, log: silentLog };
  const log = new SegmentLog({ folder: join(folder, "log"), ...parts });
  const { records, gaps } = log.replay(chunks.totals.sequence, () => {});
  if (gaps > 0) faults.push(`records are missing in the log, in ${gaps} places`);
  return { ...found, records, faults };
}

function faultOf(chunks: Chunks, chunk: ChunkSummary): string | undefined {
  const run = new Run();
  try {
    chunks.read(chunk, run);
  } catch (reason) {
    if (!(reason instanceof DamagedChunkError)) throw reason;
    return "its bytes are damaged";
  }
  const ends = [run.count, run.at[0], run.at[run.count - 1]];
  const said = [chunk.samples, chunk.firstAt, chunk.lastAt];
  if (ends.some((value, index) => value !== said[index])) return "does not hold what it says";
  const { good, sum, increase, area } = rollupOf(run, 0, run.count);
  const isSame = good === chunk.good && Object.is(sum + 0, chunk.sum + 0);
  const agrees = isSame && Object.is(increase + 0, chunk.increase + 0);
  return agrees && Object.is(area + 0, chunk.area + 0) ? undefined : "its summary disagrees";
}
