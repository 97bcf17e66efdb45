import type { Problem } from "../../../domain/problem.ts";
import type { Samples } from "../../../domain/samples.ts";
import type { HeldFile } from "../../../lib/held.ts";
import type { LogWord } from "../../../lib/port-log.ts";
import type {
  AggregateQuery,
  Arrivals,
  ArrivalsQuery,
  Damaged,
  Dropped,
  HistorianStats,
  Mended,
  Missing,
  RangeQuery,
  RecordSpan,
  Retention,
  SeriesRange,
  SeriesRemains,
} from "../../historian.ts";
import type { SumTable } from "../../sums.ts";
import type { EngineOptions } from "../engine/engine-parts.ts";
import type { Load } from "./trays.ts";

/*
 * What the door and its thread say to each other. Each question has one answer of the same id.
 */

/** What an engine is opened with, and how its thread treats it. */
export type WorkerOptions = EngineOptions & {
  /** Appends that arrive within this time share one write. */
  readonly commitEveryMs: number;
  /** So long after the start it begins to look at all that is stored. */
  readonly inspectAfterMs: number;
  /** No more threads for what one can do in turn. */
  readonly isSmall: boolean;
};

/** What an engine is started with. */
export type WorkerData = WorkerOptions & { readonly trays: SharedArrayBuffer };

/** Rows of several calls, each of which ends at one of `ends`. */
export type AppendAsk = {
  readonly ask: "append";
  readonly load: Load;
  readonly ends: readonly number[];
};

/** How many samples of each call were not taken; undefined where all were. */
export type TooOld = readonly number[] | undefined;

export type Ask =
  | AppendAsk
  | { readonly ask: "latest"; readonly series: Uint32Array }
  | { readonly ask: "range"; readonly query: RangeQuery }
  | { readonly ask: "aggregate"; readonly query: AggregateQuery }
  | { readonly ask: "deleteRange"; readonly range: SeriesRange }
  | { readonly ask: "setRetention"; readonly series: number; readonly retention: Retention | null }
  | { readonly ask: "retentions" }
  | { readonly ask: "retire"; readonly now: number; readonly fallback: Retention }
  | { readonly ask: "retired" }
  | { readonly ask: "remains"; readonly series: number }
  | { readonly ask: "stats" }
  | { readonly ask: "follow"; readonly target: string }
  | { readonly ask: "unfollow"; readonly target: string }
  | { readonly ask: "arrivals"; readonly query: ArrivalsQuery }
  | {
      readonly ask: "take";
      readonly target: string;
      readonly sequence: number;
      readonly beyond?: readonly RecordSpan[] | undefined;
    }
  | { readonly ask: "beyond"; readonly target: string }
  | { readonly ask: "hold" }
  | { readonly ask: "release"; readonly hold: number }
  | { readonly ask: "leave" }
  | { readonly ask: "close" };

export type Question = Ask & { readonly id: number };

/** What is answered to each. */
export type Replies = {
  readonly append: TooOld;
  readonly latest: Samples;
  readonly range: Samples;
  readonly aggregate: SumTable;
  readonly deleteRange: undefined;
  readonly setRetention: undefined;
  readonly retentions: ReadonlyMap<number, Retention>;
  /** Whether all is done; ask again where it is not. */
  readonly retire: boolean;
  /** Series of which raw samples were let go, and what is left of one. */
  readonly retired: Uint32Array;
  readonly remains: SeriesRemains;
  readonly stats: HistorianStats;
  readonly follow: number;
  readonly unfollow: undefined;
  readonly arrivals: Arrivals;
  readonly take: undefined;
  readonly beyond: readonly RecordSpan[];
  /** Ask for `release` with this number when they need not stay as they are any longer. */
  readonly hold: { readonly hold: number; readonly files: readonly HeldFile[] };
  readonly release: undefined;
  /** Another engine may open the folder, once this one has ended. */
  readonly leave: undefined;
  readonly close: undefined;
};

export type Answer =
  | { readonly say: "opened"; readonly problem?: Problem }
  | { readonly say: "done"; readonly id: number; readonly value?: Replies[Ask["ask"]] }
  /** What was made safe at once; `tooOld` is of each, where any is. */
  | {
      readonly say: "stored";
      readonly ids: readonly number[];
      readonly tooOld?: readonly (readonly number[])[];
    }
  | { readonly say: "dropped"; readonly dropped: Dropped }
  | { readonly say: "damaged"; readonly damaged: Damaged }
  | { readonly say: "missing"; readonly missing: Missing }
  /** Pages of the database are not what was written. */
  | { readonly say: "malformed"; readonly reason: string; readonly whyNotMended?: string }
  /** What else it held is in a new one, which has taken its place. */
  | { readonly say: "mended"; readonly mended: Mended; readonly report: string }
  /** The disk failed the database: another engine opens it anew, mended where `isMalformed`. */
  | { readonly say: "doubt"; readonly reason: string; readonly isMalformed: boolean }
  | {
      readonly say: "failed";
      readonly ids: readonly number[];
      readonly reason: string;
      /** Something of the database is not what was written, and cannot be put aside. */
      readonly isUnreadable: boolean;
    }
  | LogWord;
