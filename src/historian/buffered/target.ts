import type { Problem } from "../../domain/problem.ts";
import type { Samples } from "../../domain/samples.ts";
import type { Outcome } from "../../lib/outcome.ts";
import type { Joined, NumberedDeletion, Place } from "../drained.ts";
import type { Historian, SeriesRange, SeriesRemains } from "../historian.ts";

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

  /** Deletes, and notes in the same transaction which deletion of the folder it is. */
  deleteRange(range: SeriesRange, deletion?: NumberedDeletion): Promise<void>;

  /** Appends, and notes in the same transaction how far the log has come. In order of the calls. */
  take(samples: Samples, place: Place): Promise<void>;
}

export type Connect = () => Promise<Outcome<Target, Problem>>;
