import type { Samples } from "../../src/domain/samples.ts";

/** A store of samples that is measured; all are asked for the same, in their own best way. */
export type Contestant = {
  /** Processes of its own, whose time and memory count as well. */
  pids(): readonly number[];
  /**
   * Settles when it says that they are stored. The columns hold until it returns; several calls may
   * be under way.
   */
  append(samples: Samples): Promise<void>;
  /** Settles when all that was appended can be read. */
  settle(): Promise<void>;
  bytesOnDisk(): number;
  /** Samples in so many equal buckets: count, min, max, sum, first and last of each. */
  buckets(series: number, span: Span, buckets: number): Promise<number>;
  /** Growth of each counter in each day, resets seen; returns the sum. */
  dailyIncrease(counters: Uint32Array, span: Span): Promise<number>;
  /** Returns how many samples there are. */
  raw(series: number, span: Span): Promise<number>;
  latest(): Promise<number>;
  close(): Promise<void>;
};

/** `[from, to)` */
export type Span = { readonly from: number; readonly to: number };

export type Opener = (folder: string) => Promise<Contestant>;
