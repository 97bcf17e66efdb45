import type { Problem } from "../../domain/problem.ts";
import type { Samples } from "../../domain/samples.ts";
import type { Outcome } from "../../lib/outcome.ts";
import type { Historian, SeriesRemains } from "../historian.ts";

/** What a database can do that stands behind a local historian. */
export interface Target extends Historian {
  /** Settles when it is lost: everything that is asked of it afterwards fails. */
  readonly lost: Promise<void>;

  /** From now on this log is drained into it; others that were, have ended. */
  join(source: string): Promise<Joined>;

  /** Whether raw samples of its time were let go, as far as that is known now. */
  isTooOld(series: number, at: number): boolean;

  /** Takes over what is left of raw samples of a series that were let go elsewhere. */
  keep(series: number, remains: SeriesRemains): Promise<void>;

  /** Appends, and notes in the same transaction how far the log has come. In order of the calls. */
  take(samples: Samples, place: Place): Promise<void>;
}

/** How far a log has come. */
export type Place = { readonly source: string; readonly sequence: number };

export type Joined = {
  /** Which database this is. */
  readonly database: string;
  /** How far the log had come; null where it is new to this database. */
  readonly sequence: number | null;
  /** Whether nobody else was drained into it since. */
  readonly isOnly: boolean;
  readonly newestAt: number | null;
  /** Which line of its history the database goes on with, after a standby took over. */
  readonly branch: Branch;
};

/** Within one system the highest timeline is the one that counts. */
export type Branch = { readonly system: string; readonly timeline: number };

export type Connect = () => Promise<Outcome<Target, Problem>>;
