import type { Worker } from "node:worker_threads";
import type { Durability } from "../../../domain/durability.ts";
import type { Log } from "../../../lib/log.ts";
import type { Damaged, Dropped, Mended, Missing } from "../../historian.ts";
import type { Files } from "../log/files.ts";
import type { MemtableLimits } from "../memory/memtable.ts";
import type { PackingOptions } from "../packing/packing-words.ts";

/*
 * What an engine is opened with: its sizes, and what it is given of the world around it.
 */

export type EngineOptions = MemtableLimits & {
  readonly folder: string;
  readonly segmentBytes: number;
  /** When an append settles. Fallback: synced. */
  readonly durability?: Durability;
  /** Samples of a full chunk. More make smaller chunks a sample, fewer make shorter reads. */
  readonly chunkSamples: number;
  /** Log that is kept for targets of the outbox alone. */
  readonly outboxBytes: number;
  /** What SQLite keeps of the database in memory. Fallback: 8,000. */
  readonly pagesKib?: number;
};

export type EngineParts = {
  readonly log: Log;
  readonly files: Files;
  readonly monotonic: () => number;
  /** Starts the thread that packs what leaves memory. Fallback: whoever calls `work` does. */
  readonly startPacking?: (options: PackingOptions) => Worker;
  /** Moves what SQLite's write-ahead log holds into the database, where no thread does. */
  readonly checkpoint: (database: string) => Promise<void>;
  readonly onDropped: (dropped: Dropped) => void;
  /** A chunk cannot be read any more, and is aside. */
  readonly onDamaged: (damaged: Damaged) => void;
  /** What was acknowledged is there no more. */
  readonly onMissing: (missing: Missing) => void;
  /** Pages of the database are not what was written, and its writer has met them. */
  readonly onMalformed: (reason: string, whyNotMended?: string) => void;
  /**
   * What can be read of the database is in a new one, which has taken its place. Each start says so
   * until the `report` is removed.
   */
  readonly onMended: (mended: Mended, report: string) => void;
  /**
   * The disk failed the database: this engine should `leave`, and another one take over. Of one
   * that `isMalformed` what can be read is to be brought into a new one before.
   */
  readonly onDoubt: (reason: string, isMalformed: boolean) => void;
};
