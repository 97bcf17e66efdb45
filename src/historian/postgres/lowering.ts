import type { Samples } from "../../domain/samples.ts";
import type { Watermarks } from "./split.ts";
import { microsOf } from "./time.ts";

/*
 * Watermarks where samples are deleted: only the database knows what is the newest then.
 */

type Deletion = {
  readonly series: number;
  /** The newest time of what came for it since the deletion was asked for. */
  newest: number;
};

/** Lowers watermarks to what deletions leave, and never below what comes meanwhile. */
export class Lowering {
  readonly #newest: Watermarks;
  readonly #underWay = new Set<Deletion>();

  constructor(newest: Watermarks) {
    this.#newest = newest;
  }

  /** Whether watermarks may be above what the database has. */
  get isUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /**
   * `work` deletes samples of a series before all that comes from now on, and says the time of the
   * newest that is left, in microseconds. Where it fails, so does all that comes after it.
   */
  async to(series: number, work: () => Promise<number | undefined>): Promise<void> {
    const deletion: Deletion = { series, newest: Number.NEGATIVE_INFINITY };
    this.#underWay.add(deletion);
    const left = await work();
    this.#underWay.delete(deletion);
    const newest = Math.max(deletion.newest, left ?? Number.NEGATIVE_INFINITY);
    if (Number.isFinite(newest)) this.#newest.set(series, newest);
    else this.#newest.delete(series);
  }

  /** These rows come now. */
  note({ series, at }: Samples, rows: Uint32Array): void {
    for (const deletion of this.#underWay) {
      for (const row of rows) {
        if (series[row] !== deletion.series) continue;
        deletion.newest = Math.max(deletion.newest, microsOf(at[row] ?? 0));
      }
    }
  }
}
