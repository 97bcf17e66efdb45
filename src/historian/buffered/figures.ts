import type { Clock } from "../../lib/clock.ts";
import type { HistorianStats } from "../historian.ts";
import { within } from "./within.ts";

/*
 * What the database says of itself, now or before.
 */

type FigureParts = {
  readonly ask: () => Promise<HistorianStats>;
  readonly clock: Clock;
};

type Figures = { readonly stats: HistorianStats; readonly at: number };

/** Whoever looks at figures waits no longer; those of before do for once. */
const PATIENCE_MS = 2_000;

/** Figures of the database, for people who would rather have old ones than wait. */
export class FarFigures {
  readonly #parts: FigureParts;
  #last: Figures | undefined;
  /** One question at a time: it may be that nobody ever answers. */
  #asked: Promise<HistorianStats> | undefined;

  constructor(parts: FigureParts) {
    this.#parts = parts;
  }

  /** Those of now, else those that it said last; undefined where it never said any. */
  async read(): Promise<(Figures & { readonly isNow: boolean }) | undefined> {
    const { clock } = this.#parts;
    try {
      const stats = await within(clock, PATIENCE_MS, this.#ask());
      return { stats, at: clock.now(), isNow: true };
    } catch {
      return this.#last && { ...this.#last, isNow: false };
    }
  }

  #ask(): Promise<HistorianStats> {
    this.#asked ??= this.#parts
      .ask()
      .then((stats) => {
        this.#last = { stats, at: this.#parts.clock.now() };
        return stats;
      })
      .finally(() => {
        this.#asked = undefined;
      });
    return this.#asked;
  }
}
