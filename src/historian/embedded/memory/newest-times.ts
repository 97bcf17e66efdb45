import { isPast } from "../../../domain/reading.ts";
import type { Samples } from "../../../domain/samples.ts";
import { grown } from "../run/run.ts";

/** Of each series, the newest time that was not told afterwards. */
export class NewestTimes {
  #at: Float64Array = new Float64Array(0);

  reserve(series: number): void {
    const held = this.#at.length;
    if (series <= held) return;
    this.#at = grown(new Float64Array(series), this.#at).fill(NEVER, held);
  }

  /** Room was made before. Few are told afterwards: the rest of it is without branches. */
  note({ count, series, at, quality }: Samples): void {
    const newest = this.#at;
    for (let row = 0; row < count; row += 1) {
      if (isPast(quality[row])) continue;
      const one = series[row] ?? 0;
      newest[one] = Math.max(newest[one] ?? 0, at[row] ?? 0);
    }
  }

  /** Undefined where there is none. */
  of(series: number): number | undefined {
    const time = this.#at[series] ?? NEVER;
    return time === NEVER ? undefined : time;
  }

  clear(): void {
    this.#at.fill(NEVER);
  }
}

const NEVER = Number.NEGATIVE_INFINITY;
