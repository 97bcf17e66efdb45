import { type Problem, problem } from "../domain/problem.ts";
import type { Value } from "../domain/reading.ts";
import type { Samples } from "../domain/samples.ts";
import type { CalendarUnit } from "../lib/calendar.ts";
import type { Held } from "../lib/held.ts";
import type { Summary } from "./rollup.ts";

/**
 * Remembers samples. A sample is named by (series, at): the same again is one sample, and the later
 * arrival wins. All ranges are half open, `[from, to)`, in milliseconds since the epoch.
 */
export interface Historian {
  /**
   * Settles when the samples will survive a power cut, in the order of the calls. The columns
   * are read at once and left as they are. Rejects if the samples may not be safe: some of them
   * may be there nevertheless, so that whoever sends them again loses nothing.
   *
   * What is not newer than the last raw sample that was let go of its series (`retire`) is not
   * taken: what is left of those times could no longer follow it.
   */
  append(samples: Samples): Promise<Appended>;

  /**
   * The newest sample by time of each of these series, at most one row a series. What its device
   * told afterwards (`PAST`) is in every other answer, and never in this one.
   */
  latest(series: Uint32Array): Promise<Samples>;

  /** Samples of one series in order of time, oldest first unless `order` is -1. */
  range(query: RangeQuery): Promise<Samples>;

  aggregate(query: AggregateQuery): Promise<readonly Buckets[]>;

  /**
   * Forgets samples of `[from, to)`. Settles when they will not return, whatever happens. Where raw
   * samples were let go, hours with a sample in it are forgotten whole, and so are days without
   * hours.
   */
  deleteRange(range: SeriesRange): Promise<void>;

  /** How long this series is kept; null: as the fallback of `retire` says. */
  setRetention(series: number, retention: Retention | null): Promise<void>;

  /** Of the series that do not follow the fallback. */
  retentions(): Promise<ReadonlyMap<number, Retention>>;

  /**
   * Lets go of what is older than may be kept; some of it may stay a little longer. Of raw samples,
   * what each hour and day of UTC came to stays, over those of good quality. It counts where it
   * lies wholly within what is asked for, in the bucket of its first sample, and says nothing of
   * states.
   */
  retire(now: number, fallback: Retention): Promise<void>;

  stats(): Promise<HistorianStats>;

  /** What an operator must know of it, in words; undefined while all is well. */
  readonly trouble?: string | undefined;

  /** What arrived, in that order, for those who bring it elsewhere; not every historian has one. */
  readonly outbox?: Outbox;

  /** Where raw samples were let go, for those who bring it elsewhere; not every one tells. */
  readonly remains?: Remains;

  /** All that is stored now, in files for a backup, where it is made of files. Others go on. */
  readonly hold?: () => Promise<Held>;

  /** Settles when everything is on disk and the folder is free. */
  close(): Promise<void>;
}

/**
 * Stored samples in the order of their arrival, in records: what was made safe together. Each has
 * a sequence, one more than that of the record before. They are kept for every target that follows
 * until it has taken them, over restarts, up to a limit beyond which the oldest are dropped.
 */
export interface Outbox {
  /**
   * From now on, what arrives is kept for this target; one that is known goes on where it was.
   * Settles with the sequence of the last record that it has taken. Names are a-z, 0-9 and `-`.
   */
  follow(target: string): Promise<number>;

  /** Whole records after this one, the oldest first; reading does not take them. */
  arrivals(query: ArrivalsQuery): Promise<Arrivals>;

  /**
   * Settles when nothing up to this record has to be kept for the target, whatever happens, and it
   * is remembered which ones beyond it the target has as well. Of many spans some are forgotten.
   */
  take(target: string, sequence: number, beyond?: readonly RecordSpan[]): Promise<void>;

  /** What the target has of what is kept for it, as far as it is remembered. */
  beyond(target: string): Promise<readonly RecordSpan[]>;

  /** Nothing is kept for it any longer. */
  unfollow(target: string): Promise<void>;
}

/** What is left of raw samples that were let go. */
export interface Remains {
  /** Of which series. */
  series(): Promise<Uint32Array>;
  of(series: number): Promise<SeriesRemains>;
}

export type SeriesRemains = {
  /** Up to this time, which is included, raw samples were let go. */
  readonly until: number;
  /** What hours of UTC come to, and days whose hours have gone too, in order of time. */
  readonly hours: readonly Summary[];
  readonly days: readonly Summary[];
};

export type ArrivalsQuery = {
  readonly target: string;
  readonly after: number;
  /** No further record is begun behind so many samples. */
  readonly samplesMax: number;
  /** Nor any behind this one. Fallback: all that is there. */
  readonly upTo?: number;
  /** Beyond it: records that the target has, and that do not count as what waits. */
  readonly there?: readonly RecordSpan[];
};

/** Records of these sequences, both included. */
export type RecordSpan = { readonly first: number; readonly last: number };

export type Arrivals = {
  readonly samples: Samples;
  /** Of the last record in here, or `after`: what to take, and where to read on. */
  readonly sequence: number;
  /** Records between `after` and `sequence` that are gone: dropped, or damaged on the disk. */
  readonly missing: number;
  /** All records behind these. */
  readonly waiting: number;
  /** About what those of them take of the log that the target does not have. */
  readonly waitingBytes: number;
  /** About how many samples that is. */
  readonly waitingSamples: number;
};

