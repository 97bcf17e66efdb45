import type { Samples } from "../domain/samples.ts";

/** Which samples may overtake what waits: those newer than all before them of their series. */
export class NewestFirst {
  /** The newest time of each series so far. */
  readonly #newest = new Map<number, number>();

  /** These are known to be the newest. */
  constructor({ count, series, at }: Samples) {
    for (let row = 0; row < count; row += 1) this.#isNews(series[row] ?? 0, at[row] ?? 0);
  }

  /** Of samples in the order of their arrival: 1 for each that may. */
  of({ count, series, at }: Samples): Uint8Array {
    const marks = new Uint8Array(count);
    for (let row = 0; row < count; row += 1) {
      marks[row] = this.#isNews(series[row] ?? 0, at[row] ?? 0) ? 1 : 0;
    }
    return marks;
  }

  /** Of a series that was not known what waits may be newer. */
  #isNews(series: number, at: number): boolean {
    const newest = this.#newest.get(series);
    if (newest === undefined || at > newest) this.#newest.set(series, at);
    return newest !== undefined && at > newest;
  }
}