/** Samples that a target will not get: they took more room than there may be. */
export type Dropped = {
  readonly target: string;
  readonly samples: number;
  /** Times of the oldest and of the newest of them. */
  readonly from: number;
  readonly to: number;
};

/** What was stored and is there no more: nobody can say of when it was. */
export type Missing = {
  /** In how many places of the log records are missing. */
  readonly places: number;
  /** The file that is gone, with all that it held. */
  readonly file?: string;
};

/** Samples that can be read no more: what the disk has of them is not what was written. */
export type Damaged = {
  readonly series: number;
  readonly samples: number;
  /** Times of the oldest and of the newest of them. */
  readonly from: number;
  readonly to: number;
};

/** Pages of the database are lost: what else it held is in a new one. */
export type Mended = {
  readonly pages: number;
  /** Of which tables, as far as that is known. */
  readonly tables: readonly string[];
  /** How many samples are lost, as far as that is known. */
  readonly samples: number;
  /** Where they were, as far as that is known. */
  readonly ranges: readonly SeriesRange[];
};

/** What was asked for lies elsewhere, and that cannot be reached now. What arrives is safe. */
export class AwayError extends Error {}

/** What was asked for meets a damaged part of the history; what lies elsewhere is answered. */
export class UnreadableError extends Error {}

/** What is in the way of the history, where it is none of our own faults. */
export function knownTrouble(reason: unknown): Problem | undefined {
  if (reason instanceof AwayError) return problem("history_away", reason.message);
  if (reason instanceof UnreadableError) return problem("history_unreadable", reason.message);
  return undefined;
}

export type Appended = {
  /** Samples that were not taken, because raw samples of their times were let go. */
  readonly tooOld: number;
};

/**
 * Milliseconds that something is kept, counted from its own time; null: for good. What comes later
 * in here counts from when the one before has gone, and stays at least as long.
 */
export type Retention = {
  readonly rawMs: number | null;
  readonly hourlyMs: number | null;
  readonly dailyMs: number | null;
};

export type SeriesRange = {
  readonly series: number;
  readonly from: number;
  readonly to: number;
};

export type RangeQuery = SeriesRange & {
  readonly limit: number;
  readonly order?: 1 | -1;
  /**
   * Goes on behind the sample of this time, in the direction of `order`: the last one of the page
   * before. Whatever came meanwhile, no sample is told twice, and none ahead is left out.
   */
  readonly after?: number;
};

export type AggregateQuery = {
  readonly series: Uint32Array;
  readonly from: number;
  readonly to: number;
  /**
   * A number of equal buckets, their width, or the hours, days or months of a place, the first
   * of which begins with `from`. The last one may be cut by `to`.
   */
  readonly by:
    | { readonly buckets: number }
    | { readonly everyMs: number }
    | { readonly calendar: CalendarUnit; readonly timeZone: string };
  /** Which samples count: `good` leaves out uncertain and bad ones. Fallback: good. */
  readonly quality?: "good" | "all";
  /** Where a counter goes on from 0, as its maker says: less than before is then no reset. */
  readonly rollover?: number;
  /** Whether `area` and `known` are wanted, which cost more than the rest. */
  readonly weighted?: boolean;
  /** The value whose `duration` is wanted; of any kind. */
  readonly state?: Value;
  /** Values hold until the next sample; the last before `to`, until this time. Fallback: `to`. */
  readonly now?: number;
};

/**
 * One row a bucket, empty buckets included with count 0 and NaN. Booleans count as 0 and 1,
 * integers beyond 2^53 as the nearest double; texts, none and NaN are not counted. A value holds
 * until the next, so `area`, `known` and `duration` say something of empty buckets too; they are
 * NaN where they were not asked for.
 */
export type Buckets = {
  readonly series: number;
  readonly from: number;
  /** NaN where they are not equally wide: of a calendar. */
  readonly widthMs: number;
  /** Where each bucket begins. */
  readonly at: Float64Array;
  readonly count: Float64Array;
  /** Those that could be counted, whatever their quality. */
  readonly all: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** How much a counter grew since the sample before the bucket; a reset starts from 0. */
  readonly increase: Float64Array;
  /** Each value times the milliseconds it held; `area / known` is the time-weighted average. */
  readonly area: Float64Array;
  /** For how many milliseconds a value held. */
  readonly known: Float64Array;
  /** For how many of them it was `state`. */
  readonly duration: Float64Array;
};

export type HistorianStats = {
  /** About: one that came twice may count twice until its arrivals are merged. */
  readonly samplesStored: number;
  /**
   * Where a database has to count samples and series and does not answer: when it counted them
   * last; null: not since the start, and they are those of the folder. Absent: they are of now.
   */
  readonly countedAt?: number | null;
  readonly bytesOnDisk: number;
  /** Of these, those that will be used again before there are more. */
  readonly bytesReusable: number;
  readonly series: number;
  readonly commits: number;
  readonly newestAt: number | null;
  /** For each target of the outbox. */
  readonly waiting: readonly Waiting[];
};

export type Waiting = {
  readonly target: string;
  readonly records: number;
  /** Of the log, files that these are in. */
  readonly bytes: number;
  /** Samples that it will never get. */
  readonly dropped: number;
};
